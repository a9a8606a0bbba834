/**
 * How many wrong passwords are answered: so many for a name (of a user, or of a room) from an
 * address, so many for the name from everywhere, and so many from the address. Rules:
 * docs/protocols/login-chat.md, `429 TOO MANY ATTEMPTS`. Pure: the time is passed in.
 *
 * Rules of this file:
 * - Only wrong passwords count, because a whole class may log in from one address at once. Whoever
 *   asks here before a password is checked asks again before the outcome is told: of a thousand
 *   guesses at once, no more are answered than of a thousand in turn.
 * - Nobody locks somebody out by guessing elsewhere, or beside them at other names: what is counted
 *   of a name everywhere, or of an address for all names, refuses only a name that had a wrong
 *   password from that address of late. So the first try of a name at an address is always judged,
 *   and after a restart, too.
 * - Where a name has logged in from before, a mistake of its own does no harm either: only what is
 *   counted of the two together refuses it there. Which those are is remembered until the server
 *   stops.
 * - New names cost the server work and room, too: they are counted by address, right or wrong.
 */

import { addressGroup, type AddressSet, isLoopback } from "../core/ip_address.ts";
import { LOGIN_LIMITS } from "../core/limits.ts";
import { RecentMap } from "../core/recent_map.ts";
import { TokenBucket } from "../net/token_bucket.ts";
import { AddressAllowance, type Allowance } from "./address_allowance.ts";

/**
 * How a try stands before its password is checked: `known`, its name has logged in from there
 * before; `suspect`, a wrong password came from there of late; `fresh`, neither.
 */
export type TryStanding = "known" | "fresh" | "suspect";

/** The wrong passwords of a name from an address. */
interface Pair {
  readonly bucket: TokenBucket;
  /** When the last one was told. */
  wrongAt: number;
}

/** Counts wrong passwords, and new names. */
export class LoginAttempts {
  readonly #trusted: AddressSet;
  // One map for each kind, so that who fills one makes none of the others forget.
  readonly #pairs = new RecentMap<Pair>(LOGIN_LIMITS.tracked);
  readonly #names = new RecentMap<TokenBucket>(LOGIN_LIMITS.tracked);
  readonly #addresses = new RecentMap<TokenBucket>(LOGIN_LIMITS.tracked);
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
    const pair = this.#pairs.get(pairKey(name, ip));
    if (pair === undefined) return true;
    if (!pair.bucket.hasAny(now)) return false;
    const isOfLate = now - pair.wrongAt < LOGIN_LIMITS.lateSeconds * 1000;
    if (!isOfLate || this.#isHome(name, ip)) return true;
    const counted = [this.#names.get(name), this.#addresses.get(addressGroup(ip))];
    return counted.every((bucket) => bucket?.hasAny(now) ?? true);
  }

  /** Counts a wrong password. */
  wasWrong(name: string, ip: string, now: number): void {
    const { perPair, perName, perAddress } = LOGIN_LIMITS;
    const pair = this.#pairs.getOrMake(
      pairKey(name, ip),
      () => ({ bucket: bucketOf(perPair, now), wrongAt: now }),
    );
    pair.bucket.take(now);
    pair.wrongAt = now;
    if (this.#isHome(name, ip)) return;
    this.#names.getOrMake(name, () => bucketOf(perName, now)).take(now);
    if (this.#trusted.has(ip)) return;
    this.#addresses.getOrMake(addressGroup(ip), () => bucketOf(perAddress, now)).take(now);
  }

  /** Remembers where a name has logged in from, the latest first. */
  wasRight(name: string, ip: string): void {
    const group = addressGroup(ip);
    const others = this.#homes.get(name)?.filter((home) => home !== group) ?? [];
    this.#homes.set(name, [group, ...others].slice(0, LOGIN_LIMITS.homesPerName));
  }

  /** How a try stands, for those who have many to check and not all at once. */
  standing(name: string, ip: string, now: number): TryStanding {
    if (this.#isHome(name, ip)) return "known";
    return this.#addresses.get(addressGroup(ip))?.isFull(now) === false ? "suspect" : "fresh";
  }

  /** Counts a new name, where the address may register one more. Loopback always may. */
  mayRegister(ip: string, now: number): boolean {
    return isLoopback(ip) || this.#newNames.take(ip, now);
  }

  #isHome(name: string, ip: string): boolean {
    return this.#homes.get(name)?.includes(addressGroup(ip)) === true;
  }
}

/** No address has a blank in it, so no two pairs have the same key. */
function pairKey(name: string, ip: string): string {
  return `${name} ${addressGroup(ip)}`;
}

function bucketOf({ atOnce, perMinute }: Allowance, now: number): TokenBucket {
  return new TokenBucket(perMinute / 60, atOnce, now);
}
