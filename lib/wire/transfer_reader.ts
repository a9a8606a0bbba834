/**
 * Reads the messages of a file transfer out of bytes as they come. Rules: docs/protocols/files.md.
 *
 * Rules of this file:
 * - Nothing is held for a length before it was checked, and nothing of a file is held or copied at
 *   all: its bytes are handed on as views of what was fed.
 * - What is outside the protocol is a message, too, `invalid`, and the last one.
 */

import {
  DIGEST_BYTES,
  REFUSAL_REASONS,
  TRANSFER_FRAMES,
  TRANSFER_HEADER_BYTES,
  TRANSFER_PREFACE,
  type TransferKind,
  type TransferMessage,
} from "./transfer.ts";
import { parseOffer } from "./transfer_offer.ts";

/** What came: a message, or something that is none. */
export type ReceivedMessage =
  | TransferMessage
  | { readonly kind: "invalid"; readonly why: string };

const KINDS = new Map(
  Object.entries(TRANSFER_FRAMES).map(([kind, { type }]) => [type, kind as TransferKind]),
);

/** A preface of any version; longer ones are no preface. */
const ANY_PREFACE = /^parley-files\/\d{1,6}\n$/;
const MAX_PREFACE_BYTES = 20;

const LF = 10;

/** What is expected next. */
type Expected =
  | { readonly part: "preface" }
  | { readonly part: "header" }
  | { readonly part: "payload"; readonly kind: TransferKind; readonly length: number }
  /** The rest of a frame of data. */
  | { readonly part: "data"; readonly left: number }
  | { readonly part: "nothing" };

/** Takes bytes as they come and gives messages. */
export class TransferReader {
  #expected: Expected = { part: "preface" };
  /** What came of the part that is expected, when it did not come whole. */
  #held: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  #heldLength = 0;

  /**
   * The messages that `chunk` brings. Bytes of a file are views of it; digests are copies. To be
   * read to the end before the next chunk is given.
   */
  *messages(chunk: Uint8Array): Generator<ReceivedMessage> {
    let rest = chunk;
    for (;;) {
      const expected = this.#expected;
      if (expected.part === "nothing") return;
      if (expected.part === "data") {
        if (rest.length === 0) return;
        const bytes = rest.subarray(0, expected.left);
        const left = expected.left - bytes.length;
        this.#expected = left === 0 ? { part: "header" } : { part: "data", left };
        rest = rest.subarray(bytes.length);
        yield { kind: "data", bytes };
        continue;
      }
      const wanted = expected.part === "preface"
        ? this.#prefaceBytes(rest)
        : expected.part === "header"
        ? TRANSFER_HEADER_BYTES
        : expected.length;
      const taken = this.#collect(rest, wanted);
      rest = rest.subarray(taken.used);
      if (taken.bytes === undefined) return;
      const message = this.#part(expected, taken.bytes);
      if (message !== undefined) yield message;
      if (message?.kind === "invalid") this.#expected = { part: "nothing" };
    }
  }

  /** How long the preface is, or has to be at least, or may be. */
  #prefaceBytes(next: Uint8Array): number {
    const end = next.indexOf(LF);
    const length = this.#heldLength + (end < 0 ? next.length + 1 : end + 1);
    return Math.min(length, MAX_PREFACE_BYTES);
  }

  /** Collects a part of `wanted` bytes; not copied when all of it is in `next`. */
  #collect(next: Uint8Array, wanted: number): { used: number; bytes?: Uint8Array } {
    if (this.#heldLength === 0 && next.length >= wanted) {
      return { used: wanted, bytes: next.subarray(0, wanted) };
    }
    if (this.#held.length < wanted) {
      // Grows with what really came: a length alone shall take no room.
      const room = Math.min(
        wanted,
        Math.max(2 * this.#held.length, this.#heldLength + next.length),
      );
      const larger = new Uint8Array(Math.max(room, this.#held.length));
      larger.set(this.#held.subarray(0, this.#heldLength));
      this.#held = larger;
    }
    const used = Math.min(next.length, wanted - this.#heldLength);
    this.#held.set(next.subarray(0, used), this.#heldLength);
    this.#heldLength += used;
    if (this.#heldLength < wanted) return { used };
    const bytes = this.#held.subarray(0, wanted);
    this.#held = new Uint8Array(0);
    this.#heldLength = 0;
    return { used, bytes };
  }

  #part(expected: Expected, bytes: Uint8Array): ReceivedMessage | undefined {
    switch (expected.part) {
      case "preface":
        this.#expected = { part: "header" };
        return checkPreface(bytes);
      case "header":
        return this.#header(bytes);
      case "payload":
        this.#expected = { part: "header" };
        return parsePayload(expected.kind, bytes) ??
          invalid(`a message of type ${expected.kind} that cannot be read`);
      default:
        return undefined;
    }
  }

  #header(bytes: Uint8Array): ReceivedMessage | undefined {
    const kind = KINDS.get(bytes[0]!);
    if (kind === undefined) return invalid(`a message of unknown type ${bytes[0]}`);
    const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(1);
    const { least, most } = TRANSFER_FRAMES[kind];
    if (length < least || length > most) {
      return invalid(`a message of type ${kind} with ${length} bytes`);
    }
    if (kind !== "data") this.#expected = { part: "payload", kind, length };
    else if (length > 0) this.#expected = { part: "data", left: length };
    return undefined;
  }
}

function invalid(why: string): ReceivedMessage {
  return { kind: "invalid", why };
}

function checkPreface(bytes: Uint8Array): ReceivedMessage | undefined {
  const text = String.fromCharCode(...bytes);
  if (text === TRANSFER_PREFACE) return undefined;
  return invalid(
    ANY_PREFACE.test(text)
      ? `another version of the protocol (${text.trimEnd()})`
      : "something that is no file transfer",
  );
}

const decoder = new TextDecoder();

function parsePayload(kind: TransferKind, bytes: Uint8Array): TransferMessage | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  switch (kind) {
    case "offer": {
      const offer = parseOffer(bytes);
      return offer && { kind, offer };
    }
    case "accept": {
      const size = long(view);
      return size === undefined ? undefined : { kind, files: view.getUint32(0), bytes: size };
    }
    case "refuse": {
      const reason = REFUSAL_REASONS[bytes[0]!];
      return reason && { kind, reason };
    }
    case "want": {
      const from = long(view);
      if (from === undefined) return undefined;
      return { kind, file: view.getUint32(0), from, digest: bytes.slice(-DIGEST_BYTES) };
    }
    case "begin": {
      const from = long(view);
      return from === undefined ? undefined : { kind, file: view.getUint32(0), from };
    }
    case "data":
      return undefined; // handed on as it comes
    case "end":
      return { kind, digest: bytes.slice() };
    case "broken":
    case "cancel":
      return { kind, reason: decoder.decode(bytes) };
    case "kept":
      return { kind, file: view.getUint32(0) };
    case "lost":
      return { kind, file: view.getUint32(0), reason: decoder.decode(bytes.subarray(4)) };
    case "done":
    case "alive":
      return { kind };
  }
}

/** The number of eight bytes behind one of four; `undefined` when it is no exact one. */
function long(view: DataView): number | undefined {
  const number = Number(view.getBigUint64(4));
  return Number.isSafeInteger(number) ? number : undefined;
}
