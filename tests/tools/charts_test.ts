/** Charts: what is drawn, and that it says what was measured. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { tableOf } from "../../tools/bench/table.ts";
import { chartsOf } from "../../tools/charts/all.ts";
import { barsOf } from "../../tools/charts/bars.ts";
import { curvesOf, pointsOf } from "../../tools/charts/curves.ts";
import { ratiosOf } from "../../tools/charts/ratios.ts";
import { element, words } from "../../tools/charts/svg.ts";
import { load, outcome, run } from "../support/bench_runs.ts";

/** The numbers of an attribute of all elements of a class, in the order they are drawn. */
function numbers(svg: string, kind: string, name: string): number[] {
  return [...svg.matchAll(new RegExp(`<\\w+ class="${kind}"[^>]* ${name}="([^"]*)"`, "g"))]
    .map(([, value]) => Number(value));
}

/** How much longer one is than another, as exactly as pixels are drawn. */
function ratio(one: number | undefined, other: number | undefined): number {
  return Math.round(one! / other! * 100) / 100;
}

/** Fails unless each element that begins ends, in order, and no figure is a NaN. */
function assertWellFormed(svg: string): void {
  const open: string[] = [];
  for (const [, end, name, empty] of svg.matchAll(/<(\/?)([a-z]+)[^>]*?(\/?)>/g)) {
    if (end === "/") assertEquals(open.pop(), name);
    else if (empty !== "/") open.push(name!);
  }
  assertEquals(open, []);
  assert(!/NaN|Infinity|undefined/.test(svg), svg);
}

Deno.test("svg: text and attributes are made safe", () => {
  assertEquals(
    words({ x: 1.26 }, `1 < 2 & "3"`),
    `<text x="1.3">1 &lt; 2 &amp; &quot;3&quot;</text>`,
  );
  assertEquals(element("line", { class: `a"b` }), `<line class="a&quot;b"/>`);
});

Deno.test("bars: as long as the rates, with their ranges, ours set apart", () => {
  const svg = barsOf("Title", [load({
    outcomes: [outcome("Parley", 500), outcome("bare", 1000), outcome("ngircd", 250)],
  })]);
  assertWellFormed(svg);
  const [ours] = numbers(svg, "ours", "width");
  const theirs = numbers(svg, "theirs", "width");
  assertEquals([ratio(theirs[0], ours), ratio(theirs[1], ours)], [2, 0.5]);
  const ranges = numbers(svg, "range", "x1").map((from, index) => {
    return ratio(numbers(svg, "range", "x2")[index]! - from, ours);
  });
  assertEquals(ranges, [0.2, 0.4, 0.1]);
  assertStringIncludes(svg, "Parley 500, bare 1,000, ngircd 250");
});

Deno.test("ratios: a bar, and where it must and should reach", () => {
  const rows = tableOf(run({
    loads: [
      load({ outcomes: [outcome("Parley", 500), outcome("bare", 1000)] }),
      load({ goals: [{ against: "bare", of: "rate", must: 0.4 }] }),
    ],
  }));
  const svg = ratiosOf("Title", "note", rows);
  assertWellFormed(svg);
  const left = numbers(svg, "ours", "x")[0]!;
  const [width = 0] = numbers(svg, "ours", "width");
  const one = numbers(svg, "aim", "x1")[0]! - left; // an aim of 1
  assertEquals(ratio(width, one), 0.5);
  const musts = numbers(svg, "must", "x1").map((x) => ratio(x - left, one));
  assertEquals(musts, [0.85, 0.4]);
  assertEquals(numbers(svg, "aim", "x1").length, 1);
});

Deno.test("ratios: one far beyond all others does not make them vanish", () => {
  const far = load({ outcomes: [outcome("Parley", 1e6), outcome("bare", 1000)] });
  const svg = ratiosOf("Title", "note", tableOf(run({ loads: [far, load()] })));
  const [long = 0, short = 0] = numbers(svg, "ours", "width");
  assert(long / short < 5, `${long} ${short}`);
  assertStringIncludes(svg, ">1000.00<");
});

Deno.test("curves: by size, in processor time where all of it is known", () => {
  const outcomes = [
    outcome("1,000,000 users", 100, { at: 1_000_000, cpuMicroseconds: 30 }),
    outcome("1,000 users", 200, { at: 1000, cpuMicroseconds: 20 }),
    outcome("bare", 400),
  ];
  assertEquals(pointsOf(outcomes), [{ at: 1000, cost: 20 }, { at: 1_000_000, cost: 30 }]);
  const unknown = outcomes.map((one) => ({ ...one, cpuMicroseconds: undefined }));
  assertEquals(pointsOf(unknown), [{ at: 1000, cost: 5000 }, { at: 1_000_000, cost: 10_000 }]);
  const svg = curvesOf("Title", [load({ axis: "users", outcomes })]);
  assertWellFormed(svg);
  const [low = 0, high = 0] = numbers(svg, "ours", "cy");
  assert(high < low, "what costs more stands higher");
  assertStringIncludes(svg, ">1 M<");
});

Deno.test("charts: what was not measured is not drawn", () => {
  assertEquals([...chartsOf(run()).keys()], ["ratios.svg", "registrations.svg"]);
  assertEquals([...chartsOf(run({ loads: [] })).keys()], []);
});

Deno.test("charts: readable on light and on dark pages", () => {
  for (const svg of chartsOf(run()).values()) {
    assertStringIncludes(svg, "@media (prefers-color-scheme: dark)");
    assertStringIncludes(svg, `<rect class="ground"`);
  }
});
