/** Runs of the bench with figures that are easy to reckon with. */

import type { BenchResults, LoadResult, Outcome } from "../../tools/bench/results.ts";

/** What somebody came to under a load. */
export function outcome(
  contender: string,
  perSecond: number,
  more: Partial<Outcome> = {},
): Outcome {
  return {
    ...{ contender, perSecond, lowest: perSecond * 0.9, highest: perSecond * 1.1 },
    ...{ at: undefined, p50: 1, p99: 2, cpuMicroseconds: 10, bad: 0 },
    ...more,
  };
}

/** One load; ours and a bare server unless said otherwise. */
export function load(more: Partial<LoadResult> = {}): LoadResult {
  return {
    ...{ group: "registrations", name: "REG, 32 at once", unit: "requests" },
    goals: [{ against: "bare", of: "rate", must: 0.85, aim: 1 }],
    outcomes: [outcome("Parley", 900), outcome("bare", 1000)],
    ...more,
  };
}

/** A whole run. */
export function run(more: Partial<BenchResults> = {}): BenchResults {
  return {
    ...{ when: "2026-11-21T12:00Z", parley: "0.1.0", deno: "2.9.6", system: "linux x86_64" },
    ...{ cores: 2, rounds: 5, seconds: 0.7, isComplete: true },
    ...{ loads: [load()], figures: [], skipped: [] },
    ...more,
  };
}
