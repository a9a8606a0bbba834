/**
 * When to try again what failed for now: waits that grow, each of them partly by chance, so that all
 * who lost one server do not come back at the same moment. Pure.
 */

/** The first wait at most, and the longest, in milliseconds. */
export const RETRY_WAITS = { firstMs: 1000, mostMs: 30_000 } as const;

/**
 * How long to wait before a try.
 *
 * @param failures how many tries failed before it, from 1
 * @param dice from 0 to 1: how much of the second half of the wait is waited
 * @returns milliseconds: half of `firstMs` at least, `mostMs` at most
 */
export function retryWait(failures: number, dice: number): number {
  const { firstMs, mostMs } = RETRY_WAITS;
  const longest = Math.min(mostMs, firstMs * 2 ** Math.min(failures - 1, 30));
  return Math.round(longest * (1 + dice) / 2);
}
