/**
 * What is there already in nearly all cases, and has to be waited for in some: a hot path should not
 * pay for a promise where there is nothing to wait for.
 */

/** A value, or the promise of one. */
export type Eventually<Value> = Value | Promise<Value>;

/** Goes on with a value: at once where it is there. */
export function afterwards<Value, Result>(
  value: Eventually<Value>,
  next: (value: Value) => Eventually<Result>,
): Eventually<Result> {
  return value instanceof Promise ? value.then(next) : next(value);
}
