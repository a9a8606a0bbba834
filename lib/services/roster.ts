/**
 * Users and their buddies: what happens on REG, ADD, DEL and GET. Rules: protocols/buddy.md. This
 * room knows no sockets and no bytes.
 */

import { afterwards, type Eventually } from "../core/eventually.ts";
import { type BuddyPresence, reachableFirst } from "../core/presence.ts";
import type { UserId } from "../core/user_id.ts";
import type { ChangeOutcome, Store } from "../storage/store.ts";
import type { PresenceBook } from "./presence.ts";

/** What became of a request: the words of the protocol, without their numbers. */
export type RosterOutcome = "ok" | "invalid" | "no such user" | "user exists";

// Functions of their own, not async methods: changes are the hot path, and each async function on it
// costs a durable request about a hundredth of its time (measured).
const registered = (outcome: ChangeOutcome): RosterOutcome =>
  outcome === "done" ? "ok" : "user exists";

const added = (outcome: ChangeOutcome): RosterOutcome =>
  outcome === "no such user" ? outcome : outcome === "done" ? "ok" : "invalid";

const removed = (outcome: ChangeOutcome): RosterOutcome =>
  outcome === "no such user" ? outcome : "ok";

/** Buddy lists over a store, with presence beside them. */
export class Roster {
  readonly #store: Store;
  readonly #presence: PresenceBook;

  /** Keeps users in `store` and reads who is online from `presence`. */
  constructor(store: Store, presence: PresenceBook) {
    this.#store = store;
    this.#presence = presence;
  }

  /** Registers a user. Rejects with a StorageError. */
  register(user: UserId): Promise<RosterOutcome> {
    return this.#store.change({ kind: "register", user }).then(registered);
  }

  /** Adds a buddy, one way. Not oneself, and nobody twice. Rejects with a StorageError. */
  add(user: UserId, buddy: UserId): Promise<RosterOutcome> {
    if (user === buddy) return this.#oneself(user);
    return this.#store.change({ kind: "add", user, buddy }).then(added);
  }

  /** Removes a buddy; one who was none is removed just as well. Rejects with a StorageError. */
  remove(user: UserId, buddy: UserId): Promise<RosterOutcome> {
    if (user === buddy) return this.#oneself(user);
    return this.#store.change({ kind: "remove", user, buddy }).then(removed);
  }

  /** Existence is judged before anything else: an unknown user is not told about oneself. */
  async #oneself(user: UserId): Promise<RosterOutcome> {
    return await this.#store.isKnown(user) ? "invalid" : "no such user";
  }

  /** Whether a user is registered. */
  isKnown(user: UserId): Eventually<boolean> {
    return this.#store.isKnown(user);
  }

  /**
   * A user's buddies as they are now: who can be reached first, then in the order of adding.
   *
   * @param now by the server's clock, where that was read already
   * @returns `undefined` for a user not registered
   */
  buddies(user: UserId, now?: number): Eventually<readonly BuddyPresence[] | undefined> {
    return afterwards(this.#store.buddiesOf(user), (buddies) => {
      return buddies && afterwards(this.#presence.ofAll(buddies, now), reachableFirst);
    });
  }
}
