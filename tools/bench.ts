/**
 * Measures the hot paths against bare servers, as `deno task bench`.
 *
 * Machines are noisy, so nothing here is an absolute promise: each figure is measured in turn with
 * its bare limit, several times, and what counts is the ratio of the medians. Results go to stdout
 * as a table and to `bench-results/` as JSON.
 *
 * Usage: bench.ts [ROUNDS] [SECONDS]
 */

import { buildGenerator, type Measured, runGenerator } from "./bench/generators.ts";
import { makeBuddies, startBare, startParley } from "./bench/targets.ts";
import { print } from "./print.ts";

const ROUNDS = Number(Deno.args[0] ?? 3);
const SECONDS = Deno.args[1] ?? "2";

/** One comparison: the same load on ours and on the bare limit. */
interface Row {
  readonly name: string;
  readonly ours: () => Promise<Measured>;
  readonly bare: () => Promise<Measured>;
  readonly must: number;
}

const scratch = await Deno.makeTempDir({ prefix: "parley-bench-" });
try {
  const [tcp1, udp1] = [
    await buildGenerator("tcp1", scratch),
    await buildGenerator("udp1", scratch),
  ];
  await measure(tcp1, udp1);
} finally {
  await Deno.remove(scratch, { recursive: true });
}

async function measure(tcp1: string, udp1: string): Promise<void> {
  const ours = await startParley(`${scratch}/data`);
  await makeBuddies(ours, 10);
  const answerBytes = 10 * "buddy00 101 OFFLINE unknown 0\n".length;
  const bareTcp = await startBare("bare_group_commit.ts", [`${scratch}/bare.txt`], "tcp");
  const bareUdp = await startBare("bare_udp.ts", [String(answerBytes)], "udp");
  let ids = 1_000_000;
  const reg = (port: number, clients: number) => (): Promise<Measured> =>
    runGenerator(tcp1, [
      ...["--port", String(port), "--conc", String(clients), "--secs", SECONDS],
      ...["--start", String(ids += 1_000_000)],
    ]);
  const get = (port: number, window: number) => (): Promise<Measured> =>
    runGenerator(udp1, [
      ...["--port", String(port), "--window", String(window), "--secs", SECONDS],
      ...["--line", "GET asker"],
    ]);
  const rows: Row[] = [
    ...[1, 32, 256].map((clients) => ({
      name: `REG, durable, ${clients} connections`,
      ours: reg(ours.tcp, clients),
      bare: reg(bareTcp.tcp, clients),
      must: 0.85,
    })),
    ...[1, 32].map((window) => ({
      name: `GET, 10 buddies, ${window} in flight`,
      ours: get(ours.udp, window),
      bare: get(bareUdp.udp, window),
      must: 0.8,
    })),
  ];
  try {
    await report(rows);
  } finally {
    await Promise.all([ours.stop(), bareTcp.stop(), bareUdp.stop()]);
  }
}

async function report(rows: readonly Row[]): Promise<void> {
  const results = [];
  const head = ["", "ours/s", "bare/s", "ratio", "p99 ms", "bare p99", "must", ""];
  print(`medians of ${ROUNDS} rounds of ${SECONDS} s, ours and bare in turn\n${table(head)}`);
  for (const { name, ours, bare, must } of rows) {
    const runs: { ours: Measured; bare: Measured }[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      runs.push({ bare: await bare(), ours: await ours() });
    }
    const mine = medians(runs.map((run) => run.ours));
    const limit = medians(runs.map((run) => run.bare));
    const ratio = mine.perSecond / limit.perSecond;
    results.push({ name, ours: mine, bare: limit, ratio, must, met: ratio >= must });
    print(table([
      name,
      mine.perSecond.toFixed(0),
      limit.perSecond.toFixed(0),
      ratio.toFixed(2),
      mine.p99.toFixed(2),
      limit.p99.toFixed(2),
      must.toFixed(2),
      (ratio >= must ? "met" : "MISSED") + (mine.bad > 0 ? `, ${mine.bad} bad answers` : ""),
    ]));
  }
  await Deno.mkdir("bench-results", { recursive: true });
  const when = new Date().toISOString();
  await Deno.writeTextFile(
    `bench-results/${when.replaceAll(":", "-")}.json`,
    JSON.stringify({ when, deno: Deno.version.deno, rounds: ROUNDS, results }, null, 2),
  );
}

function table(cells: readonly string[]): string {
  const [name = "", ...figures] = cells;
  return name.padEnd(30) + figures.map((figure) => figure.padStart(10)).join("") + "\n";
}

function medians(runs: readonly Measured[]): Measured {
  const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1]!;
  return {
    perSecond: median(runs.map((run) => run.perSecond)),
    p50: median(runs.map((run) => run.p50)),
    p99: median(runs.map((run) => run.p99)),
    bad: runs.reduce((sum, run) => sum + run.bad, 0),
  };
}
