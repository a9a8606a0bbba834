/**
 * How many wrong passwords are answered: so many for a name (of a user, or of a room), and so many
 * from an address. Rules: protocols/login-chat.md, `429 TOO MANY ATTEMPTS`. Pure: the time is passed
 * in.
 *
 * Rules of this file:
 * - Only wrong passwords count, because a whole class may log in from one address at once. Whoever
 *   asks here before a password is checked asks again before the outcome is told: of a thousand
 *   guesses at once, no more are answered than of a thousand in turn.
 * - An address a name has logged in from has an allowance of its own for that name, so that nobody
 *   can lock somebody out by guessing.
 */

import { addressGroup, type AddressSet } from "../core/ip_address.ts";
import { LOGIN_LIMITS } from "../core/limits.ts";
import { RecentMap } from "../core/recent_map.ts";
import { TokenBucket } from "../net/token_bucket.ts";

/** Counts wrong passwords. */
export class LoginAttempts {
  readonly #trusted: AddressSet;
  readonly #buckets = new RecentMap<TokenBucket>(LOGIN_LIMITS.tracked);
  readonly #homes = new RecentMap<string>(LOGIN_LIMITS.tracked);

  /** `trusted` addresses pass on the connections of many, and are not limited as such. */
  constructor(trusted: AddressSet) {
    this.#trusted = trusted;
  }

  /**
   * Whether the outcome of an attempt may be told.
   *
   * @param now milliseconds of a clock that only goes forward
   */
  mayTry(name: string, ip: string, now: number): boolean {
    return this.#bucketsOf(name, ip, now).every((bucket) => bucket.hasAny(now));
  }

  /** Counts a wrong password. */
  wasWrong(name: string, ip: string, now: number): void {
    for (const bucket of this.#bucketsOf(name, ip, now)) bucket.take(now);
  }

  /** Remembers where a name has logged in from. */
  wasRight(name: string, ip: string): void {
    this.#homes.set(name, addressGroup(ip));
  }

  #bucketsOf(name: string, ip: string, now: number): TokenBucket[] {
    const group = addressGroup(ip);
    const isHome = this.#homes.get(name) === group;
    return [
      ...(this.#trusted.has(ip) ? [] : [this.#bucket(group, LOGIN_LIMITS.perAddress, now)]),
      // No address has a blank in it, so the two cannot be taken for each other.
      this.#bucket(isHome ? `${name} ${group}` : `${name} `, LOGIN_LIMITS.perName, now),
    ];
  }

  #bucket(key: string, perMinute: number, now: number): TokenBucket {
    return this.#buckets.getOrMake(key, () => new TokenBucket(perMinute / 60, perMinute, now));
  }
}
