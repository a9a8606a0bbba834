/**
 * Chat between two clients, without its sockets. Rules: protocols/buddy.md, "Peer chat".
 *
 * After `ACCEPT` there is no envelope: every line is a message. Parley writes UTF-8; a line that is
 * not valid UTF-8 is read as Latin-1, because that is what the Java clients write.
 */

import { MAX_PEER_ANSWER_BYTES, MAX_PEER_LINE_BYTES } from "../core/limits.ts";
import { ReceiveBuffer } from "./receive_buffer.ts";

const encoder = new TextEncoder();

/** What a callee sends to take a call: in a write of its own, with nothing after it. */
export const ACCEPT: Uint8Array<ArrayBuffer> = encoder.encode("ACCEPT\n");

/** What a callee sends before it closes to turn a call down. */
export const REJECT: Uint8Array<ArrayBuffer> = encoder.encode("REJECT\n");

/** Writes one message: UTF-8 and LF. The text must hold no line end. */
export function encodePeerLine(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text + "\n");
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Reads the bytes of one message: UTF-8, or else Latin-1. */
export function decodePeerText(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  }
}

/**
 * One side's reading of a peer connection: first the answer to a call, then messages.
 *
 * Feed it what arrives, in any pieces; it holds at most one line.
 */
export class PeerReader {
  readonly #buffer = new ReceiveBuffer(MAX_PEER_LINE_BYTES);

  /** Takes what arrived and returns the messages that it completes. */
  messages(chunk: Uint8Array): string[] {
    const messages: string[] = [];
    let rest = chunk;
    do {
      rest = rest.subarray(this.#buffer.feed(rest));
      let line;
      while ((line = this.#takeLineOrPiece()) !== undefined) messages.push(decodePeerText(line));
    } while (rest.length > 0);
    return messages;
  }

  #takeLineOrPiece(): Uint8Array | undefined {
    return this.#buffer.takeLine() ?? (this.#buffer.overflowed ? this.#takePiece() : undefined);
  }

  /** What the other side sent last without a line end; nothing when it ended properly. */
  end(): string[] {
    return this.#buffer.length === 0 ? [] : [decodePeerText(this.#buffer.takeRest())];
  }

  /**
   * The caller's side: takes what arrived while waiting for an answer.
   *
   * @param ended whether the stream has ended after `chunk`
   * @returns `true` for ACCEPT (LF, CRLF or end of stream after it), `false` for anything else,
   * `undefined` while the answer is incomplete. After `true`, give what comes to `messages`;
   * whatever followed ACCEPT in the same bytes is still in here, see {@linkcode pending}.
   */
  answer(chunk: Uint8Array, ended: boolean): boolean | undefined {
    // An answer fits the buffer many times over; what would not fit is no ACCEPT.
    const fed = this.#buffer.feed(chunk);
    this.#pending = chunk.slice(fed); // a copy: the caller may read the next bytes into the same place
    const line = this.#buffer.takeLine() ?? (ended ? this.#buffer.takeRest() : undefined);
    if (line !== undefined) return decodePeerText(line) === "ACCEPT";
    return this.#buffer.length > MAX_PEER_ANSWER_BYTES ? false : undefined;
  }

  #pending: Uint8Array = new Uint8Array(0);

  /** Messages that came in the same bytes as ACCEPT. */
  pending(): string[] {
    const rest = this.#pending;
    this.#pending = new Uint8Array(0);
    return this.messages(rest);
  }

  /** A piece of an overlong line, not cut inside a UTF-8 character where there is one. */
  #takePiece(): Uint8Array {
    const held = this.#buffer.peek();
    let cut = MAX_PEER_LINE_BYTES;
    while (cut > MAX_PEER_LINE_BYTES - 4 && (held[cut]! & 0xc0) === 0x80) cut--;
    const isCharacterStart = (held[cut]! & 0xc0) !== 0x80;
    return this.#buffer.takeBytes(isCharacterStart ? cut : MAX_PEER_LINE_BYTES);
  }
}
