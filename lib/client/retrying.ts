/**
 * Trying again and again what cannot be had for now, with growing waits.
 */

import { reasonOf, UnreachableError } from "../core/errors.ts";
import { retryWait } from "../core/retry.ts";

/** How somebody tries. */
export interface Retrying {
  /** Resolves when nobody wants it any more. */
  readonly givenUp: Promise<unknown>;
  /** Told before each wait: why the last try failed, and how long it will be, in milliseconds. */
  waits(reason: string, milliseconds: number): void;
  /** From 0 to 1; by chance unless a test says otherwise. */
  readonly dice?: () => number;
  /** Waits; a test has no time. */
  readonly pause?: (milliseconds: number) => Promise<void>;
}

/**
 * Tries until it is had. The first try comes after a wait, too: what was lost a moment ago is not
 * back yet.
 *
 * @param reason why it is needed
 * @param attempt one try; an `UnreachableError` means: not now
 * @returns `undefined` when nobody wants it any more
 * @throws whatever else a try rejects with
 */
export async function retry<Value>(
  reason: string,
  attempt: () => Promise<Value>,
  { givenUp, waits, dice = Math.random, pause }: Retrying,
): Promise<Value | undefined> {
  const over = Symbol("given up");
  const end = givenUp.then(() => over);
  for (let failures = 1;; failures++) {
    const milliseconds = retryWait(failures, dice());
    waits(reason, milliseconds);
    let timer;
    const waited = pause?.(milliseconds) ?? new Promise<void>((resume) => {
      timer = setTimeout(resume, milliseconds);
    });
    const isOver = await Promise.race([waited, end]) === over;
    clearTimeout(timer);
    if (isOver) return undefined;
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof UnreachableError)) throw error;
      reason = reasonOf(error);
    }
  }
}
