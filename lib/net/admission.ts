/**
 * Who may connect: bounds on connections in all, at once from one address, and new ones a second
 * from one address. Loopback and trusted addresses are exempt from what is counted per address.
 */

import { addressGroup, type AddressSet, isLoopback } from "../core/ip_address.ts";
import type { ServerLimits } from "../core/limits.ts";
import { TokenBucket } from "./token_bucket.ts";

/** Why a connection was turned away. */
export type Refusal = "too many connections" | "too many from this address" | "too fast";

interface Visitor {
  open: number;
  readonly arrivals: TokenBucket;
}

/** Addresses remembered before those that do not matter any more are forgotten. */
const REMEMBERED = 10_000;

/** Counts connections and tells which are too many. Pure: the time is passed in. */
export class Admission {
  readonly #limits: ServerLimits;
  readonly #exempt: AddressSet;
  readonly #visitors = new Map<string, Visitor>();
  #open = 0;
  #admitted = 0;
  readonly #refused: Record<Refusal, number> = {
    "too many connections": 0,
    "too many from this address": 0,
    "too fast": 0,
  };

  /** Starts counting from nothing. `exempt` addresses are held to the overall bound only. */
  constructor(limits: ServerLimits, exempt: AddressSet) {
    this.#limits = limits;
    this.#exempt = exempt;
  }

  /** Connections admitted and not yet left. */
  get open(): number {
    return this.#open;
  }

  /** Connections admitted so far. */
  get admitted(): number {
    return this.#admitted;
  }

  /** Connections turned away so far, by reason. */
  get refused(): Readonly<Record<Refusal, number>> {
    return this.#refused;
  }

  /**
   * Judges a new connection. One that is admitted must be given back with {@linkcode leave}.
   *
   * @param now milliseconds of a clock that only goes forward
   */
  admit(ip: string, now: number): Refusal | undefined {
    const refusal = this.#judge(ip, now);
    if (refusal === undefined) {
      this.#open++;
      this.#admitted++;
    } else this.#refused[refusal]++;
    return refusal;
  }

  #judge(ip: string, now: number): Refusal | undefined {
    if (this.#open >= this.#limits.maxConnections) return "too many connections";
    if (!this.#isExempt(ip)) {
      const visitor = this.#visitor(ip, now);
      if (!visitor.arrivals.take(now)) return "too fast";
      if (visitor.open >= this.#limits.maxConnectionsPerAddress) {
        return "too many from this address";
      }
      visitor.open++;
    }
    return undefined;
  }

  /** Says that an admitted connection is gone. */
  leave(ip: string): void {
    this.#open--;
    if (this.#isExempt(ip)) return;
    const visitor = this.#visitors.get(addressGroup(ip));
    if (visitor !== undefined) visitor.open--;
  }

  #isExempt(ip: string): boolean {
    return isLoopback(ip) || this.#exempt.has(ip);
  }

  #visitor(ip: string, now: number): Visitor {
    const group = addressGroup(ip);
    const known = this.#visitors.get(group);
    if (known !== undefined) return known;
    if (this.#visitors.size >= REMEMBERED) this.#forget(now);
    const { connectionRate, connectionBurst } = this.#limits;
    const arrivals = new TokenBucket(connectionRate, connectionBurst, now);
    const visitor = { open: 0, arrivals };
    this.#visitors.set(group, visitor);
    return visitor;
  }

  #forget(now: number): void {
    for (const [group, visitor] of this.#visitors) {
      if (visitor.open === 0 && visitor.arrivals.isFull(now)) this.#visitors.delete(group);
    }
  }
}
