/**
 * Rooms and their members in memory, as the journal tells them. Rules as in `user_index.ts`.
 */

import type { ChangeOutcome, RoomChange, StoredMember, StoredRoom } from "./store.ts";
import type { Undo } from "./user_index.ts";

interface Room {
  readonly host: string;
  readonly hash: string | undefined;
  readonly members: Map<string, StoredMember>;
}

/** Rooms by name. */
export class RoomIndex {
  readonly #rooms = new Map<string, Room>();

  /** How many rooms there are. */
  get size(): number {
    return this.#rooms.size;
  }

  /** Every room, in the order they were created. */
  rooms(): StoredRoom[] {
    return Array.from(this.#rooms, ([room, { host, hash, members }]) => ({
      room,
      host,
      hash,
      members: [...members.values()],
    }));
  }

  /** What becomes of a change if it is made now: `done` means it may be applied. */
  judge(change: RoomChange): ChangeOutcome {
    const room = this.#rooms.get(change.room);
    if (change.kind === "create room") return room === undefined ? "done" : "exists";
    if (room === undefined) return "absent";
    if (change.kind === "close room") return "done";
    const isMember = room.members.has(change.member);
    if (change.kind === "join room") return isMember ? "exists" : "done";
    return isMember ? "done" : "absent";
  }

  /** Makes a change that was judged `done`. The result takes it back while it is the last one. */
  apply(change: RoomChange): Undo {
    const rooms = this.#rooms;
    if (change.kind === "create room") {
      rooms.set(change.room, { host: change.host, hash: change.hash, members: new Map() });
      return () => rooms.delete(change.room);
    }
    const room = rooms.get(change.room)!;
    if (change.kind === "close room") {
      return take(rooms, change.room);
    }
    if (change.kind === "join room") {
      const { member, token, ip } = change;
      room.members.set(member, { member, token, ip });
      return () => room.members.delete(member);
    }
    return take(room.members, change.member);
  }
}

/** Takes an entry out of a map. The result puts it back where it was. */
function take<Value>(map: Map<string, Value>, key: string): Undo {
  const place = [...map.keys()].indexOf(key);
  const value = map.get(key)!;
  map.delete(key);
  return () => {
    const entries = [...map];
    map.clear();
    for (const [key, value] of entries.splice(0, place)) map.set(key, value);
    map.set(key, value);
    for (const [key, value] of entries) map.set(key, value);
  };
}
