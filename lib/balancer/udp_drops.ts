/** Why datagrams were not passed on, and how many; told of now and then. */

import { CountsNews } from "../core/now_and_then.ts";
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
  /** More GETs unanswered than backends are asked at once. */
  | "busy"
  /** Nobody to pass it on to. */
  | "noBackend"
  /** An answer that came too late, or twice. */
  | "late"
  /** From somewhere else than the backend that was asked. */
  | "stray";

/** Counts drops. */
export class Drops {
  readonly #counts: Record<DropReason, number> = {
    ...{ malformed: 0, notAllowed: 0, unanswerable: 0, overLimit: 0, tooMany: 0, busy: 0 },
    ...{ noBackend: 0, late: 0, stray: 0 },
  };
  readonly #news = new CountsNews(this.#counts);
  readonly #clock: Clock;
  readonly #tell: (message: string, fields: LogFields) => void;

  /** Starts with none. */
  constructor(clock: Clock, tell: (message: string, fields: LogFields) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  /** How many were dropped so far. */
  of(reason: DropReason): number {
    return this.#counts[reason];
  }

  /** All of them, by reason. */
  get counts(): Readonly<Record<string, number>> {
    return { ...this.#counts };
  }

  /** Counts one. */
  count(reason: DropReason): void {
    this.#counts[reason]++;
  }

  /** Tells of what was dropped since, when there is something and it is time to, or at the end. */
  tell(isEnd = false): void {
    const since = this.#news.take(this.#clock(), isEnd);
    if (since === undefined) return;
    const words = Object.entries(since).map(([reason, count]) => `${count} ${reason}`).join(", ");
    this.#tell(`Datagrams were dropped: ${words}`, since);
  }
}
