/**
 * Who may connect: bounds on connections in all, at once from one address, and new ones a second
 * from one address. Loopback and trusted addresses are exempt from what is counted per address.
 *
 * Rules of this file:
 * - Whoever comes takes a place first: it counts in all, whoever it turns out to be.
 * - A place remembers what it was counted under, and gives back just that: who is exempt may change
 *   while it is taken.
 */

import { addressGroup, type AddressSet, isLoopback } from "../core/ip_address.ts";
import type { ConnectionLimits } from "../core/limits.ts";
import { TokenBucket } from "./token_bucket.ts";

/** Why a connection was turned away. */
export type Refusal = "too many connections" | "too many from this address" | "too fast";

interface Visitor {
  open: number;
  readonly arrivals: TokenBucket;
}

/** Addresses remembered before those that do not matter any more are forgotten. */
const REMEMBERED = 10_000;

/** A connection that is in, until it is given back. */
export interface Place {
  /**
   * Counts it under its client's address, once that is known: at once, or when a PROXY header has
   * told it. The place is still to be given back when it is refused.
   *
   * @param now milliseconds of a clock that only goes forward
   */
  claim(ip: string, now: number): Refusal | undefined;
  /** Says that the connection is gone. */
  leave(): void;
}

/** Counts connections and tells which are too many. Pure: the time is passed in. */
export class Admission {
  #limits: ConnectionLimits;
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
  constructor(limits: ConnectionLimits, exempt: AddressSet) {
    this.#limits = limits;
    this.#exempt = exempt;
  }

  /** Places taken and not yet given back. */
  get open(): number {
    return this.#open;
  }

  /** Connections let in so far, each once its client was known. */
  get admitted(): number {
    return this.#admitted;
  }

  /** Connections turned away so far, by reason. */
  get refused(): Readonly<Record<Refusal, number>> {
    return this.#refused;
  }

  /** Goes by other limits from now on, for addresses it knows as well. Who is in stays in. */
  reconfigure(limits: ConnectionLimits): void {
    this.#limits = limits;
    for (const { arrivals } of this.#visitors.values()) {
      arrivals.reconfigure(limits.connectionRate, limits.connectionBurst);
    }
  }

  /** Takes a place for a connection; `undefined` when all are taken. */
  enter(): Place | undefined {
    if (this.#open >= this.#limits.maxConnections) {
      this.#refused["too many connections"]++;
      return undefined;
    }
    this.#open++;
    let visitor: Visitor | undefined;
    return {
      claim: (ip, now) => {
        const found = this.#claim(ip, now);
        if (typeof found === "string") {
          this.#refused[found]++;
          return found;
        }
        this.#admitted++;
        visitor = found;
        return undefined;
      },
      leave: () => {
        this.#open--;
        if (visitor !== undefined) visitor.open--;
      },
    };
  }

  #claim(ip: string, now: number): Visitor | Refusal | undefined {
    if (isLoopback(ip) || this.#exempt.has(ip)) return undefined;
    const visitor = this.#visitor(ip, now);
    if (!visitor.arrivals.take(now)) return "too fast";
    if (visitor.open >= this.#limits.maxConnectionsPerAddress) return "too many from this address";
    visitor.open++;
    return visitor;
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
