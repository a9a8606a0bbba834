/** Why datagrams were not passed on, and how many; told of now and then. */

import type { Clock, LogFields } from "../core/ports.ts";

/** Why a datagram went no further. */
export type DropReason =
  /** No request, or lengths that overrun it. */
  | "malformed"
  /** From somebody who is turned away. */
  | "notAllowed"
  /** A source nobody may answer. */
  | "unanswerable"
  /** More answers than an address may have. */
  | "overLimit"
  /** More clients than there are places. */
  | "tooMany"
  /** Nobody to pass it on to. */
  | "noBackend"
  /** An answer that came too late, or twice. */
  | "late"
  /** From somewhere else than the backend that was asked. */
  | "stray";

/** At most one line in this time. */
const TELL_EVERY_MS = 10_000;

/** Counts drops. */
export class Drops {
  readonly #counts = new Map<DropReason, number>();
  readonly #clock: Clock;
  readonly #tell: (message: string, fields: LogFields) => void;
  #told = new Map<DropReason, number>();
  #toldAt = -Infinity;

  /** Starts with none. */
  constructor(clock: Clock, tell: (message: string, fields: LogFields) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  /** How many were dropped so far. */
  of(reason: DropReason): number {
    return this.#counts.get(reason) ?? 0;
  }

  /** All of them. */
  get counts(): ReadonlyMap<DropReason, number> {
    return this.#counts;
  }

  /** Counts one. */
  count(reason: DropReason): void {
    this.#counts.set(reason, this.of(reason) + 1);
  }

  /** Tells of what was dropped since, when there is something and it is time to, or at the end. */
  tell(isEnd = false): void {
    const now = this.#clock();
    if (!isEnd && now - this.#toldAt < TELL_EVERY_MS) return;
    const since = [...this.#counts]
      .map(([reason, count]) => [reason, count - (this.#told.get(reason) ?? 0)] as const)
      .filter(([, count]) => count > 0);
    if (since.length === 0) return;
    const words = since.map(([reason, count]) => `${count} ${reason}`).join(", ");
    this.#tell(`Datagrams were dropped: ${words}`, Object.fromEntries(since));
    this.#told = new Map(this.#counts);
    this.#toldAt = now;
  }
}
