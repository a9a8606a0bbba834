/**
 * Ways to cut bytes into the pieces they may arrive in.
 */

import fc from "fast-check";
import { copyOf } from "../../lib/core/bytes.ts";

/** Bytes in pieces, and how they were cut. */
export interface Cutting {
  readonly how: string;
  readonly pieces: readonly Uint8Array[];
}

/** Whole, byte by byte, and in two at every position. */
export function* everyCutting(bytes: Uint8Array): Generator<Cutting> {
  yield { how: "whole", pieces: [bytes] };
  yield { how: "byte by byte", pieces: Array.from(bytes, (_, at) => bytes.subarray(at, at + 1)) };
  for (let at = 1; at < bytes.length; at++) {
    yield { how: `in two at ${at}`, pieces: [bytes.subarray(0, at), bytes.subarray(at)] };
  }
}

/** Bytes in pieces of any size, empty ones included. */
export function cutAnywhere(bytes: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array[]> {
  return fc.tuple(bytes, fc.array(fc.nat({ max: 64 }))).map(([whole, sizes]) => {
    const pieces = [];
    let at = 0;
    for (const size of sizes) pieces.push(whole.subarray(at, at += size));
    pieces.push(whole.subarray(at));
    return pieces;
  });
}

/** All pieces in one. */
export function join(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return copyOf(pieces);
}

/**
 * Bytes made of what line protocols stumble over (line ends, blanks, parts of UTF-8 characters),
 * with letters and anything else between.
 */
export function trickyBytes(maxLength = 64): fc.Arbitrary<Uint8Array> {
  const byte = fc.oneof(
    fc.constantFrom(0, 9, 10, 13, 32, 0x1b, 0x7f, 0x80, 0xc3, 0xa9, 0xf0, 0xff),
    fc.integer({ min: 0x61, max: 0x7a }),
    fc.nat({ max: 255 }),
  );
  return fc.array(byte, { maxLength }).map((bytes) => Uint8Array.from(bytes));
}
