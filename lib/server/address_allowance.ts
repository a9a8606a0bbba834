/**
 * How often one address may ask for something costly. Pure: the time is passed in.
 */

import { addressGroup, type AddressSet } from "../core/ip_address.ts";
import { LOGIN_LIMITS } from "../core/limits.ts";
import { RecentMap } from "../core/recent_map.ts";
import { TokenBucket } from "../net/token_bucket.ts";

/** What an address may have. */
export interface Allowance {
  /** So many at once. */
  readonly atOnce: number;
  /** So many a minute in the long run. */
  readonly perMinute: number;
}

/** An allowance for each address. */
export class AddressAllowance {
  readonly #allowance: Allowance;
  readonly #trusted: AddressSet;
  readonly #buckets = new RecentMap<TokenBucket>(LOGIN_LIMITS.tracked);

  /** `trusted` addresses pass on the connections of many, and are not limited as such. */
  constructor(allowance: Allowance, trusted: AddressSet) {
    this.#allowance = allowance;
    this.#trusted = trusted;
  }

  /**
   * Takes one of an address's allowance; false when nothing is left.
   *
   * @param now milliseconds of a clock that only goes forward
   */
  take(ip: string, now: number): boolean {
    if (this.#trusted.has(ip)) return true;
    const { atOnce, perMinute } = this.#allowance;
    return this.#buckets
      .getOrMake(addressGroup(ip), () => new TokenBucket(perMinute / 60, atOnce, now))
      .take(now);
  }
}
