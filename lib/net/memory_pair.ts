/**
 * Two ends of a connection in memory, for tests that need a conversation and no socket.
 *
 * It does what TCP does where Parley depends on it: bytes keep their order but not their pieces, a
 * side ends only its own direction, a writer waits for a slow reader, and closing with unread input
 * (or input that comes later) resets the connection, which takes with it what the other side has
 * not read yet.
 */

import { copyOf } from "../core/bytes.ts";
import type { ByteStream } from "../core/ports.ts";

/** Bytes on the way in one direction before a writer waits: about what a socket holds. */
const CAPACITY_BYTES = 64 * 1024;

/** Makes both ends of one connection. */
export function memoryPair(capacity: number = CAPACITY_BYTES): [ByteStream, ByteStream] {
  const there = new Pipe(capacity);
  const back = new Pipe(capacity);
  return [new MemoryEnd(back, there), new MemoryEnd(there, back)];
}

class MemoryEnd implements ByteStream {
  readonly #input: Pipe;
  readonly #output: Pipe;
  #closed = false;

  constructor(input: Pipe, output: Pipe) {
    this.#input = input;
    this.#output = output;
  }

  async read(into: Uint8Array): Promise<number | null> {
    this.#requireOpen();
    return await this.#input.read(into);
  }

  async write(bytes: Uint8Array): Promise<number> {
    this.#requireOpen();
    if (this.#output.readerClosed) this.#input.fail("reset");
    return await this.#output.write(bytes);
  }

  closeWrite(): Promise<void> {
    return Promise.try(() => {
      this.#requireOpen();
      this.#output.end();
    });
  }

  close(): void {
    this.#requireOpen();
    this.#closed = true;
    if (this.#input.hasUnread) this.#output.fail("reset");
    else this.#output.end();
    this.#input.fail("closed");
  }

  #requireOpen(): void {
    if (this.#closed) throw new Deno.errors.BadResource("The connection is closed");
  }
}

/** Why a direction carries nothing any more: its reader let go of it, or the connection broke. */
type Failure = "closed" | "reset";

/** One direction. */
class Pipe {
  readonly #capacity: number;
  #held = new Uint8Array(0);
  #ended = false;
  #failure: Failure | undefined;
  /** Wakes whoever waits for this direction to change. */
  #changed = Promise.withResolvers<void>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Whether the side that reads has let go: what is written now resets the connection. */
  get readerClosed(): boolean {
    return this.#failure === "closed";
  }

  get hasUnread(): boolean {
    return this.#held.length > 0;
  }

  async read(into: Uint8Array): Promise<number | null> {
    while (this.#held.length === 0 && !this.#ended) {
      this.#requireReadable();
      await this.#changed.promise;
    }
    this.#requireReadable();
    if (this.#held.length === 0) return null;
    const piece = this.#held.subarray(0, into.length);
    into.set(piece);
    this.#held = this.#held.slice(piece.length);
    this.#wake();
    return piece.length;
  }

  async write(bytes: Uint8Array): Promise<number> {
    for (;;) {
      if (this.#failure !== undefined) throw new Deno.errors.ConnectionReset("Connection reset");
      if (this.#ended) throw new Deno.errors.BrokenPipe("Broken pipe");
      const space = this.#capacity - this.#held.length;
      if (space > 0 || bytes.length === 0) return this.#take(bytes.subarray(0, space));
      await this.#changed.promise;
    }
  }

  /** No more is written; what is on the way can be read. */
  end(): void {
    this.#ended = true;
    this.#wake();
  }

  /** Nothing is read or written any more, and what is on the way is lost. */
  fail(failure: Failure): void {
    this.#failure ??= failure;
    this.#held = new Uint8Array(0);
    this.#wake();
  }

  #requireReadable(): void {
    if (this.#failure === "closed") throw new Deno.errors.Interrupted("operation canceled");
    if (this.#failure === "reset") throw new Deno.errors.ConnectionReset("Connection reset");
  }

  #take(bytes: Uint8Array): number {
    this.#held = copyOf([this.#held, bytes]);
    this.#wake();
    return bytes.length;
  }

  #wake(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}
