/** What a bench leaves behind, as it stands in its JSON. */

/** Digits that figures are kept with. */
export const ROUNDING = 4;

/** What one run of a load measured. */
export interface Measured {
  /** Operations a second, or megabytes. */
  readonly perSecond: number;
  /** Milliseconds; `undefined` where single operations are not timed. */
  readonly p50: number | undefined;
  readonly p99: number | undefined;
  /** Processor time of the server for each operation; `undefined` where the system does not tell. */
  readonly cpuMicroseconds: number | undefined;
  /** Requests with a wrong answer or none. */
  readonly bad: number;
}

/** What the runs of one contender came to: medians, and the sum of what went wrong. */
export interface Outcome {
  readonly contender: string;
  /** Where it stands on the load's axis. */
  readonly at?: number | undefined;
  readonly perSecond: number;
  readonly lowest: number;
  readonly highest: number;
  readonly p50: number | undefined;
  readonly p99: number | undefined;
  readonly cpuMicroseconds: number | undefined;
  readonly bad: number;
}

/**
 * What a comparison has to come to: ours to theirs in operations a second at least, or in p99 at
 * most. What has neither must nor aim is only told.
 */
export interface Goal {
  readonly against: string;
  readonly of: "rate" | "p99";
  readonly must?: number;
  readonly aim?: number;
}

/** One load on everybody. */
export interface LoadResult {
  readonly group: string;
  readonly name: string;
  /** What is counted a second: "requests", "deliveries", "MB". */
  readonly unit: string;
  /** What the contenders differ in, where they make a curve: "users", "members". */
  readonly axis?: string | undefined;
  readonly goals: readonly Goal[];
  /** Ours first. */
  readonly outcomes: readonly Outcome[];
}

/** A figure that is no comparison: memory, start-up time, size. */
export interface Named {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The most it may be. */
  readonly must?: number;
}

/** One run of the bench. No host name and no path is in it. */
export interface BenchResults {
  readonly when: string;
  readonly parley: string;
  readonly deno: string;
  readonly system: string;
  readonly cores: number;
  readonly rounds: number;
  readonly seconds: number;
  /** Whether all groups were measured. */
  readonly isComplete: boolean;
  readonly loads: readonly LoadResult[];
  readonly figures: readonly (Named & { readonly group: string })[];
  readonly skipped: readonly string[];
}
