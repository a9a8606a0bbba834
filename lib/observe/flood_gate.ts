/**
 * Keeps a log readable, and its disk free, when the same thing happens ten thousand times a second:
 * so many lines a second, and a word on how many were left out.
 */

import { LOG_FLOOD } from "../core/limits.ts";
import type { Clock, LogLevel } from "../core/ports.ts";
import { TokenBucket } from "../net/token_bucket.ts";

/** Lines of these levels have a measure of their own: what goes well cannot crowd them out. */
const TROUBLE: readonly LogLevel[] = ["warn", "error"];

/** After this time it is told how many lines were left out. */
const TELL_AFTER_MS = 1000;

/** What a gate needs. */
export interface FloodGateParts {
  /** Lines a second, in the long run; 0 for as many as there are. */
  readonly rate: number;
  /** Milliseconds that only go forward. */
  readonly clock: Clock;
  /** Is told how many lines were left out. */
  readonly tell: (leftOut: number) => void;
  /** Calls later, and keeps no program alive for it. */
  readonly later?: (call: () => void, milliseconds: number) => void;
}

/** Judges the lines of one log. */
export class FloodGate {
  readonly #parts: FloodGateParts;
  readonly #usual: TokenBucket;
  readonly #trouble: TokenBucket;
  #leftOut = 0;

  /** Starts with as many lines at once as {@linkcode LOG_FLOOD} says. */
  constructor(parts: FloodGateParts) {
    this.#parts = parts;
    const { rate, clock } = parts;
    const bucket = (): TokenBucket => new TokenBucket(rate, rate * LOG_FLOOD.burstSeconds, clock());
    this.#usual = bucket();
    this.#trouble = bucket();
  }

  /** Whether a line may be written. */
  lets(level: LogLevel): boolean {
    const { rate, clock, later = callLater } = this.#parts;
    if (rate === 0) return true;
    const bucket = TROUBLE.includes(level) ? this.#trouble : this.#usual;
    if (bucket.take(clock())) return true;
    if (this.#leftOut++ === 0) {
      later(() => this.finish(), TELL_AFTER_MS);
    }
    return false;
  }

  /** Tells at once what was not told yet: the program may be about to end. */
  finish(): void {
    const leftOut = this.#leftOut;
    this.#leftOut = 0;
    if (leftOut > 0) this.#parts.tell(leftOut);
  }
}

function callLater(call: () => void, milliseconds: number): void {
  Deno.unrefTimer(setTimeout(call, milliseconds));
}
