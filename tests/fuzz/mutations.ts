/**
 * Inputs for parsers, made by damaging good ones: each is told by a seed and a number, so that one
 * that breaks something can be made again.
 */

import { copyOf } from "../../lib/core/bytes.ts";

/** Numbers that look random and are the same for the same seed (mulberry32). */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A whole number from 0 to less than `limit`. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  }

  /** One of several. */
  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)]!;
  }
}

/** What parsers stumble over: ends of lines and fields, half characters, lengths at their edges. */
const TRICKY = [
  ...[
    "\n",
    "\r",
    "\r\n",
    "\0",
    " ",
    "\t",
    "\x7f",
    "\x1b[2J",
    "%",
    '"',
    "\\",
    "{",
    "}",
    ":",
    "/",
    "..",
  ],
  ...["\x80", "\xff", "\xc3", "\xf0\x9f", "\xed\xa0\x80", "\xef\xbb\xbf", "\xe2\x80\xae"],
  ...["0", "-1", "65535", "65536", "4294967296", "99999999999999999999", "1e9", "NaN", "__proto__"],
  ...["PROXY ", "C ", "D ", "REG ", "__LEAVE__", "token_", "::ffff:", "A".repeat(300)],
].map((text) => Uint8Array.from(text, (character) => character.charCodeAt(0)));

type Mutation = (bytes: Uint8Array, dice: Dice, corpus: readonly Uint8Array[]) => Uint8Array;

/** Puts `piece` in place of `removed` bytes at a place. */
function splice(bytes: Uint8Array, at: number, removed: number, piece: Uint8Array): Uint8Array {
  return copyOf([bytes.subarray(0, at), piece, bytes.subarray(at + removed)]);
}

function changeByte(bytes: Uint8Array, dice: Dice, change: (byte: number) => number): Uint8Array {
  const result = bytes.slice();
  const at = dice.below(bytes.length);
  if (bytes.length > 0) result[at] = change(result[at]!);
  return result;
}

const MUTATIONS: readonly Mutation[] = [
  (bytes, dice) => changeByte(bytes, dice, (byte) => byte ^ (1 << dice.below(8))),
  (bytes, dice) => changeByte(bytes, dice, () => dice.pick([0, 1, 127, 128, 254, 255])),
  (bytes, dice) => changeByte(bytes, dice, () => dice.below(256)),
  (bytes, dice) => splice(bytes, dice.below(bytes.length + 1), 0, dice.pick(TRICKY)),
  (bytes, dice) => {
    const at = dice.below(bytes.length + 1);
    const removed = Math.min(dice.below(8), bytes.length - at);
    return splice(bytes, at, removed, dice.below(2) === 0 ? new Uint8Array() : dice.pick(TRICKY));
  },
  // The end is missing, or the beginning.
  (bytes, dice) => bytes.slice(0, dice.below(bytes.length + 1)),
  (bytes, dice) => bytes.slice(dice.below(bytes.length + 1)),
  // A part of it, again.
  (bytes, dice) => {
    const at = dice.below(bytes.length + 1);
    const piece = bytes.slice(at, at + 1 + dice.below(16));
    return splice(bytes, at, 0, piece);
  },
  // The beginning of one, the end of another.
  (bytes, dice, corpus) => {
    const other = dice.pick(corpus);
    const at = dice.below(bytes.length + 1);
    return splice(bytes, at, bytes.length - at, other.subarray(dice.below(other.length + 1)));
  },
];

/** Any number of inputs, each made of one of `corpus` by a few mutations. */
export function* mutated(
  corpus: readonly Uint8Array[],
  count: number,
  dice: Dice,
): Generator<Uint8Array> {
  for (let made = 0; made < count; made++) {
    let bytes = dice.pick(corpus);
    for (let times = dice.below(4); times >= 0; times--) {
      bytes = dice.pick(MUTATIONS)(bytes, dice, corpus);
    }
    yield bytes;
  }
}

/** Bytes in pieces, cut at random places: mostly few, sometimes each byte alone. */
export function cutAtRandom(bytes: Uint8Array, dice: Dice): Uint8Array[] {
  if (bytes.length > 0 && dice.below(10) === 0) {
    return Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
  }
  const cuts = Array.from({ length: 1 + dice.below(3) }, () => dice.below(bytes.length + 1));
  const places = [0, ...cuts.sort((one, other) => one - other), bytes.length];
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end));
}
