/**
 * What Parley remembers: contracts only. Rules: protocols/buddy.md; a `200 OK` is a promise, so a
 * change that resolves here is durable, as far as the kind of store promises.
 *
 * A store decides by itself whether a user exists or a buddy is new, because only it can decide that
 * and remember the change in one step when several servers share it.
 */

import type { UserId } from "../core/user_id.ts";

/** A change somebody asks for. */
export type UserChange =
  | { readonly kind: "register"; readonly user: UserId }
  | { readonly kind: "add" | "remove"; readonly user: UserId; readonly buddy: UserId };

/**
 * What became of a change: `done`; `exists`, the user or the buddy was there already; `absent`, the
 * buddy to remove was not there; `no such user`, one of the two is not registered.
 */
export type ChangeOutcome = "done" | "exists" | "absent" | "no such user";

/** A value now, or later where it has to be fetched. */
export type Eventually<T> = T | Promise<T>;

/** Whether a store takes changes at the moment. */
export type StoreHealth =
  | { readonly writable: true }
  | { readonly writable: false; readonly reason: string };

/** Users and their buddies. */
export interface UserStore {
  /**
   * Makes a change, or tells why not. Resolves when the change is durable.
   *
   * @throws StorageError when it could not be made durable; then it was not made
   */
  change(change: UserChange): Promise<ChangeOutcome>;
  /** Whether a user is registered, by the newest state there is. */
  isKnown(user: UserId): Eventually<boolean>;
  /** A user's buddies in the order they were added; `undefined` for a user not registered. */
  buddiesOf(user: UserId): Eventually<readonly UserId[] | undefined>;
  /** Whether changes can be made. */
  health(): StoreHealth;
  /** Finishes what was asked for and lets go of everything. */
  close(): Promise<void>;
}
