/**
 * The connection of a file transfer, for either side: messages out and in, signs of life, and an end
 * when the other side gives none. Rules: docs/protocols/files.md.
 *
 * Rules of this file:
 * - Frames go out one after the other, whoever sends them.
 * - Silence counts only while we read: a side that is busy with its disk has not heard nothing.
 * - What is read goes into a few buffers in turn, so that bytes of a file can be written while the
 *   next ones are read.
 */

import { TRANSFER_LIMITS } from "../core/limits.ts";
import type { ByteStream } from "../core/ports.ts";
import { closeNow, type OrderlyCloser, writeAll } from "../net/orderly_close.ts";
import { encodeTransfer, TRANSFER_PREFACE, type TransferMessage } from "../wire/transfer.ts";
import { type ReceivedMessage, TransferReader } from "../wire/transfer_reader.ts";

/** How long things may take, in milliseconds; tests have less patience. */
export interface LinkTimes {
  readonly aliveMs: number;
  readonly silentMs: number;
}

const TIMES: LinkTimes = {
  aliveMs: TRANSFER_LIMITS.aliveSeconds * 1000,
  silentMs: TRANSFER_LIMITS.silentSeconds * 1000,
};

/** The connection carries no more messages, for another reason than an orderly end. */
export class TransferLostError extends Error {
  /** Kept when the code is minified. */
  override readonly name = "TransferLostError";
}

/** What is said of a message that the protocol has no place for. */
export function outOfTurn(kind: string): TransferLostError {
  return new TransferLostError(`it sent "${kind}" where that has no meaning`);
}

const ALIVE = encodeTransfer({ kind: "alive" });

/** A connection of a transfer. It owns its stream. */
export class TransferLink {
  readonly #stream: ByteStream;
  readonly #closer: OrderlyCloser;
  readonly #times: LinkTimes;
  readonly #reader = new TransferReader();
  readonly #heartbeat: ReturnType<typeof setInterval>;
  #writing: Promise<void>;
  #pending = 0;
  #sentAt = performance.now();
  #readingSince: number | undefined;
  #isSilent = false;
  #closed: Promise<void> | undefined;

  /** Begins with the preface of the protocol. */
  constructor(stream: ByteStream, closer: OrderlyCloser, times: LinkTimes = TIMES) {
    this.#stream = stream;
    this.#closer = closer;
    this.#times = times;
    this.#writing = this.#write(new TextEncoder().encode(TRANSFER_PREFACE));
    this.#writing.catch(() => {}); // whoever reads is told
    this.#heartbeat = setInterval(() => this.#beat(), times.aliveMs / 2);
  }

  /** Sends a message; resolves when the system has it. Rejects when the connection is gone. */
  send(message: TransferMessage): Promise<void> {
    return this.sendFrame(encodeTransfer(message));
  }

  /** Sends a frame as it is, which must stay so until this resolves. */
  async sendFrame(frame: Uint8Array): Promise<void> {
    const before = this.#writing;
    const writing = before.then(() => this.#write(frame));
    this.#writing = writing;
    writing.catch(() => {});
    this.#pending++;
    try {
      await writing;
    } finally {
      this.#pending--;
    }
  }

  async #write(frame: Uint8Array): Promise<void> {
    await writeAll(this.#stream, frame);
    this.#sentAt = performance.now();
  }

  /**
   * What comes, as groups of messages that came together; ends where the other side's stream ends in
   * order. Bytes of a file are good until the group after the next is asked for.
   *
   * @throws TransferLostError when the connection breaks, falls silent, or brings what is no transfer
   */
  async *received(): AsyncGenerator<Iterable<ReceivedMessage>, void> {
    const buffers = [0, 1].map(() => new Uint8Array(TRANSFER_LIMITS.pieceBytes));
    for (let turn = 0;; turn++) {
      const buffer = buffers[turn % buffers.length]!;
      const count = await this.#read(buffer);
      if (count === null) return;
      yield this.#messages(buffer.subarray(0, count));
    }
  }

  *#messages(bytes: Uint8Array): Generator<ReceivedMessage> {
    for (const message of this.#reader.messages(bytes)) {
      if (message.kind === "invalid") throw new TransferLostError(`it sent ${message.why}`);
      if (message.kind !== "alive") yield message;
    }
  }

  async #read(buffer: Uint8Array): Promise<number | null> {
    this.#readingSince = performance.now();
    try {
      const count = await this.#stream.read(buffer);
      return this.#closed === undefined ? count : null;
    } catch (cause) {
      if (this.#closed !== undefined) return null;
      const seconds = Math.round(this.#times.silentMs / 1000);
      const why = this.#isSilent ? `no sign of life for ${seconds} s` : "the connection was lost";
      throw new TransferLostError(why, { cause });
    } finally {
      this.#readingSince = undefined;
    }
  }

  #beat(): void {
    const now = performance.now();
    if (this.#readingSince !== undefined && now - this.#readingSince > this.#times.silentMs) {
      this.#isSilent = true;
      closeNow(this.#stream);
    } else if (this.#pending === 0 && now - this.#sentAt >= this.#times.aliveMs / 2) {
      this.sendFrame(ALIVE).catch(() => {});
    }
  }

  /**
   * Ends the connection in order, after what was sent and perhaps a last message. What comes after
   * that is dropped. Never rejects.
   */
  close(last?: TransferMessage): Promise<void> {
    this.#closed ??= this.#close(last);
    return this.#closed;
  }

  async #close(last: TransferMessage | undefined): Promise<void> {
    clearInterval(this.#heartbeat);
    this.#closer.closeLater(this.#stream); // for one who does not read: the write then fails
    await (last === undefined ? this.#writing : this.send(last)).catch(() => {});
    await this.#closer.close(this.#stream);
  }
}
