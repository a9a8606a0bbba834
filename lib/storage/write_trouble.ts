/**
 * Whether a store can write: what failed, and when it is worth another try. Told in the log once
 * when it begins and once when it ends.
 */

import { reasonOf, StorageError } from "../core/errors.ts";
import type { Clock, Log } from "../core/ports.ts";
import type { StoreHealth } from "./store.ts";

/** How long to leave a disk alone that failed before it is tried again. */
const RETRY_MS = 1000;

/** What keeps a store from writing, if anything does. */
export class WriteTrouble {
  readonly #clock: Clock;
  readonly #log: Log;
  #failure: { readonly reason: string; readonly at: number } | undefined;

  /** Begins without any. */
  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
  }

  /** Whether something failed and nothing has mended it yet. */
  get exists(): boolean {
    return this.#failure !== undefined;
  }

  /** Whether something failed long enough ago to try again. */
  get isRetryDue(): boolean {
    return this.#failure !== undefined && Math.abs(this.#clock() - this.#failure.at) >= RETRY_MS;
  }

  /** Whether changes are taken, and why not. */
  health(): StoreHealth {
    if (this.#failure === undefined) return { writable: true };
    return { writable: false, reason: this.#failure.reason };
  }

  /** Refuses to go on while there is any. @throws StorageError */
  requireNone(): void {
    if (this.#failure !== undefined) throw new StorageError(this.#failure.reason);
  }

  /** Notes that something failed. @returns what to tell whoever asked for it */
  failed(error: unknown): StorageError {
    const failure = error instanceof StorageError
      ? error
      : new StorageError(reasonOf(error), { cause: error });
    if (this.#failure === undefined) {
      this.#log.error("Storage failed, changes are refused until it works again", {
        reason: failure.message,
      });
    }
    this.#failure = { reason: failure.message, at: this.#clock() };
    return failure;
  }

  /** Notes that writing works again. */
  ended(): void {
    this.#failure = undefined;
    this.#log.info("Storage works again, changes are taken");
  }
}
