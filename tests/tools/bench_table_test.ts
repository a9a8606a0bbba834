/** The bench's ratios and marks: what is compared with what, and what that comes to. */

import { assertEquals, assertThrows } from "@std/assert";
import { measuredOf } from "../../tools/bench/generators.ts";
import { measureLoad, outcomeOf } from "../../tools/bench/load.ts";
import { cellsOf, figureText, markOf, rowsOf, summaryOf } from "../../tools/bench/table.ts";
import { load, outcome } from "../support/bench_runs.ts";

Deno.test("bench table: a rate has to be so high at least, a latency so low", () => {
  assertEquals(markOf(0.85, 0.85, "rate"), "met");
  assertEquals(markOf(0.84, 0.85, "rate"), "missed");
  assertEquals(markOf(2, 2, "p99"), "met");
  assertEquals(markOf(2.01, 2, "p99"), "missed");
  assertEquals(markOf(0.1, undefined, "rate"), "none");
});

Deno.test("bench table: a row is ours against theirs, marked for must and aim", () => {
  const [row] = rowsOf(load({
    outcomes: [
      outcome("Parley", 900, { cpuMicroseconds: 15, bad: 3 }),
      outcome("bare", 1000, { cpuMicroseconds: 10 }),
    ],
  }));
  assertEquals([row?.ours, row?.theirs, row?.ratio, row?.cpuRatio, row?.bad], [
    ...[900, 1000, 0.9, 1.5, 3],
  ]);
  assertEquals(row?.marks, { must: "met", aim: "missed" });
  assertEquals(cellsOf(row!), [
    ...["REG, 32 at once", "bare", "900", "1,000", "0.90", "1.50", "0.85 met", "1.00 missed"],
  ]);
});

Deno.test("bench table: what is shown is what is judged", () => {
  // 0.8467 is shown as 0.85, and 0.85 is what it must be.
  const rows = rowsOf(load({ outcomes: [outcome("Parley", 8467), outcome("bare", 10_000)] }));
  assertEquals(rows[0]?.ratio, 0.85);
  assertEquals(rows[0]?.marks.must, "met");
});

Deno.test("bench table: p99 is compared in milliseconds, and a missed must is loud", () => {
  const [row] = rowsOf(load({
    goals: [{ against: "bare", of: "p99", must: 2, aim: 1.3 }],
    outcomes: [outcome("Parley", 900, { p99: 5 }), outcome("bare", 1000, { p99: 2 })],
  }));
  assertEquals(cellsOf(row!), [
    ...["REG, 32 at once: p99", "bare", "5 ms", "2 ms", "2.50", "", "2.00 MISSED", "1.30 missed"],
  ]);
});

Deno.test("bench table: a peer that was not there makes no row", () => {
  const goals = [{ against: "HAProxy", of: "rate" }, { against: "bare", of: "rate" }] as const;
  assertEquals(rowsOf(load({ goals })).map(({ against }) => against), ["bare"]);
  // Nor does a figure that was not measured: an empty run has no p99.
  const p99 = [{ against: "bare", of: "p99" }] as const;
  const outcomes = [outcome("Parley", 1, { p99: undefined }), outcome("bare", 1)];
  assertEquals(rowsOf(load({ goals: p99, outcomes })), []);
});

Deno.test("bench table: the summary counts bars, not rows", () => {
  const rows = [
    ...rowsOf(load()),
    ...rowsOf(load({ goals: [{ against: "bare", of: "rate" }] })),
    ...rowsOf(load({ outcomes: [outcome("Parley", 1), outcome("bare", 2)] })),
  ];
  assertEquals(summaryOf(rows), "must: 1 of 2 met; aim: 0 of 2 met");
});

Deno.test("bench table: figures have three digits", () => {
  assertEquals([1_234_567, 17_449, 512.4, 1.239, 0.0456].map(figureText), [
    ...["1,230,000", "17,400", "512", "1.24", "0.0456"],
  ]);
});

Deno.test("bench: each figure is the median of its own runs, wrong answers add up", () => {
  const runs = [[300, 9, 1], [100, 7, 0], [200, 8, 4]].map(([perSecond = 0, p99 = 0, bad = 0]) => ({
    ...{ perSecond, p50: 1, p99, cpuMicroseconds: perSecond / 10, bad },
  }));
  assertEquals(outcomeOf("Parley", undefined, runs), {
    ...{ contender: "Parley", at: undefined, perSecond: 200, lowest: 100, highest: 300 },
    ...{ p50: 1, p99: 8, cpuMicroseconds: 20, bad: 5 },
  });
});

Deno.test("bench: what the system does not tell is left out", () => {
  const rest = { p50: undefined, p99: undefined, cpuMicroseconds: undefined };
  const { p50, p99, cpuMicroseconds } = outcomeOf("Parley", 7, [{ perSecond: 1, bad: 0, ...rest }]);
  assertEquals({ p50, p99, cpuMicroseconds }, rest);
});

Deno.test("bench: everybody is warmed up, then measured in turn with a changing first", async () => {
  const order: string[] = [];
  const contender = (name: string) => ({
    name,
    run() {
      order.push(name);
      const perSecond = order.length;
      return Promise.resolve({ perSecond, p50: 1, p99: 1, cpuMicroseconds: 1, bad: 0 });
    },
  });
  const { outcomes } = await measureLoad({
    ...{ name: "load", unit: "requests", goals: [] },
    contenders: [contender("a"), contender("b")],
  }, 3);
  assertEquals(order.join(""), "abbaab" + "baabba");
  // The first three runs of each are not in the figures.
  assertEquals(outcomes.map(({ lowest, highest }) => [lowest, highest]), [[8, 12], [7, 11]]);
});

Deno.test("bench: a generator's line is read by what it counts", () => {
  const tcp = { total: 500, conn_per_s: 1000, p50_ms: 1, p99_ms: 3, wrong_reply: 1, errors: 2 };
  assertEquals(measuredOf({ ...tcp, unfinished: 32 }, 0.005), {
    ...{ perSecond: 1000, p50: 1, p99: 3, cpuMicroseconds: 10, bad: 3 },
  });
  // A transfer that did not end is wrong, a connection under way at the end is not.
  const bulk = { conns: 2, mb_each: 50, MB_s: 800, short: 0, unfinished: 1 };
  assertEquals(measuredOf(bulk, 0.2), {
    ...{ perSecond: 800, p50: undefined, p99: undefined, cpuMicroseconds: 2000, bad: 1 },
  });
  assertEquals(measuredOf({ replied: 10, rps: 5 }, NaN).cpuMicroseconds, undefined);
  assertThrows(() => measuredOf({}, 0), Error, "no rate");
});
