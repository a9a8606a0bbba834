/**
 * How much may be answered over UDP, so that nobody can have us flood somebody by forging a source
 * address. Rules: protocols/buddy.md, "Limits against abuse". Pure: the time is passed in.
 *
 * An address is proven for a while by a TCP request, whose source cannot be forged. Loopback and
 * trusted addresses are proven and not limited.
 */

import { addressGroup, type AddressSet, isLoopback } from "../core/ip_address.ts";
import { ANSWER_LIMITS, MAX_DATAGRAM_BYTES } from "../core/limits.ts";
import { RecentMap } from "../core/recent_map.ts";
import { TokenBucket } from "./token_bucket.ts";

/** What an address may get for one request. */
export type Allowance =
  | { readonly kind: "full" }
  /** At most this many bytes, and they count against what all unproven addresses get together. */
  | { readonly kind: "short"; readonly maxBytes: number }
  | { readonly kind: "silence" };

const FULL: Allowance = { kind: "full" };
const SHORT: Allowance = { kind: "short", maxBytes: ANSWER_LIMITS.unprovenBytes };
const SILENCE: Allowance = { kind: "silence" };

/** Keeps the bounds on UDP answers. */
export class AnswerBudget {
  readonly #trusted: AddressSet;
  readonly #provenUntil = new RecentMap<number>(ANSWER_LIMITS.trackedAddresses);
  readonly #provenAnswers = new RecentMap<TokenBucket>(ANSWER_LIMITS.trackedAddresses);
  readonly #unprovenAnswers = new RecentMap<TokenBucket>(ANSWER_LIMITS.trackedAddresses);
  readonly #unprovenBytes: TokenBucket;

  /** Starts with nobody proven. `trusted` addresses are never limited. */
  constructor(trusted: AddressSet, now: number) {
    this.#trusted = trusted;
    const { unprovenBytesPerSecond } = ANSWER_LIMITS;
    this.#unprovenBytes = new TokenBucket(unprovenBytesPerSecond, unprovenBytesPerSecond, now);
  }

  /** Says that a TCP request came from an address. */
  prove(ip: string, now: number): void {
    if (!this.#isUnlimited(ip)) {
      this.#provenUntil.set(ip, now + ANSWER_LIMITS.provenSeconds * 1000);
    }
  }

  /** Whether an address was seen over TCP of late, or needs no proof. */
  isProven(ip: string, now: number): boolean {
    return this.#isUnlimited(ip) || (this.#provenUntil.get(ip) ?? -Infinity) > now;
  }

  /** Takes one answer to an address out of its budget and tells how large it may be. */
  allow(ip: string, now: number): Allowance {
    if (this.#isUnlimited(ip)) return FULL;
    const { provenRate, unprovenRate, unprovenBurst } = ANSWER_LIMITS;
    if (this.isProven(ip, now)) {
      const answers = this.#provenAnswers.getOrMake(
        ip,
        () => new TokenBucket(provenRate, provenRate, now),
      );
      return answers.take(now) ? FULL : SILENCE;
    }
    const answers = this.#unprovenAnswers.getOrMake(
      addressGroup(ip),
      () => new TokenBucket(unprovenRate, unprovenBurst, now),
    );
    return answers.take(now) ? SHORT : SILENCE;
  }

  /** Whether a short answer of so many bytes still fits what all unproven addresses may get. */
  spend(bytes: number, now: number): boolean {
    return this.#unprovenBytes.take(now, bytes);
  }

  #isUnlimited(ip: string): boolean {
    return isLoopback(ip) || this.#trusted.has(ip);
  }
}

/** The largest answer an allowance lets through, in bytes. */
export function maxAnswerBytes(allowance: Allowance): number {
  if (allowance.kind === "silence") return 0;
  return allowance.kind === "full" ? MAX_DATAGRAM_BYTES : allowance.maxBytes;
}
