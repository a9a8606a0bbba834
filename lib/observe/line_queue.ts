/**
 * Lines on their way to somebody who may not read them: a terminal that was stopped with Ctrl-S, a
 * pager, a journal that is stuck. They are written beside the work, never in it: a synchronous write
 * to a pipe that is full stops the whole program. What is too much for the queue is counted, and told
 * of when the reader is back.
 */

import { MAX_WAITING_LOG } from "../core/limits.ts";
import { within } from "../core/within.ts";

/** What a queue needs. */
export interface LineQueueParts {
  /** Writes some of the bytes and tells how many, as `Deno.stderr.write` does. */
  readonly write: (bytes: Uint8Array) => Promise<number>;
  /** Is told, when there is room again, how many lines were left out. */
  readonly leftOut: (count: number) => void;
  /** Characters that may wait, those being written included. */
  readonly most?: number;
}

const encoder = new TextEncoder();

/** Writes lines in their order, as fast as they are read. */
export class LineQueue {
  readonly #parts: LineQueueParts;
  readonly #most: number;
  #lines: string[] = [];
  /** Characters that wait or are being written. */
  #held = 0;
  #leftOut = 0;
  #writing: Promise<void> | undefined;

  /** Starts empty. */
  constructor(parts: LineQueueParts) {
    this.#parts = parts;
    this.#most = parts.most ?? MAX_WAITING_LOG;
  }

  /** Takes a whole line with its LF. Never waits and never throws. */
  readonly write = (line: string): void => {
    if (this.#held + line.length > this.#most) {
      this.#leftOut++;
      return;
    }
    this.#held += line.length;
    this.#lines.push(line);
    this.#writing ??= this.#writeAll();
  };

  /** Resolves when everything is written, or after so many milliseconds if nobody reads it. */
  async flush(milliseconds: number): Promise<void> {
    if (this.#writing !== undefined) await within(milliseconds, this.#writing, () => {});
  }

  async #writeAll(): Promise<void> {
    while (this.#lines.length > 0) {
      const text = this.#lines.join("");
      this.#lines = [];
      await this.#writePiece(encoder.encode(text));
      this.#held -= text.length;
      if (this.#lines.length === 0) this.#tellLeftOut();
    }
    this.#writing = undefined;
  }

  /** When there is room for it: it is a line, too. */
  #tellLeftOut(): void {
    const count = this.#leftOut;
    this.#leftOut = 0;
    if (count > 0) this.#parts.leftOut(count);
  }

  async #writePiece(bytes: Uint8Array): Promise<void> {
    try {
      for (let at = 0; at < bytes.length;) at += await this.#parts.write(bytes.subarray(at));
    } catch {
      // The reader is gone for good, and there is nowhere else to say so.
    }
  }
}
