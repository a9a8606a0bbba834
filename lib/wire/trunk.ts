/**
 * The trunk: many buddy requests on one connection between a balancer and a server, numbered, answered
 * in any order. Rules: docs/protocols/trunk.md.
 *
 * Requests are lines; an answer is a line with its length, and so many bytes. Written for hot paths:
 * straight into the buffer that is sent, straight out of the one that was read into.
 */

import type { ByteBuilder } from "../core/byte_builder.ts";
import { sameBytes } from "../core/bytes.ts";
import { canonicalIp, isIpAddress } from "../core/ip_address.ts";
import { MAX_BUDDY_LINE_BYTES, TRUNK_LIMITS } from "../core/limits.ts";
import { bytesAsText } from "./masked_bytes.ts";
import { splitFields } from "./fields.ts";
import { ReceiveBuffer } from "./receive_buffer.ts";

/** The version both sides must speak. */
const VERSION = "1";
const SPACE = 32;
const LF = 10;
const ZERO = 48;
const NINE = 57;

const encoder = new TextEncoder();

/** What a balancer sends to open a trunk. */
export const TRUNK_OPENING: Uint8Array<ArrayBuffer> = encoder.encode(`TRUNK ${VERSION}\n`);

/** What a server answers that takes it: any other line is a refusal. */
export const TRUNK_TAKEN: Uint8Array<ArrayBuffer> = encoder.encode(
  `200 OK trunk/${VERSION}\r\n`,
);

/** Whether a server's answer to {@linkcode TRUNK_OPENING}, without its line end, takes the trunk. */
export function isTrunkTaken(line: Uint8Array): boolean {
  return sameBytes(line, TRUNK_TAKEN.subarray(0, -2));
}

/** Whether a request line asks for a trunk of a version we speak. */
export function opensTrunk(line: Uint8Array): boolean {
  // Asked of every request of a trusted address: one byte tells most of them.
  if (line[0] !== 0x54 && line[0] !== 0x74 && line[0] !== SPACE && line[0] !== 9) return false;
  const [verb, version] = splitFields(line, 2);
  return verb?.toUpperCase() === "TRUNK" && version === VERSION;
}

/** The longest number, and the longest address: of IPv6, with a zone. */
const MAX_DIGITS = 16;
const MAX_ADDRESS_BYTES = 64;

/** The longest line of a request without its line end: number, address, port, and what was asked. */
export const MAX_TRUNK_LINE_BYTES: number = MAX_DIGITS + MAX_ADDRESS_BYTES + "65535".length + 3 +
  MAX_BUDDY_LINE_BYTES;

/** A request on a trunk. */
export interface TrunkRequest {
  /** Tells it from a ping. */
  readonly kind: "request";
  /** Its number: one more than the request before it. */
  readonly number: number;
  /** The client's address in canonical form. */
  readonly ip: string;
  /** Its port. */
  readonly port: number;
  /** What it asked, without its line end; valid as long as the line it was read from. */
  readonly line: Uint8Array;
}

/** What a balancer says on a trunk. */
export type TrunkCall = TrunkRequest | { readonly kind: "ping" };

const PING: TrunkCall = { kind: "ping" };
const PING_LINE = encoder.encode("PING");

/**
 * Reads what a balancer says, a line without its line end.
 *
 * @returns `undefined` for a line outside the grammar
 */
export function parseTrunkCall(line: Uint8Array): TrunkCall | undefined {
  const first = line.indexOf(SPACE);
  if (first < 0) return sameBytes(line, PING_LINE) ? PING : undefined;
  const second = line.indexOf(SPACE, first + 1);
  const third = second < 0 ? -1 : line.indexOf(SPACE, second + 1);
  if (third < 0 || line.length - third - 1 > MAX_BUDDY_LINE_BYTES) return undefined;
  const number = wholeNumber(line, 0, first);
  const port = wholeNumber(line, second + 1, third);
  const ip = address(line.subarray(first + 1, second));
  if (number === undefined || port === undefined || port > 65_535 || ip === undefined) {
    return undefined;
  }
  return { kind: "request", number, ip, port, line: line.subarray(third + 1) };
}

/** Writes a request. `line` is what the client sent up to its LF, and has none. */
export function putTrunkRequest(
  into: ByteBuilder,
  number: number,
  ip: string,
  port: number,
  line: Uint8Array,
): void {
  into.decimal(number);
  into.byte(SPACE);
  into.ascii(ip);
  into.byte(SPACE);
  into.decimal(port);
  into.byte(SPACE);
  into.append(line);
  into.byte(LF);
}

/** Writes the question whether the server is there. */
export function putPing(into: ByteBuilder): void {
  into.ascii("PING\n");
}

