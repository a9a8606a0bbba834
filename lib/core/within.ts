/**
 * Waiting for something, but not for ever.
 */

/** What the time that has passed is told by: nobody else's promise can come to it. */
const LATE = Symbol("late");

/**
 * The value of `work`, or what `late` makes of it when that takes longer. The work itself goes on,
 * and how it ends is nobody's business then. Rejects with `work`, or when `late` throws.
 *
 * @param milliseconds longest wait; 0 and less still let through what is there already
 */
export async function within<Value, Late>(
  milliseconds: number,
  work: Promise<Value>,
  late: () => Late | Promise<Late>,
): Promise<Value | Late> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const deadline = new Promise<typeof LATE>((resolve) => {
    timer = setTimeout(() => resolve(LATE), Math.max(0, milliseconds));
  });
  try {
    const first = await Promise.race([work, deadline]);
    return first === LATE ? await late() : first;
  } finally {
    clearTimeout(timer);
  }
}
