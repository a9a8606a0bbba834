/**
 * Users and buddies in memory: what the memory store is, and what the text store reads from.
 *
 * Rules of this file: it judges and applies, and knows nothing of files. Every change can be taken
 * back as long as it was the last one, because a batch that could not be written is undone.
 */

import type { UserId } from "../core/user_id.ts";
import type { ChangeOutcome, UserChange } from "./store.ts";

/** Users and their buddies, in the order they were added. */
export class UserIndex {
  readonly #buddies = new Map<UserId, UserId[]>();

  /** How many users there are. */
  get size(): number {
    return this.#buddies.size;
  }

  /** A user's buddies, or `undefined` when the user is not registered. */
  buddiesOf(user: UserId): readonly UserId[] | undefined {
    return this.#buddies.get(user);
  }

  /** What becomes of a change if it is made now: `done` means it may be applied. */
  judge(change: UserChange): ChangeOutcome {
    const buddies = this.#buddies.get(change.user);
    if (change.kind === "register") return buddies === undefined ? "done" : "exists";
    if (buddies === undefined || !this.#buddies.has(change.buddy)) return "no such user";
    const present = buddies.includes(change.buddy);
    if (change.kind === "add") return present ? "exists" : "done";
    return present ? "done" : "absent";
  }

  /**
   * Makes a change that was judged `done`.
   *
   * @returns where a removed buddy stood, which {@linkcode undo} needs; 0 otherwise
   */
  apply(change: UserChange): number {
    if (change.kind === "register") {
      this.#buddies.set(change.user, []);
      return 0;
    }
    const buddies = this.#buddies.get(change.user)!;
    if (change.kind === "add") {
      buddies.push(change.buddy);
      return 0;
    }
    const position = buddies.indexOf(change.buddy);
    buddies.splice(position, 1);
    return position;
  }

  /** Takes the last applied change back. `position` is what {@linkcode apply} returned for it. */
  undo(change: UserChange, position: number): void {
    if (change.kind === "register") {
      this.#buddies.delete(change.user);
      return;
    }
    const buddies = this.#buddies.get(change.user)!;
    if (change.kind === "add") buddies.pop();
    else buddies.splice(position, 0, change.buddy);
  }
}
