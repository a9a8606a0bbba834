/**
 * How many wrong passwords are answered: so many for a name (of a user, or of a room), and so many
 * from an address. Rules: protocols/login-chat.md, `429 TOO MANY ATTEMPTS`. Pure: the time is passed
 * in.
 *
 * Rules of this file:
 * - Only wrong passwords count, because a whole class may log in from one address at once. Whoever
 *   asks here before a password is checked asks again before the outcome is told: of a thousand
 *   guesses at once, no more are answered than of a thousand in turn.
 * - An address a name has logged in from has an allowance of its own for that name, and no other
 *   bounds it there, so that nobody can lock somebody out by guessing, elsewhere or beside them.
 *   Which those are is remembered until the server stops.
 * - New names cost the server work and room, too: they are counted by address, right or wrong.
 */

import { addressGroup, type AddressSet, isLoopback } from "../core/ip_address.ts";
import { LOGIN_LIMITS } from "../core/limits.ts";
import { RecentMap } from "../core/recent_map.ts";
import { TokenBucket } from "../net/token_bucket.ts";
import { AddressAllowance } from "./address_allowance.ts";

/** Counts wrong passwords, and new names. */
export class LoginAttempts {
  readonly #trusted: AddressSet;
  readonly #buckets = new RecentMap<TokenBucket>(LOGIN_LIMITS.tracked);
  readonly #newNames: AddressAllowance;
  readonly #homes = new RecentMap<readonly string[]>(LOGIN_LIMITS.tracked);

  /** `trusted` addresses pass on the connections of many, and are not limited as such. */
  constructor(trusted: AddressSet) {
    this.#trusted = trusted;
    this.#newNames = new AddressAllowance(LOGIN_LIMITS.newNames, trusted);
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

  /** Remembers where a name has logged in from, the latest first. */
  wasRight(name: string, ip: string): void {
    const group = addressGroup(ip);
    const others = this.#homes.get(name)?.filter((home) => home !== group) ?? [];
    this.#homes.set(name, [group, ...others].slice(0, LOGIN_LIMITS.homesPerName));
  }

  /** Counts a new name, where the address may register one more. Loopback always may. */
  mayRegister(ip: string, now: number): boolean {
    return isLoopback(ip) || this.#newNames.take(ip, now);
  }

  #bucketsOf(name: string, ip: string, now: number): TokenBucket[] {
    const group = addressGroup(ip);
    const { perName, perAddress } = LOGIN_LIMITS;
    // No address has a blank in it, so these cannot be taken for each other.
    if (this.#homes.get(name)?.includes(group)) {
      return [this.#bucket(`${name} ${group}`, perName, now)];
    }
    const ofName = this.#bucket(`${name} `, perName, now);
    return this.#trusted.has(ip) ? [ofName] : [this.#bucket(group, perAddress, now), ofName];
  }

  #bucket(key: string, perMinute: number, now: number): TokenBucket {
    return this.#buckets.getOrMake(key, () => new TokenBucket(perMinute / 60, perMinute, now));
  }
}
