/**
 * Waiting for what must happen, without hanging a test run when it does not.
 */

/** Far longer than anything here takes: passing it means that something never came. */
const GUARD_MS = 20_000;

/** The value of a promise; rejects naming `what` when it never comes. */
export async function within<T>(
  what: string,
  promise: Promise<T>,
  milliseconds: number = GUARD_MS,
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const guard = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Waited in vain: ${what}`)), milliseconds);
  });
  try {
    return await Promise.race([promise, guard]);
  } finally {
    clearTimeout(timer);
  }
}
