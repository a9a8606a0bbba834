/**
 * Waiting for what must happen, without hanging a test run when it does not.
 */

import { within as inTime } from "../../lib/core/within.ts";

/** Far longer than anything here takes: passing it means that something never came. */
const GUARD_MS = 60_000;

/** The value of a promise; rejects naming `what` when it never comes. */
export function within<T>(
  what: string,
  promise: Promise<T>,
  milliseconds: number = GUARD_MS,
): Promise<T> {
  return inTime(milliseconds, promise, () => {
    throw new Error(`Waited in vain: ${what}`);
  });
}