/** What a server says on a trunk. */
export type TrunkReply =
  /**
   * The answer to a request, or the next piece of a long one; empty is a close without an answer. Valid
   * until the reader is used again.
   */
  | {
    readonly kind: "answer";
    readonly number: number;
    readonly bytes: Uint8Array;
    readonly isLast: boolean;
  }
  /** It is there. */
  | { readonly kind: "pong" }
  /** It takes requests as long as the balancer sends some, and wants it to end its side. */
  | { readonly kind: "drain" }
  /** It closes the trunk, because of what the balancer sent. */
  | { readonly kind: "error"; readonly reason: string };

const NOTHING = new Uint8Array();

/** Writes an answer; one beyond all limits becomes none. */
export function putTrunkAnswer(
  into: ByteBuilder,
  number: number,
  answer: Uint8Array | undefined,
): void {
  const sent = answer !== undefined && answer.length <= TRUNK_LIMITS.answerBytes ? answer : NOTHING;
  into.decimal(number);
  into.byte(SPACE);
  into.decimal(sent.length);
  into.byte(LF);
  into.append(sent);
}

/** Writes that we are there. */
export function putPong(into: ByteBuilder): void {
  into.ascii("PONG\n");
}

/** Writes that the balancer is to end its side. */
export function putDrain(into: ByteBuilder): void {
  into.ascii("DRAIN\n");
}

/** Writes why the trunk is closed, in ASCII. */
export function putTrunkError(into: ByteBuilder, reason: string): void {
  into.ascii(`ERROR ${reason}\n`);
}

/** The longest line of a server: an error; the lines of answers are shorter. */
export const MAX_TRUNK_REPLY_LINE_BYTES = 200;

/** What a reader has at the moment: a message, or why there is none. */
export type TrunkRead = TrunkReply | "partial" | "broken";

/** Reads what a server says. */
export class TrunkReplyReader {
  readonly #buffer = new ReceiveBuffer(
    MAX_TRUNK_REPLY_LINE_BYTES,
    2 * TRUNK_LIMITS.pieceBytes,
  );
  /** The answer whose line has come, and how many of its bytes have not; less than 0 for none. */
  #number = 0;
  #missing = -1;

  /** The space to read into. */
  free(): Uint8Array<ArrayBuffer> {
    return this.#buffer.free();
  }

  /** Says that so many bytes were put into it. */
  filled(count: number): void {
    this.#buffer.filled(count);
  }

  /** The next message. After "broken" nothing can be told any more. */
  next(): TrunkRead {
    const buffer = this.#buffer;
    if (this.#missing < 0) {
      const line = buffer.takeLine();
      if (line === undefined) return buffer.overflowed ? "broken" : "partial";
      const reply = this.#readLine(line);
      if (reply !== undefined) return reply;
    }
    const wanted = Math.min(this.#missing, TRUNK_LIMITS.pieceBytes);
    if (buffer.length < wanted) return "partial";
    const bytes = buffer.takeBytes(wanted);
    const isLast = wanted === this.#missing;
    this.#missing = isLast ? -1 : this.#missing - wanted;
    return { kind: "answer", number: this.#number, bytes, isLast };
  }

  /** A message that is a line; `undefined` for an answer, whose bytes come behind. */
  #readLine(line: Uint8Array): TrunkReply | "broken" | undefined {
    const cut = line.indexOf(SPACE);
    const number = cut < 0 ? undefined : wholeNumber(line, 0, cut);
    if (number === undefined) return readWord(line);
    const length = wholeNumber(line, cut + 1, line.length);
    if (length === undefined || length > TRUNK_LIMITS.answerBytes) return "broken";
    this.#number = number;
    this.#missing = length;
    return undefined;
  }
}

function readWord(line: Uint8Array): TrunkReply | "broken" {
  const text = bytesAsText(line);
  if (text === "PONG") return { kind: "pong" };
  if (text === "DRAIN") return { kind: "drain" };
  return text.startsWith("ERROR ") ? { kind: "error", reason: text.slice(6) } : "broken";
}

/** A whole number in decimal digits, from 0 to what is exact, with no zero in front. */
function wholeNumber(bytes: Uint8Array, start: number, end: number): number | undefined {
  if (end <= start || end - start > MAX_DIGITS || (bytes[start] === ZERO && end > start + 1)) {
    return undefined;
  }
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = bytes[at]!;
    if (digit < ZERO || digit > NINE) return undefined;
    value = value * 10 + (digit - ZERO);
  }
  return value <= Number.MAX_SAFE_INTEGER ? value : undefined;
}

function address(bytes: Uint8Array): string | undefined {
  if (bytes.length > MAX_ADDRESS_BYTES) return undefined;
  const text = bytesAsText(bytes);
  return isIpAddress(text) ? canonicalIp(text) : undefined;
}
