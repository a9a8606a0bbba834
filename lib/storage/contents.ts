/**
 * Everything a store remembers, as values: for copying one store into another.
 */

import type { Store, StoreChange, StoredRoom } from "./store.ts";
import type { StoredUser } from "./user_index.ts";

/** Changes asked for at once: one batch, so that none waits too long for its turn. */
const CHANGES_AT_ONCE = 500;

/** All users and rooms. */
export interface StoreContents {
  /** With the buddies of each in the order they were added. */
  readonly users: readonly StoredUser[];
  /** In the order they were created. */
  readonly rooms: readonly StoredRoom[];
}

/** How much there is of everything. */
export interface ContentCounts {
  /** Registered users. */
  readonly users: number;
  /** Buddies of all of them together. */
  readonly buddies: number;
  /** Users with a password. */
  readonly passwords: number;
  /** Rooms. */
  readonly rooms: number;
  /** Members of all of them together. */
  readonly members: number;
}

/** Counts everything. */
export function countContents({ users, rooms }: StoreContents): ContentCounts {
  return {
    users: users.length,
    buddies: users.reduce((sum, { buddies }) => sum + buddies.length, 0),
    passwords: users.filter(({ hash }) => hash !== undefined).length,
    rooms: rooms.length,
    members: rooms.reduce((sum, { members }) => sum + members.length, 0),
  };
}

/**
 * Makes an empty store remember the same.
 *
 * @throws StorageError when something could not be stored
 */
export async function fillStore(store: Store, contents: StoreContents): Promise<void> {
  let batch: Promise<unknown>[] = [];
  for (const change of changesOf(contents)) {
    batch.push(store.change(change));
    if (batch.length < CHANGES_AT_ONCE) continue;
    await Promise.all(batch);
    batch = [];
  }
  await Promise.all(batch);
}

/** The changes that lead from nothing to these contents: users before whoever names them. */
function* changesOf({ users, rooms }: StoreContents): Iterable<StoreChange> {
  for (const { user } of users) yield { kind: "register", user };
  for (const { user, hash, buddies } of users) {
    if (hash !== undefined) yield { kind: "set password", user, hash };
    for (const buddy of buddies) yield { kind: "add", user, buddy };
  }
  for (const { room, host, hash, members } of rooms) {
    yield { kind: "create room", room, host, hash };
    for (const { member, token, ip, isDoubted } of members) {
      yield { kind: "join room", room, member, token, ip };
      if (isDoubted) yield { kind: "doubt member", room, member };
    }
  }
}

/**
 * What is in one and not in the other, for people; nothing when they are the same. The order of users
 * does not count: text files sort them.
 */
export function findDifference(one: StoreContents, other: StoreContents): string | undefined {
  const counts = [one, other].map((contents) => JSON.stringify(countContents(contents)));
  if (counts[0] !== counts[1]) return `${counts[0]} against ${counts[1]}`;
  const users = new Map(other.users.map((user) => [user.user, user]));
  for (const user of one.users) {
    if (!isSame(user, users.get(user.user))) return `user ${user.user}`;
  }
  const room = one.rooms.findIndex((room, index) => !isSame(room, other.rooms[index]));
  return room < 0 ? undefined : `room ${one.rooms[room]!.room}`;
}

function isSame(one: object, other: object | undefined): boolean {
  return other !== undefined && textOf(one) === textOf(other);
}

/** The values of an object in the order of their names. */
function textOf(value: object): string {
  return JSON.stringify(
    value,
    (_, part) =>
      part !== null && typeof part === "object" && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => a < b ? -1 : 1))
        : part,
  );
}
