/**
 * A connection to another client, from the first byte to an orderly end. One loop reads it all its
 * life and hands what comes to whoever listens at the moment: first to whoever waits for an answer
 * (the caller for ACCEPT, the callee for its user), then to the chat.
 */

import type { ByteStream } from "../core/ports.ts";
import { closeNow, type OrderlyCloser, writeAll } from "../net/orderly_close.ts";
import { SendQueue } from "../net/send_queue.ts";
import { setUpSocket } from "../net/tcp.ts";

/** How the other side's stream came to its end. */
export type PeerEnd = "theirs" | "lost";

/** Takes what comes from the other side. Both are called synchronously and must not throw. */
export interface PeerListener {
  /** Bytes came; they are valid only until this returns. */
  bytes(chunk: Uint8Array): void;
  /** Nothing more will come. Not called after {@linkcode PeerConnection.close}. */
  ended(how: PeerEnd): void;
}

const READ_BYTES = 16 * 1024;

/** A connection to another client. It owns its stream. */
export class PeerConnection {
  /** Who is told what comes. */
  listener: PeerListener;
  readonly #stream: ByteStream;
  readonly #closer: OrderlyCloser;
  readonly #queue: SendQueue;
  #closed: Promise<void> | undefined;

  constructor(stream: ByteStream, closer: OrderlyCloser, listener: PeerListener) {
    this.#stream = stream;
    this.#closer = closer;
    this.listener = listener;
    this.#queue = new SendQueue(stream);
    // Lines are short and typed: each goes out as it is, and none waits to share a segment.
    setUpSocket(stream);
    this.#read();
  }

  async #read(): Promise<void> {
    const chunk = new Uint8Array(READ_BYTES);
    try {
      for (;;) {
        const count = await this.#stream.read(chunk);
        if (this.#closed !== undefined) return; // the closer drops the rest
        if (count === null) return this.listener.ended("theirs");
        this.listener.bytes(chunk.subarray(0, count));
      }
    } catch {
      if (this.#closed === undefined) this.listener.ended("lost");
    }
  }

  /** Writes bytes in a write of their own; false when the connection is gone. */
  async sendAlone(bytes: Uint8Array): Promise<boolean> {
    try {
      await writeAll(this.#stream, bytes);
      return this.#closed === undefined;
    } catch {
      return false;
    }
  }

  /** Queues bytes; false when too much waits already or the connection is gone. */
  send(bytes: Uint8Array): boolean {
    return this.#closed === undefined && this.#queue.send(bytes);
  }

  /** Resolves when all that was queued is with the system: true, or cannot be sent any more. */
  async flush(): Promise<boolean> {
    return await this.#queue.flush();
  }

  /**
   * Ends the connection in an orderly way, after what is queued and an optional last word. What
   * does not go out within the closer's time is given up. Never rejects.
   */
  close(lastWord?: Uint8Array): Promise<void> {
    this.#closed ??= this.#end(lastWord);
    return this.#closed;
  }

  async #end(lastWord: Uint8Array | undefined): Promise<void> {
    if (lastWord !== undefined) this.#queue.send(lastWord);
    this.#closer.closeLater(this.#stream); // for one who does not read: the flush then fails
    await this.#queue.flush();
    await this.#closer.close(this.#stream);
  }

  /** Lets go of the connection at once, whatever is still to be sent. */
  abandon(): void {
    closeNow(this.#stream);
  }
}
