/**
 * When a store's journal is compacted: by its size, one at a time, and not again at once after one
 * that failed.
 */

import { reasonOf } from "../core/errors.ts";
import type { Log } from "../core/ports.ts";

/** A journal is compacted when it is this part of the snapshot: that bounds the rewriting. */
const COMPACT_SHARE = 0.5;

/** Starts compactions. */
export class Compactions {
  readonly #compact: () => Promise<number | undefined>;
  readonly #compactFrom: number;
  readonly #log: Log;
  #running: Promise<void> | undefined;
  /** After one that failed: the journal's length at which it is tried again. */
  #againFrom = 0;

  /**
   * Starts nothing yet.
   *
   * @param compact does one, see `compaction.ts`
   * @param compactFrom journal length in bytes from which it is considered
   */
  constructor(compact: () => Promise<number | undefined>, compactFrom: number, log: Log) {
    this.#compact = compact;
    this.#compactFrom = compactFrom;
    this.#log = log;
  }

  /** Starts one when the journal has grown enough. */
  consider(journalBytes: number, snapshotBytes: number): void {
    const from = Math.max(this.#compactFrom, snapshotBytes * COMPACT_SHARE, this.#againFrom);
    if (this.#running !== undefined || journalBytes < from) return;
    this.#running = this.#run(journalBytes).finally(() => this.#running = undefined);
  }

  /** Resolves when none is running. */
  async idle(): Promise<void> {
    await this.#running;
  }

  async #run(journalBytes: number): Promise<void> {
    try {
      const bytes = await this.#compact();
      if (bytes === undefined) return;
      this.#againFrom = 0;
      this.#log.info("Compacted the journal into users.txt", { bytes });
    } catch (error) {
      this.#againFrom = 2 * journalBytes;
      this.#log.warn("Cannot compact the journal, it goes on growing", { reason: reasonOf(error) });
    }
  }
}
