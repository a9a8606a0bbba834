/**
 * A connection of one request, from where it came to what is known of its end.
 */

import type { ByteStream, IncomingStream } from "../core/ports.ts";

/** Tells whether somebody still waits for an answer. */
export interface Attention {
  /**
   * Gives what aborts when the client has ended its side, or is gone. For what may wait its turn: all
   * else is answered before that is known.
   */
  whenGone(): AbortSignal;
}

/** How much is read of what comes while a request is answered; one is all a connection has. */
const PEEK_BYTES = 16;

/** A connection that is served. */
export class RequestSession<Buffer> implements Attention {
  readonly incoming: IncomingStream;
  readonly stream: ByteStream;
  readonly buffer: Buffer;
  /** Whether nothing more is to be expected from the client. */
  isDone = false;
  phase: "reading" | "answering" | "expired" = "reading";
  /** A read that was begun while the request was answered. */
  reading: Promise<number | null> | undefined;
  #gone: AbortController | undefined;

  /** Takes what has come; it is still the caller's to close. */
  constructor(incoming: IncomingStream, buffer: Buffer) {
    this.incoming = incoming;
    this.stream = incoming.stream;
    this.buffer = buffer;
  }

  whenGone(): AbortSignal {
    if (this.#gone === undefined) {
      this.#gone = new AbortController();
      this.reading = this.#watch(this.#gone);
      this.reading.catch(() => {}); // Whoever closes finds out by themselves.
    }
    return this.#gone.signal;
  }

  async #watch(gone: AbortController): Promise<number | null> {
    try {
      const count = await this.stream.read(new Uint8Array(PEEK_BYTES));
      this.isDone = count === null;
      if (count === null) gone.abort();
      return count;
    } catch (error) {
      gone.abort();
      throw error;
    }
  }
}
