/** A store that forgets when the process ends: for trying things out and for tests. */

import type { UserId } from "../core/user_id.ts";
import type { ChangeOutcome, StoreHealth, UserChange, UserStore } from "./store.ts";
import { UserIndex } from "./user_index.ts";

/** Users and buddies in memory only. */
export class MemoryStore implements UserStore {
  readonly #index = new UserIndex();

  /** See {@linkcode UserStore.change}. */
  change(change: UserChange): Promise<ChangeOutcome> {
    const outcome = this.#index.judge(change);
    if (outcome === "done") this.#index.apply(change);
    return Promise.resolve(outcome);
  }

  /** See {@linkcode UserStore.isKnown}. */
  isKnown(user: UserId): boolean {
    return this.#index.buddiesOf(user) !== undefined;
  }

  /** See {@linkcode UserStore.buddiesOf}. */
  buddiesOf(user: UserId): readonly UserId[] | undefined {
    return this.#index.buddiesOf(user);
  }

  /** See {@linkcode UserStore.health}. */
  health(): StoreHealth {
    return { writable: true };
  }

  /** See {@linkcode UserStore.close}. */
  close(): Promise<void> {
    return Promise.resolve();
  }
}
