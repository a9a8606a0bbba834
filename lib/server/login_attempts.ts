/**
 * How often passwords may be tried: so many wrong ones for a name, and so many from an address.
 * Rules: protocols/login-chat.md, `429 TOO MANY ATTEMPTS`. Pure: the time is passed in.
 *
 * Rules of this file:
 * - An attempt counts from its beginning, or a thousand at once would all be the first; what was no
 *   wrong password is given back.
 * - An address a name has logged in from has an allowance of its own for that name, so that nobody
 *   can lock somebody out by guessing.
 */

import { addressGroup, type AddressSet } from "../core/ip_address.ts";
import { LOGIN_LIMITS } from "../core/limits.ts";
import { RecentMap } from "../core/recent_map.ts";
import type { UserId } from "../core/user_id.ts";
import { TokenBucket } from "../net/token_bucket.ts";

/** An attempt that was let through. Say what came of it. */
export interface LoginAttempt {
  /** The password was right, or chosen just now. */
  succeeded(): void;
  /** No password was tried after all. */
  void(): void;
}

/** Counts attempts. */
export class LoginAttempts {
  readonly #trusted: AddressSet;
  readonly #buckets = new RecentMap<TokenBucket>(LOGIN_LIMITS.tracked);
  readonly #homes = new RecentMap<string>(LOGIN_LIMITS.tracked);

  /** `trusted` addresses pass on the connections of many, and are not limited as such. */
  constructor(trusted: AddressSet) {
    this.#trusted = trusted;
  }

  /**
   * Begins an attempt.
   *
   * @param now milliseconds of a clock that only goes forward
   * @returns `undefined` when there were too many
   */
  begin(user: UserId, ip: string, now: number): LoginAttempt | undefined {
    const group = addressGroup(ip);
    const isHome = this.#homes.get(user) === group;
    const buckets = [
      ...(this.#trusted.has(ip) ? [] : [this.#bucket(group, LOGIN_LIMITS.perAddress, now)]),
      // No name has a blank in it, and no address has one at its end.
      this.#bucket(isHome ? `${user} ${group}` : `${user} `, LOGIN_LIMITS.perName, now),
    ];
    if (!buckets.every((bucket) => bucket.take(now))) return undefined;
    const giveBack = (): void => buckets.forEach((bucket) => bucket.giveBack());
    return {
      succeeded: () => {
        this.#homes.set(user, group);
        giveBack();
      },
      void: giveBack,
    };
  }

  #bucket(key: string, perMinute: number, now: number): TokenBucket {
    return this.#buckets.getOrMake(key, () => new TokenBucket(perMinute / 60, perMinute, now));
  }
}
