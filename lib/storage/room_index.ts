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
  #list: readonly StoredRoom[] | undefined;

  /** How many rooms there are. */
  get size(): number {
    return this.#rooms.size;
  }

  /** Every room, in the order they were created; the same array as long as nothing changes. */
  rooms(): readonly StoredRoom[] {
    return this.#list ??= Array.from(this.#rooms, ([room, stored]) => storedRoom(room, stored));
  }

  /** A room. */
  room(room: string): StoredRoom | undefined {
    const stored = this.#rooms.get(room);
    return stored && storedRoom(room, stored);
  }

  /** What becomes of a change if it is made now: `done` means it may be applied. */
  judge(change: RoomChange): ChangeOutcome {
    const room = this.#rooms.get(change.room);
    if (change.kind === "create room") return room === undefined ? "done" : "exists";
    if (room === undefined) return "absent";
    if (change.kind === "close room") {
      const host = room.members.get(room.host);
      return isMeant(host, change.token) ? "done" : "absent";
    }
    const member = room.members.get(change.member);
    if (change.kind === "join room") return member === undefined ? "done" : "exists";
    if (member === undefined || !isMeant(member, change.token)) return "absent";
    const isDoubted = member.isDoubted ?? false;
    if (change.kind === "doubt member") return isDoubted ? "exists" : "done";
    return change.kind === "leave room" || isDoubted ? "done" : "absent";
  }

  /** Makes a change that was judged `done`. The result takes it back while it is the last one. */
  apply(change: RoomChange): Undo {
    this.#list = undefined;
    const takeBack = this.#make(change);
    return () => {
      this.#list = undefined;
      takeBack();
    };
  }

  #make(change: RoomChange): Undo {
    const rooms = this.#rooms;
    if (change.kind === "create room") {
      const { room, host, hash, hostSeat } = change;
      const members = hostSeat === undefined
        ? []
        : [[host, { member: host, ...hostSeat }] as const];
      rooms.set(room, { host, hash, members: new Map(members) });
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
    if (change.kind === "doubt member" || change.kind === "vouch for member") {
      return setDoubt(room.members, change.member, change.kind === "doubt member");
    }
    const isEnd = change.kind === "expire member" && change.member === room.host;
    return isEnd ? take(rooms, change.room) : take(room.members, change.member);
  }
}

/** Whether a change is about this member, and not about one who had the name before. */
function isMeant(member: StoredMember | undefined, token: string | undefined): boolean {
  return token === undefined || member?.token === token;
}

function storedRoom(room: string, { host, hash, members }: Room): StoredRoom {
  return { room, host, hash, members: [...members.values()] };
}

/** Doubts a member, or no more. The result puts it back as it was. */
function setDoubt(members: Map<string, StoredMember>, name: string, isDoubted: boolean): Undo {
  const before = members.get(name)!;
  const { member, token, ip } = before;
  members.set(name, isDoubted ? { member, token, ip, isDoubted } : { member, token, ip });
  return () => members.set(name, before);
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
