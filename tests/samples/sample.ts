/**
 * How the tables of bytes in this folder are written: as text, one character for each byte (`\xe9`
 * is the byte E9). Each row is named after the one thing it tests.
 */

/** One row: bytes as they cross the wire and what they mean. */
export interface Sample<T> {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly expected: T;
}

/** One byte for each character, as the rows are written. */
export function latin1(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** Makes rows of `[name, bytes, expected]`. */
export function rows<T>(table: readonly (readonly [string, string, T])[]): readonly Sample<T>[] {
  return table.map(([name, text, expected]) => ({ name, bytes: latin1(text), expected }));
}
