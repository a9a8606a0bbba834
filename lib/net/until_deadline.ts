/** Waiting for something that may take longer than one wants to wait. */

/**
 * Waits for `work` until a deadline. What passes its deadline goes on, and is its owner's affair.
 *
 * @param deadline by `performance.now()`
 */
export async function untilDeadline<T>(
  work: Promise<T>,
  deadline: number,
): Promise<T | "timeout"> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const time = new Promise<"timeout">((resolve) => {
    timer = setTimeout(() => resolve("timeout"), Math.max(0, deadline - performance.now()));
  });
  try {
    return await Promise.race([work, time]);
  } finally {
    clearTimeout(timer);
  }
}
