/**
 * Another time of day for what asks `performance.now()` itself, and takes no clock of a test's. Timers
 * go on as they are.
 */

/** Has it tell what `read` says, until the end of the test. */
export function tellTime(read: () => number): Disposable {
  performance.now = read;
  return { [Symbol.dispose]: () => void Reflect.deleteProperty(performance, "now") };
}
