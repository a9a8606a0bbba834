/**
 * Which backend a key was last sent to, for a while: for clients that should stay where they are
 * although nothing about them can be hashed, or hashing is not the strategy. Pure.
 */

import { MAX_AFFINITY_ENTRIES } from "../core/limits.ts";
import type { Clock } from "../core/ports.ts";

interface Entry {
  readonly backend: string;
  readonly expiresAt: number;
}

/** A table of keys with a lifetime, counted from their last use, and a bound on their number. */
export class AffinityTable {
  readonly #clock: Clock;
  readonly #maxEntries: number;
  /** The longest unused first: an entry that is used goes to the end. */
  readonly #entries = new Map<string, Entry>();

  /** Makes an empty table. */
  constructor(clock: Clock, maxEntries: number = MAX_AFFINITY_ENTRIES) {
    this.#clock = clock;
    this.#maxEntries = maxEntries;
  }

  /** Keys it holds, expired ones that nobody asked for included. */
  get size(): number {
    return this.#entries.size;
  }

  /** The name of the key's backend, unless it was last used too long ago. */
  get(key: string): string | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (entry.expiresAt > this.#clock()) return entry.backend;
    this.#entries.delete(key);
    return undefined;
  }

  /** Says that the key uses this backend now, and keeps it for so many seconds. */
  use(key: string, backend: string, lifetimeSeconds: number): void {
    this.#entries.delete(key);
    if (this.#entries.size >= this.#maxEntries) this.#forgetOldest();
    this.#entries.set(key, { backend, expiresAt: this.#clock() + lifetimeSeconds * 1000 });
  }

  #forgetOldest(): void {
    for (const key of this.#entries.keys()) {
      this.#entries.delete(key);
      return;
    }
  }
}
