/**
 * All that is remembered, in memory: what the memory store is, and what the text store reads from.
 */

import { RoomIndex } from "./room_index.ts";
import type { ChangeOutcome, RoomChange, StoreChange } from "./store.ts";
import { type Undo, UserIndex } from "./user_index.ts";

/** Users and rooms. */
export class State {
  /** Users, buddies, password hashes. */
  readonly users: UserIndex = new UserIndex();
  /** Rooms and members. */
  readonly rooms: RoomIndex = new RoomIndex();

  /** What becomes of a change if it is made now: `done` means it may be applied. */
  judge(change: StoreChange): ChangeOutcome {
    return isRoomChange(change) ? this.rooms.judge(change) : this.users.judge(change);
  }

  /** Makes a change that was judged `done`. The result takes it back while it is the last one. */
  apply(change: StoreChange): Undo {
    return isRoomChange(change) ? this.rooms.apply(change) : this.users.apply(change);
  }
}

function isRoomChange(change: StoreChange): change is RoomChange {
  return "room" in change;
}
