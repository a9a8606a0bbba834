/**
 * How often one address may ask for something costly, a minute. Pure: the time is passed in.
 */

import { addressGroup, type AddressSet } from "../core/ip_address.ts";
import { LOGIN_LIMITS } from "../core/limits.ts";
import { RecentMap } from "../core/recent_map.ts";
import { TokenBucket } from "../net/token_bucket.ts";

/** An allowance for each address. */
export class AddressAllowance {
  readonly #perMinute: number;
  readonly #trusted: AddressSet;
  readonly #buckets = new RecentMap<TokenBucket>(LOGIN_LIMITS.tracked);

  /** `trusted` addresses pass on the connections of many, and are not limited as such. */
  constructor(perMinute: number, trusted: AddressSet) {
    this.#perMinute = perMinute;
    this.#trusted = trusted;
  }

  /**
   * Takes one of an address's allowance; false when nothing is left.
   *
   * @param now milliseconds of a clock that only goes forward
   */
  take(ip: string, now: number): boolean {
    if (this.#trusted.has(ip)) return true;
    const bucket = this.#buckets.getOrMake(
      addressGroup(ip),
      () => new TokenBucket(this.#perMinute / 60, this.#perMinute, now),
    );
    return bucket.take(now);
  }
}
