/**
 * The buddies of users, for the time a database is gone: as they were read last, and changed through
 * this server since.
 */

import { RecentMap } from "../core/recent_map.ts";
import type { UserId } from "../core/user_id.ts";
import type { StoreChange } from "./store.ts";

/** Changes that may be newer than something being read. */
const REMEMBERED_CHANGES = 10_000;

/** What is remembered of users. */
export class RememberedUsers {
  readonly #lists: RecentMap<readonly UserId[]>;
  readonly #most: number;
  /** The moments of the last changes, by user. */
  readonly #changed = new RecentMap<number>(REMEMBERED_CHANGES);
  #moment = 0;

  /** Remembers `most` users at most: those asked for last. */
  constructor(most: number) {
    this.#lists = new RecentMap(most);
    this.#most = most;
  }

  /** Whether nobody can be remembered without somebody being forgotten. */
  get isFull(): boolean {
    return this.#lists.size >= this.#most;
  }

  /** Goes on with every change: what is read is as old as the moment at which reading began. */
  get moment(): number {
    return this.#moment;
  }

  /** A user's buddies; `undefined` for one of whom nothing is known. */
  buddiesOf(user: UserId): readonly UserId[] | undefined {
    return this.#lists.get(user);
  }

  /** Takes what was read, unless this server has made a change since. */
  wasRead(user: UserId, buddies: readonly UserId[], moment: number): void {
    if ((this.#changed.get(user) ?? 0) <= moment) this.#lists.set(user, buddies);
  }

  /** Takes a change that was made. */
  wasMade(change: StoreChange): void {
    if (!("user" in change)) return;
    const { user } = change;
    const before = change.kind === "register" ? [] : this.#lists.get(user);
    this.#changed.set(user, ++this.#moment);
    if (before === undefined) return;
    const without = "buddy" in change ? before.filter((buddy) => buddy !== change.buddy) : before;
    this.#lists.set(user, change.kind === "add" ? [...without, change.buddy] : without);
  }
}
