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
 * Measures a load: everybody in turn, once unmeasured to warm up, then so many rounds. Whoever
 * begins a round changes, so that nobody always has the quieter part of it.
 */
export async function measureLoad(
  { name, unit, axis, goals, contenders }: Load,
  rounds: number,
): Promise<Omit<LoadResult, "group">> {
  const runs = contenders.map((): Measured[] => []);
  for (let round = -1; round < rounds; round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      const index = (turn + round + 1) % contenders.length;
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
  const sorted = (figure: keyof Measured): number[] =>
    runs.map((run) => run[figure] ?? NaN).sort((a, b) => a - b);
  const median = (figure: keyof Measured): number => rounded(sorted(figure)[runs.length >> 1]!);
  const rates = sorted("perSecond");
  const cpu = median("cpuMicroseconds");
  return {
    contender,
    at,
    perSecond: median("perSecond"),
    lowest: rounded(rates[0]!),
    highest: rounded(rates.at(-1)!),
    p50: median("p50"),
    p99: median("p99"),
    cpuMicroseconds: Number.isNaN(cpu) ? undefined : cpu,
    bad: runs.reduce((sum, run) => sum + run.bad, 0),
  };
}

function rounded(value: number): number {
  return Number(value.toPrecision(ROUNDING));
}
