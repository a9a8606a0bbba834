/** Comparisons that share servers, which run for as long as they are measured and no longer. */

import type { Measured, Row } from "./generators.ts";

/** Servers under way, and the rows that are measured with them. */
export interface Group {
  readonly rows: readonly Row[];
  /** Ends the servers. */
  stop(): Promise<void>;
}

/** What every group is started with. */
export interface Bench {
  /** The load generators, built. */
  readonly tcp1: string;
  readonly udp1: string;
  readonly fanout: string;
  /** A directory for whatever servers write. */
  readonly scratch: string;
  /** How long one load lasts, in seconds. */
  readonly seconds: string;
}

/** Starts the servers of a group. */
export type StartGroup = (bench: Bench) => Promise<Group>;

/** What came of a row. */
export interface Result {
  readonly name: string;
  readonly ours: Measured;
  readonly bare: Measured;
  /** Ours to bare, in requests a second. */
  readonly ratio: number;
  /** Least ratio; `undefined` where it is only reported. */
  readonly must: number | undefined;
  readonly isMet: boolean;
}

/**
 * Measures a row: ours and bare in turn, once unmeasured to warm up, then so many rounds. Whoever
 * begins a round changes, so that neither always has the quieter half.
 */
export async function measureRow(row: Row, rounds: number): Promise<Result> {
  const { name, must } = row;
  await row.bare();
  await row.ours();
  const [ours, bare]: [Measured[], Measured[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    if (round % 2 === 0) bare.push(await row.bare());
    ours.push(await row.ours());
    if (round % 2 === 1) bare.push(await row.bare());
  }
  const [mine, limit] = [medians(ours), medians(bare)];
  const ratio = mine.perSecond / limit.perSecond;
  return { name, ours: mine, bare: limit, ratio, must, isMet: must === undefined || ratio >= must };
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
