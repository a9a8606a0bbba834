/** What a new snapshot is made of: changes since the old one, or a whole state. */

import type { UserId } from "../core/user_id.ts";
import type { RoomIndex } from "./room_index.ts";
import type { State } from "./state.ts";
import type { RoomChange, StoreChange, StoredRoom, UserChange } from "./store.ts";
import { type PackedUser, type StoredUser, UserIndex } from "./user_index.ts";

/** The users and rooms a draft writes. */
export interface DraftContents {
  /** Users to write, in any order; those of the old snapshot that are not here are copied. */
  readonly users: UserId[];
  /** A user as they are now; `old` are their lines in the old snapshot. */
  user(user: UserId, old: readonly PackedUser[]): StoredUser;
  /** The rooms as they are now; `old` are those of the old snapshot, and may be changed. */
  rooms(old: RoomIndex): readonly StoredRoom[];
}

/** Contents that are an old snapshot and what happened since. */
export function contentsOfChanges(changes: readonly StoreChange[]): DraftContents {
  const byUser = new Map<UserId, UserChange[]>();
  const ofRooms: RoomChange[] = [];
  for (const change of changes) {
    if ("room" in change) {
      ofRooms.push(change);
      continue;
    }
    const before = byUser.get(change.user);
    if (before === undefined) byUser.set(change.user, [change]);
    else before.push(change);
  }
  return {
    users: [...byUser.keys()],
    user(user, old) {
      const index = new UserIndex();
      const [first, ...more] = old;
      if (first !== undefined) index.restore(first);
      for (const line of more) index.restoreMore(line);
      for (const change of byUser.get(user)!) index.apply(change);
      return index.users().next().value!;
    },
    rooms(old) {
      for (const change of ofRooms) old.apply(change);
      return old.rooms();
    },
  };
}

/** Contents that are all there is, whatever an old snapshot says. */
export function contentsOfState({ users, rooms }: State): DraftContents {
  return {
    users: Array.from(users.users(), ({ user }) => user),
    user: (user) => ({
      user,
      hash: users.passwordOf(user),
      buddies: [...users.buddiesOf(user)!],
    }),
    rooms: () => rooms.rooms(),
  };
}
