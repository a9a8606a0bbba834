/**
 * Bytes in, whole messages out, for a trace that looks on: unlike the readers of a server it refuses
 * nothing, and gives what is too long in pieces.
 */

import { copyOf } from "../core/bytes.ts";
import { parseTcrpHeader, TCRP_HEADER_BYTES } from "./tcrp.ts";

/** How long the first message of `held` is; `undefined` while that cannot be told. */
export type Measure = (held: Uint8Array) => number | undefined;

/** A message, or a piece of one that is too long. */
export interface CutPiece {
  /** Valid until the cutter is used again. */
  readonly bytes: Uint8Array;
  /** False for a piece, and for what an end left unfinished. */
  readonly isWhole: boolean;
}

const LF = 10;

/** Measures a line with its LF. */
export function lineLength(held: Uint8Array): number | undefined {
  const at = held.indexOf(LF);
  return at < 0 ? undefined : at + 1;
}

/** Measures a TCRP frame by its header. */
export function frameLength(held: Uint8Array): number | undefined {
  if (held.length < TCRP_HEADER_BYTES) return undefined;
  const { roomLength, payloadLength } = parseTcrpHeader(held);
  return TCRP_HEADER_BYTES + roomLength + payloadLength;
}

/** Cuts what one side sends into messages. */
export class MessageCutter {
  readonly #measure: Measure;
  readonly #most: number;
  #held: Uint8Array = new Uint8Array();
  #isInPieces = false;

  /** Holds at most `most` bytes of a message that is not whole. */
  constructor(measure: Measure, most: number) {
    this.#measure = measure;
    this.#most = most;
  }

  /** Takes bytes as they come and gives what they complete. */
  take(bytes: Uint8Array): CutPiece[] {
    const held = copyOf([this.#held, bytes]);
    const pieces: CutPiece[] = [];
    let at = 0;
    while (at < held.length) {
      const rest = held.subarray(at);
      const length = this.#lengthOf(rest);
      if (length <= Math.min(rest.length, this.#most)) {
        pieces.push({ bytes: rest.subarray(0, length), isWhole: !this.#isInPieces });
        this.#isInPieces = false;
        at += length;
      } else if (rest.length >= this.#most) {
        this.#isInPieces = true;
        pieces.push({ bytes: rest.subarray(0, this.#most), isWhole: false });
        at += this.#most;
      } else break;
    }
    this.#held = held.slice(at);
    return pieces;
  }

  /** What is held when no more will come. */
  end(): CutPiece | undefined {
    const bytes = this.#held;
    this.#held = new Uint8Array();
    return bytes.length === 0 ? undefined : { bytes, isWhole: false };
  }

  /** Whether what {@linkcode end} gives is the rest of a message that was given in pieces. */
  get isInPieces(): boolean {
    return this.#isInPieces;
  }

  /** Behind a frame that is too long nothing tells where the next one begins; lines have ends. */
  #lengthOf(held: Uint8Array): number {
    if (this.#isInPieces && this.#measure !== lineLength) return Infinity;
    return this.#measure(held) ?? Infinity;
  }
}
