/**
 * Looking at the first bytes of a connection before anybody reads it: for a PROXY header, or for
 * what a choice of backend depends on. The bytes looked at are still there for the reader, unless
 * they are dropped on purpose.
 */

import { MAX_PEEK_BYTES } from "../core/limits.ts";
import type { ByteStream } from "../core/ports.ts";
import { within } from "../core/within.ts";
import { setUpSocket } from "./tcp.ts";

/** What waiting for more bytes came to. */
export type Peek = "more" | "ended" | "full" | "timeout";

/** A connection whose first bytes can be looked at. Whoever has it closes it, and only it. */
export class PeekedStream implements ByteStream {
  readonly #stream: ByteStream;
  #bytes: Uint8Array;
  #start = 0;
  #end = 0;
  /** A read that was begun to look, and has not come to anything yet. */
  #pending: Promise<number | null> | undefined;
  #hasEnded = false;

  /** Takes ownership of `stream`; holds at most `maxBytes` of it. */
  constructor(stream: ByteStream, maxBytes: number = MAX_PEEK_BYTES) {
    this.#stream = stream;
    this.#bytes = new Uint8Array(maxBytes);
  }

  /**
   * The same for a connection that somebody has begun to read: `bytes` belongs to it from now on.
   *
   * @param read what was read into `bytes` so far, and the read of more of it that is under way
   */
  static begun(
    stream: ByteStream,
    bytes: Uint8Array,
    read: {
      readonly count: number;
      readonly pending?: Promise<number | null> | undefined;
      readonly hasEnded?: boolean;
    },
  ): PeekedStream {
    const peeked = new PeekedStream(stream, 0);
    peeked.#bytes = bytes;
    peeked.#end = read.count;
    peeked.#pending = read.pending;
    peeked.#hasEnded = read.hasEnded ?? false;
    return peeked;
  }

  /** What has come so far: valid until the next call. */
  get held(): Uint8Array {
    return this.#bytes.subarray(this.#start, this.#end);
  }

  /**
   * Waits for more than is held. A time that passes loses nothing: the bytes come to whoever looks
   * or reads next. Rejects when the connection is gone.
   *
   * @param deadline when to give up, by `performance.now()`
   */
  async peekMore(deadline: number): Promise<Peek> {
    if (this.#hasEnded) return "ended";
    if (this.#end === this.#bytes.length) this.#makeRoom();
    if (this.#end === this.#bytes.length) return "full";
    this.#pending ??= this.#stream.read(this.#bytes.subarray(this.#end));
    const left = deadline - performance.now();
    const count = await within(left, this.#pending, () => "timeout" as const);
    if (count === "timeout") return "timeout";
    this.#take(count);
    return count === null ? "ended" : "more";
  }

  /**
   * Waits for more until what is held is enough. Rejects when the connection is gone.
   *
   * @param decide judges what is held, and is told when no more will come; `undefined` is not enough
   * @param deadline when to give up, by `performance.now()`
   * @returns what was decided, `undefined` when it was never enough
   */
  async peekUntil<T>(
    decide: (held: Uint8Array, isEnd: boolean) => T | undefined,
    deadline: number,
  ): Promise<T | undefined> {
    let isEnd = false;
    for (;;) {
      const decided = decide(this.held, isEnd);
      if (decided !== undefined || isEnd) return decided;
      const peek = await this.peekMore(deadline);
      if (peek === "full" || peek === "timeout") return undefined;
      isEnd = peek === "ended";
    }
  }

  /** Drops the first bytes held: a header that was read. */
  skip(count: number): void {
    this.#start += count;
  }

  /** Reads what is held first, then from the connection. */
  read(into: Uint8Array): Promise<number | null> {
    if (this.#start < this.#end || this.#pending !== undefined || this.#hasEnded) {
      return this.#readHeld(into);
    }
    return this.#stream.read(into);
  }

  /** Writes to the connection. */
  write(bytes: Uint8Array): Promise<number> {
    return this.#stream.write(bytes);
  }

  /** Ends our side of the connection. */
  closeWrite(): Promise<void> {
    return this.#stream.closeWrite();
  }

  /** See `setUpSocket`, which finds this, and has all of it done to the socket itself. */
  setNoDelay(): void {
    setUpSocket(this.#stream);
  }

  /** Closes the connection. */
  close(): void {
    this.#pending?.catch(() => {});
    this.#stream.close();
  }

  async #readHeld(into: Uint8Array): Promise<number | null> {
    if (this.#start === this.#end && this.#pending !== undefined) this.#take(await this.#pending);
    const piece = this.held.subarray(0, into.length);
    if (piece.length === 0) return null;
    into.set(piece);
    this.#start += piece.length;
    return piece.length;
  }

  /** Uses the space of what was skipped again: a header must not keep what follows it from being seen. */
  #makeRoom(): void {
    this.#bytes.copyWithin(0, this.#start, this.#end);
    this.#end -= this.#start;
    this.#start = 0;
  }

  #take(count: number | null): void {
    this.#pending = undefined;
    if (count === null) this.#hasEnded = true;
    else this.#end += count;
  }
}
