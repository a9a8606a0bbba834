/**
 * Users, buddies and password hashes in memory.
 *
 * Rules of this file: it judges and applies, and knows nothing of files. A change can be taken back
 * as long as it was the last one, because a batch that could not be written is undone.
 */

import type { UserId } from "../core/user_id.ts";
import type { ChangeOutcome, UserChange } from "./store.ts";

/** Takes a change back. */
export type Undo = () => void;

/** One user as a snapshot keeps them. */
export interface StoredUser {
  /** Their id. */
  readonly user: UserId;
  /** Their password hash, where there is one. */
  readonly hash: string | undefined;
  /** In the order they were added. */
  readonly buddies: UserId[];
}

/** One user as a line of a snapshot has them. */
export interface PackedUser {
  /** Their id. */
  readonly user: UserId;
  /** Their password hash, where there is one. */
  readonly hash: string | undefined;
  /** Ids of buddies with single blanks between them, as they stand in the line. */
  readonly list: string;
}

/**
 * Users by id.
 *
 * A list from a snapshot stays one text until somebody needs it: cutting five million ids out of a
 * million lists made a start twice as long (measured), and most lists are not asked for.
 */
export class UserIndex {
  readonly #buddies = new Map<UserId, UserId[] | string>();
  readonly #hashes = new Map<UserId, string>();

  /** How many users there are. */
  get size(): number {
    return this.#buddies.size;
  }

  /** How many users have no password hash. */
  get withoutPassword(): number {
    return this.#buddies.size - this.#hashes.size;
  }

  /** A user's buddies, or `undefined` when the user is not registered. */
  buddiesOf(user: UserId): readonly UserId[] | undefined {
    return this.#listOf(user);
  }

  #listOf(user: UserId): UserId[] | undefined {
    const list = this.#buddies.get(user);
    if (typeof list !== "string") return list;
    const buddies = unpack(list);
    this.#buddies.set(user, buddies);
    return buddies;
  }

  /** A user's password hash, where there is one. */
  passwordOf(user: UserId): string | undefined {
    return this.#hashes.get(user);
  }

  /** Every user, in no order anybody may rely on. */
  *users(): IterableIterator<StoredUser> {
    for (const [user, list] of this.#buddies) {
      const buddies = typeof list === "string" ? unpack(list) : list;
      yield { user, hash: this.#hashes.get(user), buddies };
    }
  }

  /** Puts a user in as a snapshot has them. */
  restore({ user, hash, list }: PackedUser): void {
    this.#buddies.set(user, list);
    if (hash !== undefined) this.#hashes.set(user, hash);
  }

  /** Adds more buddies of a user as a snapshot has them. */
  restoreMore({ user, list }: PackedUser): void {
    const before = this.#listOf(user) ?? [];
    this.#buddies.set(user, [...before, ...unpack(list)]);
  }

  /** What becomes of a change if it is made now: `done` means it may be applied. */
  judge(change: UserChange): ChangeOutcome {
    const buddies = this.#listOf(change.user);
    if (change.kind === "register") return buddies === undefined ? "done" : "exists";
    if (buddies === undefined) return "no such user";
    if (change.kind === "set password") {
      return change.unlessSet && this.#hashes.has(change.user) ? "exists" : "done";
    }
    if (!this.#buddies.has(change.buddy)) return "no such user";
    const present = buddies.includes(change.buddy);
    if (change.kind === "add") return present ? "exists" : "done";
    return present ? "done" : "absent";
  }

  /** Makes a change that was judged `done`. The result takes it back while it is the last one. */
  apply(change: UserChange): Undo {
    if (change.kind === "register") {
      const { user, hash } = change;
      this.#buddies.set(user, NOBODY);
      if (hash !== undefined) this.#hashes.set(user, hash);
      return () => {
        this.#buddies.delete(user);
        this.#hashes.delete(user);
      };
    }
    if (change.kind === "set password") return this.#setPassword(change.user, change.hash);
    const buddies = this.#listOf(change.user)!;
    if (change.kind === "add") {
      buddies.push(change.buddy);
      return () => buddies.pop();
    }
    const position = buddies.indexOf(change.buddy);
    buddies.splice(position, 1);
    return () => buddies.splice(position, 0, change.buddy);
  }

  #setPassword(user: UserId, hash: string): Undo {
    const before = this.#hashes.get(user);
    this.#hashes.set(user, hash);
    return () => before === undefined ? this.#hashes.delete(user) : this.#hashes.set(user, before);
  }
}

/** A packed list of no ids. Most who register have no buddies yet, and an array each would add up. */
const NOBODY = "";

/** The ids of a packed list; they were checked where it was read. */
function unpack(list: string): UserId[] {
  return list === NOBODY ? [] : list.split(" ") as UserId[];
}
