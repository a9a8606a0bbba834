/**
 * Durations and sizes, counted in buckets. Made for hot paths: an observation is a few comparisons
 * and two additions, and nothing is allocated.
 */

/** Upper bounds of durations, in seconds: from 50 us to 10 s, about two to three for each factor of ten. */
export const SECONDS_BOUNDS: readonly number[] = [
  ...[0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05],
  ...[0.1, 0.25, 0.5, 1, 2.5, 5, 10],
];

/** Upper bounds of numbers of things: powers of two up to 1024. */
export const SIZE_BOUNDS: readonly number[] = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];

/** Observations so far: how many, their sum, and how many in each bucket. */
export class Histogram {
  /** The upper bound of each bucket but the last, which has none; ascending. */
  readonly bounds: readonly number[];
  /** How many fell into each bucket, that bucket alone; one more than there are bounds. */
  readonly counts: number[];
  /** Sum of everything observed. */
  sum = 0;
  /** How many were observed. */
  count = 0;

  /** Starts empty, with the bounds of durations in seconds unless told otherwise. */
  constructor(bounds: readonly number[] = SECONDS_BOUNDS) {
    this.bounds = bounds;
    this.counts = new Array<number>(bounds.length + 1).fill(0);
  }

  /** Counts one value. */
  observe(value: number): void {
    const { bounds } = this;
    let bucket = 0;
    while (bucket < bounds.length && value > bounds[bucket]!) bucket++;
    this.counts[bucket]!++;
    this.sum += value;
    this.count++;
  }
}

/**
 * The value below which a share of the observations lies, as closely as the buckets tell.
 *
 * @param counts observations in each bucket, as {@linkcode Histogram.counts} has them, or those of a
 * while as the difference of two of them
 * @param share from 0 to 1: 0.5 for the median
 * @returns `undefined` without any observation; the last bound for what lies beyond it
 */
export function quantile(
  bounds: readonly number[],
  counts: readonly number[],
  share: number,
): number | undefined {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return undefined;
  const wanted = share * total;
  let below = 0;
  for (const [bucket, bound] of bounds.entries()) {
    const inside = counts[bucket]!;
    if (inside > 0 && below + inside >= wanted) {
      const from = bounds[bucket - 1] ?? 0;
      return from + (bound - from) * ((wanted - below) / inside);
    }
    below += inside;
  }
  return bounds.at(-1);
}
