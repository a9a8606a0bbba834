/**
 * The lock that servers sharing a data directory take turns with: an exclusive lock of the system
 * on the file `lock`. A process that dies lets go of it by dying.
 *
 * Rules of this file:
 * - Waiting ends at a deadline, so that a sibling that was stopped while it held the lock costs
 *   others a refused request and not their service. The system's own waiting cannot be called off;
 *   what was abandoned and granted later is let go at once, or used by whoever waits then.
 * - Taking and letting go costs as much as a write, so the lock is kept for a moment when more work
 *   is likely, and given up after a while even when there is more, so that siblings get their turn.
 * - Giving it up under load costs a twentieth of the requests a second (measured), so turns grow
 *   while no sibling is seen to write, and are short again with the first that does.
 */

import { reasonOf, StorageError } from "../core/errors.ts";
import { within } from "../core/within.ts";
import type { NamedLock } from "./named_lock.ts";

/** How a lock is shared; the defaults are for servers on one machine. */
export interface LockTiming {
  /** Longest wait for the lock. */
  readonly deadlineMs: number;
  /** Longest time it is kept while there is work and siblings write, too. */
  readonly turnMs: number;
  /** How long it is kept when the work is done and more may come. */
  readonly idleMs: number;
  /** So many times as long both may become while no sibling writes; absent: they stay. */
  readonly growth?: number;
}

/** What holds on one machine: a turn is some dozens of syncs. */
export const LOCK_TIMING: LockTiming = {
  deadlineMs: 2000,
  turnMs: 30,
  idleMs: 2,
  growth: 8,
};

/** Shortest wait, for those who come when the deadline has passed already. */
const MIN_WAIT_MS = 50;

/** One process's hold on a data directory. Used by one task at a time. */
export class DirectoryLock {
  readonly #file: NamedLock;
  readonly #timing: LockTiming;
  #grown = 1;
  #heldSince: number | undefined;
  /** Whether somebody waits for it or has it. */
  #isWanted = false;
  #askedAt = 0;
  #granting: Promise<void> | undefined;
  #lettingGo: Promise<void> = Promise.resolve();
  #turnWasOver = false;
  #idle: ReturnType<typeof setTimeout> | undefined;

  /** Locks with `file`, which is this lock's to close. */
  constructor(file: NamedLock, timing: LockTiming = LOCK_TIMING) {
    this.#file = file;
    this.#timing = timing;
  }

  /** Says that siblings write: turns are short from now on. */
  share(): void {
    this.#grown = 1;
  }

  /**
   * Waits for the lock. Give it back with {@linkcode release}.
   *
   * @returns true when it was taken anew: others may have written meanwhile
   * @throws StorageError when it cannot be had within the deadline
   */
  async acquire(): Promise<boolean> {
    clearTimeout(this.#idle);
    this.#isWanted = true;
    if (this.#heldSince !== undefined) return false;
    if (this.#granting === undefined) {
      this.#askedAt = performance.now();
      this.#granting = this.#take();
    }
    // Whoever comes while a holder is stuck need not wait as long as the first one did.
    const left = this.#timing.deadlineMs - (performance.now() - this.#askedAt);
    await within(Math.max(left, MIN_WAIT_MS), this.#granting, () => {});
    if (this.#heldSince !== undefined) return true;
    this.#isWanted = false;
    throw new StorageError("Another server holds the data directory and does not let go of it");
  }

  /** Gives the lock back; it is kept for a moment when this process's turn is not over. */
  release(): void {
    this.#isWanted = false;
    const heldFor = performance.now() - (this.#heldSince ?? 0);
    const { turnMs, idleMs, growth = 1 } = this.#timing;
    this.#turnWasOver = heldFor > turnMs * this.#grown;
    if (this.#turnWasOver) {
      this.#grown = Math.min(2 * this.#grown, growth);
      this.#letGo();
    } else {
      this.#idle = setTimeout(this.#letGoIdle, idleMs * this.#grown);
    }
  }

  /** Lets go of the lock and its file. */
  async close(): Promise<void> {
    clearTimeout(this.#idle);
    if (this.#heldSince !== undefined) this.#letGo();
    await this.#lettingGo;
    this.#file.close();
  }

  async #take(): Promise<void> {
    try {
      // A lock asked for before the last one was given up would be given up with it.
      await this.#lettingGo;
      if (this.#turnWasOver) await pause();
      await this.#file.lock();
    } catch (error) {
      throw new StorageError(`Cannot lock the data directory: ${reasonOf(error)}`);
    } finally {
      this.#granting = undefined;
    }
    this.#heldSince = performance.now();
    if (!this.#isWanted) this.#letGo();
  }

  /**
   * Deno 2.6 runs a timer that was cleared when it was due already: the lock may be in
   * use again, and letting go of it then would be the end of every promise.
   */
  readonly #letGoIdle = (): void => {
    if (!this.#isWanted && this.#heldSince !== undefined) this.#letGo();
  };

  #letGo(): void {
    this.#heldSince = undefined;
    // Should the system refuse, the next attempt to take the lock tells.
    this.#lettingGo = this.#file.unlock().catch(() => {});
  }
}

/** The system hands a lock to whoever asks first; after a full turn that shall be a sibling. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1));
}
