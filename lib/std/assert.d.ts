/**
 * Types for `assert.ts`, one declaration per export of `assert/mod.js`.
 *
 * Every check throws AssertionError when it does not hold, and shows `msg` when one is given.
 * A parameter is never wider here than in the JSR package of the same name, so that code which
 * compiles against this file still does after a site has swapped the one for the other.
 *
 * @module
 */

// `any` appears below only where TypeScript has no other spelling for "takes whatever it takes":
// the parameters of an arbitrary constructor, and a record that also accepts interfaces.

/** A list that is not a string: an array, a typed array, anything with a length and indexes. */
export type ArrayLikeArg<T> = ArrayLike<T> & object;

/** What is left of a value once `assertFalse()` has let it pass. */
export type Falsy = false | 0 | 0n | "" | null | undefined;

/** A class that can be constructed. */
// deno-lint-ignore no-explicit-any
export type AnyConstructor = new (...args: any[]) => any;

/** What the class constructs. */
export type GetConstructorType<T extends AnyConstructor> = InstanceType<T>;

/** Thrown by every check in this module that does not hold. */
export class AssertionError extends Error {
  /** `options.cause` keeps the error that led here. */
  constructor(message: string, options?: ErrorOptions);
}

/** Compares deeply and says so, without throwing. Throws TypeError for a WeakMap or WeakSet. */
export function equal(a: unknown, b: unknown): boolean;

/** Holds when the value is truthy; the compiler knows it afterwards. */
export function assert(expr: unknown, msg?: string): asserts expr;

/** Holds when the value is falsy; the compiler knows it afterwards. */
export function assertFalse(expr: unknown, msg?: string): asserts expr is Falsy;

/** Holds when the value is neither null nor undefined; the compiler knows it afterwards. */
export function assertExists<T>(actual: T, msg?: string): asserts actual is NonNullable<T>;

/** Holds when both are equal all the way down; the error shows the difference. */
export function assertEquals<T>(actual: T, expected: T, msg?: string): void;

/** Holds when the two differ somewhere, however deep. */
export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void;

/** Holds when `Object.is()` says both are the same; the compiler takes over the type. */
export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  msg?: string,
): asserts actual is T;

/** Holds when `Object.is()` tells the two apart. */
export function assertNotStrictEquals<T>(actual: T, expected: T, msg?: string): void;

/** Holds when the numbers differ by at most `tolerance`, by default 1e-7 of the expected one. */
export function assertAlmostEquals(
  actual: number,
  expected: number,
  tolerance?: number,
  msg?: string,
): void;

/** Holds when `actual > expected`. */
export function assertGreater<T>(actual: T, expected: T, msg?: string): void;

/** Holds when `actual >= expected`. */
export function assertGreaterOrEqual<T>(actual: T, expected: T, msg?: string): void;

/** Holds when `actual < expected`. */
export function assertLess<T>(actual: T, expected: T, msg?: string): void;

/** Holds when `actual <= expected`. */
export function assertLessOrEqual<T>(actual: T, expected: T, msg?: string): void;

/** Holds when every expected element equals some actual one, in any order. */
export function assertArrayIncludes<T>(
  actual: ArrayLikeArg<T>,
  expected: ArrayLikeArg<NoInfer<T>>,
  msg?: string,
): void;

/** Holds when `expected` occurs somewhere in the text. */
export function assertStringIncludes(actual: string, expected: string, msg?: string): void;

/** Holds when the pattern matches the text. */
export function assertMatch(actual: string, expected: RegExp, msg?: string): void;

/** Holds when the pattern does not match the text. */
export function assertNotMatch(actual: string, expected: RegExp, msg?: string): void;

/** Holds when every property of `expected` is in `actual` with an equal value, at any depth. */
export function assertObjectMatch(
  // deno-lint-ignore no-explicit-any
  actual: Record<PropertyKey, any>,
  expected: Record<PropertyKey, unknown>,
  msg?: string,
): void;

/** Holds when the value was made by the class; the compiler takes over the type. */
// deno-lint-ignore no-explicit-any
export function assertInstanceOf<T extends abstract new (...args: any[]) => any>(
  actual: unknown,
  expectedType: T,
  msg?: string,
): asserts actual is InstanceType<T>;

/** Holds when the value was not made by the class; the compiler leaves that type out. */
export function assertNotInstanceOf<A, T>(
  actual: A,
  // deno-lint-ignore no-explicit-any
  unexpectedType: abstract new (...args: any[]) => T,
  msg?: string,
): asserts actual is Exclude<A, T>;

/** Holds when the value is an Error of the class, with the text or pattern in its message. */
export function assertIsError<E extends Error = Error>(
  error: unknown,
  // deno-lint-ignore no-explicit-any
  ErrorClass?: abstract new (...args: any[]) => E,
  msgMatches?: string | RegExp,
  msg?: string,
): asserts error is E;

/** Holds when the function throws anything; returns what it threw. */
export function assertThrows(fn: () => unknown, msg?: string): unknown;
/** Holds when the function throws an error of the class, with the text in its message. */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  // deno-lint-ignore no-explicit-any
  ErrorClass: abstract new (...args: any[]) => E,
  msgIncludes?: string,
  msg?: string,
): E;

/** Holds when the promise is rejected with anything; a function that throws at once does not count. */
export function assertRejects(fn: () => PromiseLike<unknown>, msg?: string): Promise<unknown>;
/** Holds when the promise is rejected with an error of the class and text; resolves to the error. */
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  // deno-lint-ignore no-explicit-any
  ErrorClass: abstract new (...args: any[]) => E,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;

/** Never holds: for a place a test must not reach. */
export function fail(msg?: string): never;

/** Never holds: for a function still to be written. */
export function unimplemented(msg?: string): never;

/** Never holds: for a branch that cannot happen. */
export function unreachable(msg?: string): never;
