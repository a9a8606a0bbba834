/**
 * A backend's answer to `CAP`, in which its own TLS port gives way to the one that clients of this
 * balancer can dial.
 */

import { copyOf } from "../core/bytes.ts";
import type { ByteStream } from "../core/ports.ts";
import { retoldCapabilities } from "../wire/capabilities.ts";

/** Longest answer that is understood, in bytes; another one is passed on as it is. */
const MAX_ANSWER_BYTES = 1024;

const LF = 10;

/** A connection with a backend that was asked `CAP`. Whoever has it closes it, and only it. */
export class RetoldAnswer implements ByteStream {
  readonly #stream: ByteStream;
  readonly #tls: number;
  /** What is still to be read of the answer, once it has come. */
  #answer: Uint8Array | undefined;

  /**
   * Takes ownership of `stream`.
   *
   * @param tls the port that clients are told
   */
  constructor(stream: ByteStream, tls: number) {
    this.#stream = stream;
    this.#tls = tls;
  }

  /** Reads the answer, and whatever follows it. */
  async read(into: Uint8Array): Promise<number | null> {
    this.#answer ??= await this.#hear();
    const piece = this.#answer.subarray(0, into.length);
    if (piece.length === 0) return await this.#stream.read(into);
    into.set(piece);
    this.#answer = this.#answer.subarray(piece.length);
    return piece.length;
  }

  /** Writes to the backend. */
  write(bytes: Uint8Array): Promise<number> {
    return this.#stream.write(bytes);
  }

  /** Ends our side of the connection. */
  closeWrite(): Promise<void> {
    return this.#stream.closeWrite();
  }

  /** Closes the connection. */
  close(): void {
    this.#stream.close();
  }

  /** The line that answers, retold where it can be, and what came with it. */
  async #hear(): Promise<Uint8Array> {
    const held = new Uint8Array(MAX_ANSWER_BYTES);
    let length = 0;
    let end = -1;
    while (end < 0 && length < held.length) {
      const count = await this.#stream.read(held.subarray(length));
      if (count === null) break;
      length += count;
      end = held.subarray(0, length).indexOf(LF);
    }
    const told = end < 0 ? undefined : retoldCapabilities(held.subarray(0, end), this.#tls);
    const all = held.subarray(0, length);
    return told === undefined ? all : copyOf([told, all.subarray(end + 1)]);
  }
}
