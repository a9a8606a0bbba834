/**
 * Names and passwords: who may log in, and who a name belongs to. Rules: protocols/login-chat.md;
 * the names are those of the buddy service.
 *
 * A name without a password, new or registered by the buddy service, gets one at its first login;
 * while somebody is heard of under it, only from their address.
 */

import { addressGroup } from "../core/ip_address.ts";
import type { UserId } from "../core/user_id.ts";
import type { Store } from "../storage/store.ts";
import type { Passwords } from "./passwords.ts";
import type { PresenceBook } from "./presence.ts";
import type { Turn, Waiting } from "./turns.ts";

/**
 * How a name stands for somebody who wants to log in: `new`, the password they choose will be its
 * own; `existing`, it has one; `elsewhere`, it has none, and somebody at another address uses it.
 */
export type Standing = "new" | "existing" | "elsewhere";

/**
 * What came of a login. `registered` and `welcome` are those that may come in; `taken`, somebody else
 * was faster to register the name, with another password.
 */
export type LoginOutcome =
  | "registered"
  | "welcome"
  | "too short"
  | "too many names"
  | "taken"
  | "wrong"
  | "elsewhere";

/** What came of registering a name with a password. */
export type RegisterOutcome = "registered" | "exists" | "too short" | "too many names";

/** What accounts are kept with. */
export interface AccountParts {
  /** Keeps the names and the hashes. */
  readonly store: Store;
  /** Makes and checks the hashes. */
  readonly passwords: Passwords;
  /** Tells where somebody is heard of. */
  readonly presence: PresenceBook;
  /** Least length of a new password, in characters. */
  readonly minPassword: number;
  /** Whether an address may register one more name; asked once for each. All may unless given. */
  readonly mayRegister?: ((ip: string) => boolean) | undefined;
}

/** The accounts over a store. */
export class Accounts {
  readonly #parts: AccountParts;

  /** Keeps accounts in the store of `parts`. */
  constructor(parts: AccountParts) {
    this.#parts = parts;
  }

  /** How a name stands for somebody at an address. */
  async standing(user: UserId, ip: string): Promise<Standing> {
    if (await this.#parts.store.passwordOf(user) !== undefined) return "existing";
    const [heard] = await this.#parts.presence.ofAll([user]);
    const heardAt = heard?.address?.ip;
    return heardAt === undefined || heardAt === ip ? "new" : "elsewhere";
  }

  /**
   * Logs somebody in, and registers them where the name is new. Addresses share the work of checking
   * passwords, and in each those who are known have a share of their own.
   *
   * @param waiting how it waits for its turn
   * @throws the reason of the signal of `waiting`
   * @throws BusyError when too many passwords are being checked, or this one is not wanted any more
   * @throws StorageError when a new name could not be stored
   */
  async logIn(
    user: UserId,
    password: string,
    ip: string,
    waiting: Waiting = {},
  ): Promise<LoginOutcome> {
    const { store, minPassword, mayRegister } = this.#parts;
    const turn: Turn = { ...waiting, share: addressGroup(ip) };
    const standing = await this.standing(user, ip);
    if (standing === "elsewhere") return standing;
    if (standing !== "new") return await this.#isRight(user, password, turn) ? "welcome" : "wrong";
    if (Array.from(password).length < minPassword) return "too short";
    if (mayRegister?.(ip) === false) return "too many names";
    const hash = await this.#hashOfNew(password, ip, waiting);
    // One change: nothing that happens in between leaves a name that anybody could take.
    if (await store.change({ kind: "register", user, hash }) === "done") return "registered";
    // A name of the buddy service has none yet.
    const outcome = await store.change({ kind: "set password", user, hash, unlessSet: true });
    if (outcome === "done") return "registered";
    // Somebody else chose one while we were at it: the name is theirs.
    return await this.#isRight(user, password, turn) ? "welcome" : "taken";
  }

  /**
   * Registers a new name with a password. A name of the buddy service without one exists.
   *
   * @param waiting how it waits for its turn
   * @throws as {@linkcode Accounts.logIn}
   */
  async register(
    user: UserId,
    password: string,
    ip: string,
    waiting: Waiting = {},
  ): Promise<RegisterOutcome> {
    const { store, minPassword, mayRegister } = this.#parts;
    if (await store.isKnown(user)) return "exists";
    if (Array.from(password).length < minPassword) return "too short";
    if (mayRegister?.(ip) === false) return "too many names";
    const hash = await this.#hashOfNew(password, ip, waiting);
    const outcome = await store.change({ kind: "register", user, hash });
    return outcome === "done" ? "registered" : "exists";
  }

  #hashOfNew(password: string, ip: string, waiting: Waiting): Promise<string> {
    return this.#parts.passwords.hash(password, { ...waiting, share: `new ${addressGroup(ip)}` });
  }

  async #isRight(user: UserId, password: string, turn: Turn): Promise<boolean> {
    const { store, passwords } = this.#parts;
    const stored = await store.passwordOf(user);
    if (!await passwords.verify(password, stored, turn)) return false;
    if (stored !== undefined && passwords.isOutdated(stored)) {
      await this.#renew(user, password, turn);
    }
    return true;
  }

  /** Hashes a password anew at today's cost. The old hash does until that works. */
  async #renew(user: UserId, password: string, turn: Turn): Promise<void> {
    const { store, passwords } = this.#parts;
    try {
      const hash = await passwords.hash(password, turn);
      await store.change({ kind: "set password", user, hash });
    } catch {
      // Busy, or not to be written: the next login tries again.
    }
  }
}
