/**
 * Types for `jsonc.ts`, one declaration per export of `jsonc/parse.js`.
 *
 * @module
 */

/** Whatever JSON can hold. A key that was not written reads as `undefined`, hence the union. */
export type JsonValue =
  | { [key: string]: JsonValue | undefined }
  | JsonValue[]
  | string
  | number
  | boolean
  | null;

/** Reads JSON that may hold comments and trailing commas. Throws SyntaxError with the position. */
export function parse(text: string): JsonValue;
