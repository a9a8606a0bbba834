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

/** Users by id. */
export class UserIndex {
  readonly #buddies = new Map<UserId, UserId[]>();
  readonly #hashes = new Map<UserId, string>();

  /** How many users there are. */
  get size(): number {
    return this.#buddies.size;
  }

  /** A user's buddies, or `undefined` when the user is not registered. */
  buddiesOf(user: UserId): readonly UserId[] | undefined {
    return this.#buddies.get(user);
  }

  /** A user's password hash, where there is one. */
  passwordOf(user: UserId): string | undefined {
    return this.#hashes.get(user);
  }

  /** Every user, in no order anybody may rely on. */
  *users(): IterableIterator<StoredUser> {
    for (const [user, buddies] of this.#buddies) {
      yield { user, hash: this.#hashes.get(user), buddies };
    }
  }

  /** Puts a user in as a snapshot has them; the list becomes ours. */
  restore({ user, hash, buddies }: StoredUser): void {
    this.#buddies.set(user, buddies);
    if (hash !== undefined) this.#hashes.set(user, hash);
  }

  /** Adds more buddies of a user as a snapshot has them. */
  restoreMore({ user, buddies }: StoredUser): void {
    const before = this.#buddies.get(user);
    if (before === undefined) this.#buddies.set(user, buddies);
    else before.push(...buddies);
  }

  /** What becomes of a change if it is made now: `done` means it may be applied. */
  judge(change: UserChange): ChangeOutcome {
    const buddies = this.#buddies.get(change.user);
    if (change.kind === "register") return buddies === undefined ? "done" : "exists";
    if (buddies === undefined) return "no such user";
    if (change.kind === "set password") return "done";
    if (!this.#buddies.has(change.buddy)) return "no such user";
    const present = buddies.includes(change.buddy);
    if (change.kind === "add") return present ? "exists" : "done";
    return present ? "done" : "absent";
  }

  /** Makes a change that was judged `done`. The result takes it back while it is the last one. */
  apply(change: UserChange): Undo {
    if (change.kind === "register") {
      this.#buddies.set(change.user, []);
      return () => this.#buddies.delete(change.user);
    }
    if (change.kind === "set password") return this.#setPassword(change.user, change.hash);
    const buddies = this.#buddies.get(change.user)!;
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
