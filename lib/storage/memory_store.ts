/** A store that forgets when the process ends: for trying things out and for tests. */

import type { UserId } from "../core/user_id.ts";
import { State } from "./state.ts";
import type { ChangeOutcome, Store, StoreChange, StoredRoom, StoreHealth } from "./store.ts";

/** Everything in memory only. */
export class MemoryStore implements Store {
  readonly #state = new State();

  /** Makes a change at once. */
  change(change: StoreChange): Promise<ChangeOutcome> {
    const outcome = this.#state.judge(change);
    if (outcome === "done") this.#state.apply(change);
    return Promise.resolve(outcome);
  }

  /** Whether a user is registered. */
  isKnown(user: UserId): boolean {
    return this.#state.users.buddiesOf(user) !== undefined;
  }

  /** A user's buddies in the order they were added. */
  buddiesOf(user: UserId): readonly UserId[] | undefined {
    return this.#state.users.buddiesOf(user);
  }

  /** A user's password hash. */
  passwordOf(user: UserId): string | undefined {
    return this.#state.users.passwordOf(user);
  }

  /** How many users have none. */
  usersWithoutPassword(): number {
    return this.#state.users.withoutPassword;
  }

  /** Every room. */
  rooms(): readonly StoredRoom[] {
    return this.#state.rooms.rooms();
  }

  /** A room. */
  room(room: string): StoredRoom | undefined {
    return this.#state.rooms.room(room);
  }

  /** Memory can always be written. */
  health(): StoreHealth {
    return { writable: true };
  }

  /** Forgets nothing before the process does. */
  close(): Promise<void> {
    return Promise.resolve();
  }
}
