/** A load, whoever is put under it in turn, and what the comparison has to come to. */

import type { Bench } from "./generators.ts";
import { type LoadResult, type Measured, type Named, type Outcome, ROUNDING } from "./results.ts";

/** Somebody under a load. */
export interface Contender {
  readonly name: string;
  /** One run of the load. */
  readonly run: () => Promise<Measured>;
  /** Where it stands on the axis of a curve: how many users, how many members. */
  readonly at?: number;
}

/** The same load on ours, which is the first contender, and on others. */
export interface Load extends Pick<LoadResult, "name" | "unit" | "axis" | "goals"> {
  readonly contenders: readonly Contender[];
}

/** Loads that share servers, which run for as long as they are measured and no longer. */
export interface Group {
  readonly loads: readonly Load[];
  /** What could not be compared, why, and what to install. */
  readonly skipped?: readonly string[];
  /** Measures what is no comparison. */
  readonly figures?: () => Promise<readonly Named[]>;
  /** Ends the servers. */
  stop(): Promise<void>;
}

/** Starts the servers of a group. */
export type StartGroup = (bench: Bench) => Promise<Group>;

/**
 * Rounds that warm up. The compilers of V8 and Java are at work for the first two seconds under load:
 * a proxy whose code was still being compiled cost a tenth more, a bare one nothing.
 */
const WARMING_ROUNDS = 3;

/**
 * Measures a load: everybody in turn, a few times unmeasured to warm up, then so many rounds. Whoever
 * begins a round changes, so that nobody always has the quieter part of it.
 */
export async function measureLoad(
  { name, unit, axis, goals, contenders }: Load,
  rounds: number,
): Promise<Omit<LoadResult, "group">> {
  const runs = contenders.map((): Measured[] => []);
  for (let round = -WARMING_ROUNDS; round < rounds; round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      const index = (turn + round + WARMING_ROUNDS) % contenders.length;
      const measured = await contenders[index]!.run();
      if (round >= 0) runs[index]!.push(measured);
    }
  }
  const outcomes = contenders.map(({ name, at }, index) => outcomeOf(name, at, runs[index]!));
  return { name, unit, axis, goals, outcomes };
}

/** The medians of some runs, each figure's by itself, and how far they lay apart. */
export function outcomeOf(
  contender: string,
  at: number | undefined,
  runs: readonly Measured[],
): Outcome {
  const rates = runs.map(({ perSecond }) => perSecond);
  return {
    contender,
    at,
    perSecond: medianOf(rates)!,
    lowest: rounded(Math.min(...rates)),
    highest: rounded(Math.max(...rates)),
    p50: medianOf(runs.map(({ p50 }) => p50)),
    p99: medianOf(runs.map(({ p99 }) => p99)),
    cpuMicroseconds: medianOf(runs.map(({ cpuMicroseconds }) => cpuMicroseconds)),
    bad: runs.reduce((sum, run) => sum + run.bad, 0),
  };
}

/** `undefined` where one of them is not known. */
function medianOf(figures: readonly (number | undefined)[]): number | undefined {
  const known = figures.filter((figure) => figure !== undefined).sort((a, b) => a - b);
  return known.length === figures.length ? rounded(known[known.length >> 1]!) : undefined;
}

function rounded(value: number): number {
  return Number(value.toPrecision(ROUNDING));
}
