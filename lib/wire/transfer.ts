/**
 * Messages of a file transfer, and how they are written. Rules: docs/protocols/files.md. Reading
 * them is `transfer_reader.ts`.
 *
 * The offering side connects. Both sides begin with {@linkcode TRANSFER_PREFACE}; then come frames:
 * a byte that tells the type, four bytes of length, a payload.
 */

import { TRANSFER_LIMITS } from "../core/limits.ts";
import { encodeOffer, type Offer } from "./transfer_offer.ts";

/** The line that both sides begin with: what is spoken, and its version. */
export const TRANSFER_PREFACE = "parley-files/1\n";

/** Bytes in front of a payload. */
export const TRANSFER_HEADER_BYTES = 5;

/** Bytes of a SHA-256. */
export const DIGEST_BYTES = 32;

/** Why an offer is not taken. */
export type RefusalReason = "declined" | "unanswered" | "busy" | "stranger" | "elsewhere" | "space";

/** The reasons for a REFUSE by their numbers, from 0. */
export const REFUSAL_REASONS: readonly RefusalReason[] = [
  "declined",
  "unanswered",
  "busy",
  "stranger",
  "elsewhere",
  "space",
];

/** A message of the protocol. Files are numbered by their place in the offer. */
export type TransferMessage =
  | { readonly kind: "offer"; readonly offer: Offer }
  /** Everything wanted will be asked for: so many files, and bytes of them. */
  | { readonly kind: "accept"; readonly files: number; readonly bytes: number }
  | { readonly kind: "refuse"; readonly reason: RefusalReason }
  /** Send this file from here; the digest is that of all before, which the receiver has. */
  | {
    readonly kind: "want";
    readonly file: number;
    readonly from: number;
    readonly digest: Uint8Array;
  }
  /** It comes now, from where it was wanted, or from 0 when what the receiver has is another. */
  | { readonly kind: "begin"; readonly file: number; readonly from: number }
  /** The next bytes of it: all of a frame, or a part of it. */
  | { readonly kind: "data"; readonly bytes: Uint8Array }
  /** That was all; the digest is that of the whole file. */
  | { readonly kind: "end"; readonly digest: Uint8Array }
  /** The file cannot be sent, or not to its end. */
  | { readonly kind: "broken"; readonly reason: string }
  /** It was received, checked, and is in its place. */
  | { readonly kind: "kept"; readonly file: number }
  /** It could not be kept. */
  | { readonly kind: "lost"; readonly file: number; readonly reason: string }
  /** Nothing more is wanted. */
  | { readonly kind: "done" }
  /** Somebody at this side does not want to go on. */
  | { readonly kind: "cancel"; readonly reason: string }
  /** This side is there, and has nothing to say. */
  | { readonly kind: "alive" };

/** A kind of message. */
export type TransferKind = TransferMessage["kind"];

/** A kind of frame. */
export interface Frame {
  /** Its first byte. */
  readonly type: number;
  /** The least bytes of its payload. */
  readonly least: number;
  /** The most bytes of its payload. */
  readonly most: number;
}

function exactly(type: number, length: number): Frame {
  return { type, least: length, most: length };
}

const { offerBytes, dataBytes, reasonBytes } = TRANSFER_LIMITS;

/** The types of frames, and how long their payloads may be. */
export const TRANSFER_FRAMES: Readonly<Record<TransferKind, Frame>> = {
  offer: { type: 1, least: 2, most: offerBytes },
  accept: exactly(2, 4 + 8),
  refuse: exactly(3, 1),
  want: exactly(4, 4 + 8 + DIGEST_BYTES),
  begin: exactly(5, 4 + 8),
  data: { type: 6, least: 0, most: dataBytes },
  end: exactly(7, DIGEST_BYTES),
  broken: { type: 8, least: 0, most: reasonBytes },
  kept: exactly(9, 4),
  lost: { type: 10, least: 4, most: 4 + reasonBytes },
  done: exactly(11, 0),
  cancel: { type: 12, least: 0, most: reasonBytes },
  alive: exactly(13, 0),
};

const encoder = new TextEncoder();

/**
 * Writes a message as a frame.
 *
 * @throws RangeError for an offer or data beyond the limits
 */
export function encodeTransfer(message: TransferMessage): Uint8Array<ArrayBuffer> {
  const payload = payloadOf(message);
  const frame = new Uint8Array(TRANSFER_HEADER_BYTES + payload.length);
  writeTransferHeader(frame, message.kind, payload.length);
  frame.set(payload, TRANSFER_HEADER_BYTES);
  return frame;
}

/**
 * Writes a header into the beginning of `into`: what is behind it need not be copied.
 *
 * @throws RangeError for a length beyond the limits
 */
export function writeTransferHeader(into: Uint8Array, kind: TransferKind, length: number): void {
  const { type, most } = TRANSFER_FRAMES[kind];
  if (length > most) throw new RangeError(`Cannot write ${kind}: ${length} bytes, ${most} at most`);
  into[0] = type;
  new DataView(into.buffer, into.byteOffset).setUint32(1, length);
}

function payloadOf(message: TransferMessage): Uint8Array {
  switch (message.kind) {
    case "offer":
      return encodeOffer(message.offer);
    case "accept":
      return numbers(message.files, message.bytes);
    case "refuse":
      return Uint8Array.of(REFUSAL_REASONS.indexOf(message.reason));
    case "want":
      return Uint8Array.of(...numbers(message.file, message.from), ...message.digest);
    case "begin":
      return numbers(message.file, message.from);
    case "data":
      return message.bytes;
    case "end":
      return message.digest;
    case "broken":
    case "cancel":
      return reasonOf(message.reason);
    case "kept":
      return numbers(message.file);
    case "lost":
      return Uint8Array.of(...numbers(message.file), ...reasonOf(message.reason));
    case "done":
    case "alive":
      return new Uint8Array(0);
  }
}

/** A number of four bytes, and perhaps one of eight behind it. */
function numbers(short: number, long?: number): Uint8Array {
  const bytes = new Uint8Array(long === undefined ? 4 : 12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, short);
  if (long !== undefined) view.setBigUint64(4, BigInt(long));
  return bytes;
}

/** A reason, cut at a whole character where it is too long. */
function reasonOf(text: string): Uint8Array {
  const bytes = new Uint8Array(reasonBytes);
  const { written } = encoder.encodeInto(text, bytes);
  return bytes.subarray(0, written);
}
