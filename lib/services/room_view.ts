/**
 * The rooms as this server sees them: what the store says, and beside each member what is not
 * stored, where they talk from and when they were last heard.
 *
 * The store is the truth, because others may write to it. What it says is adopted here; whoever keeps
 * something for each member is told who came and who went.
 */

import type { PeerAddress } from "../core/presence.ts";
import {
  type MemberName,
  parseMemberName,
  parseRoomName,
  type RoomName,
} from "../core/room_name.ts";
import type { StoredMember, StoredRoom } from "../storage/store.ts";

/** A room. */
export interface Room {
  /** Its name. */
  readonly name: RoomName;
  /** Who created it: with them it closes. */
  readonly host: MemberName;
  /** Hash of the password that joining takes, if any. */
  readonly hash: string | undefined;
  /** By name, in the order they joined. */
  readonly members: ReadonlyMap<string, Member>;
  /** When this server first saw it. */
  readonly since: number;
}

/** A member of a room. */
export interface Member {
  /** Their name. */
  readonly name: MemberName;
  /** What proves them. */
  readonly token: string;
  /** Where they joined from. */
  readonly ip: string;
  /** Where they are. */
  readonly room: Room;
  /** Where they are registered to talk from; `undefined` before, and after they left. */
  address: PeerAddress | undefined;
  /** When they were last known to be there, by a datagram or by another server's word. */
  heardAt: number;
  /** When this server heard a datagram of theirs; `-Infinity` before the first. */
  spokeAt: number;
  /** Since when a server doubts them, as this one saw it; see `store.ts`. */
  doubtedAt: number | undefined;
  /** Whether they are on their way out. */
  isLeaving: boolean;
  /** Whether another server has them, or may: they came in there, or talk to it, not to this one. */
  isElsewhere: boolean;
}

/** Why a member is gone: they left or expired, or their room closed and they were not its host. */
export type Departure = "left" | "room closed";

/** Who keeps something for each member. */
export interface MemberWatch {
  /** Somebody is in a room now. */
  came(member: Member): void;
  /** Somebody is in it no more. */
  went(member: Member, why: Departure): void;
  /** A room is no more; its members are told of before. */
  closed?(room: RoomName): void;
}

interface OwnRoom extends Room {
  readonly members: Map<string, Member>;
}

/** Every room there is. */
export class RoomView {
  readonly #rooms = new Map<string, OwnRoom>();
  readonly #watch: MemberWatch;
  #adopted: readonly StoredRoom[] | undefined;
  #hasRead = false;
  readonly #isShared: boolean;
  /** Members from before this server began: another one may hear them. */
  readonly #unsure = new Set<Member>();

  /** Starts without any. With `isShared`, who was there before may be heard elsewhere. */
  constructor(watch: MemberWatch, isShared = false) {
    this.#watch = watch;
    this.#isShared = isShared;
  }

  /** How many rooms there are. */
  get size(): number {
    return this.#rooms.size;
  }

  /** Every room, in the order they were seen. */
  rooms(): Iterable<Room> {
    return this.#rooms.values();
  }

  /** Whether all that the store says was read once: who comes later has come through somebody. */
  get hasRead(): boolean {
    return this.#hasRead;
  }

  /** Whether there are members of whom it is not known whether another server hears them. */
  get isUnsure(): boolean {
    return this.#unsure.size > 0;
  }

  /** Another server has said that it hears a member. */
  isKnownElsewhere(member: Member): void {
    this.#unsure.delete(member);
  }

  /** Every other server has said whom it hears. @returns whom nobody hears */
  settle(): Member[] {
    const unheard = [...this.#unsure].filter(({ address }) => address === undefined);
    for (const member of this.#unsure) member.isElsewhere = false;
    this.#unsure.clear();
    return unheard;
  }

  /** The member of a room that a token proves. */
  memberOf(name: string, token: string): Member | undefined {
    return this.#rooms.get(name)?.members.values().find((member) => member.token === token);
  }

  /** Takes over all that the store says: what it has no more is gone. */
  adopt(stored: readonly StoredRoom[], now: number): void {
    if (stored === this.#adopted) return;
    const names = new Set(stored.map(({ room }) => room));
    for (const room of this.#rooms.values()) {
      if (!names.has(room.name)) this.#close(room);
    }
    for (const room of stored) this.adoptRoom(room, now);
    this.#adopted = stored;
    this.#hasRead = true;
  }

  /** Takes over what the store says of one room. */
  adoptRoom(stored: StoredRoom, now: number): void {
    this.#adopted = undefined;
    const before = this.#rooms.get(stored.room);
    if (before !== undefined && !isSameRoom(before, stored)) this.#close(before);
    const room = this.#rooms.get(stored.room) ?? this.#open(stored, now);
    if (room === undefined) return;
    const tokens = new Set(stored.members.map(({ token }) => token));
    for (const member of room.members.values()) {
      if (!tokens.has(member.token)) this.#remove(room, member, "left");
    }
    for (const member of stored.members) this.#adoptMember(room, member, now);
  }

  /** A room is closed in the store already. Another one that took its name stays. */
  close(closed: Room): void {
    const room = this.#rooms.get(closed.name);
    this.#adopted = undefined;
    if (room !== undefined && room === closed) this.#close(room);
  }

  /** A member is gone from the store. */
  remove(member: Member): void {
    const room = this.#rooms.get(member.room.name);
    this.#adopted = undefined;
    if (room?.members.get(member.name) === member) this.#remove(room, member, "left");
  }

  #open({ room: text, host: hostText, hash }: StoredRoom, now: number): OwnRoom | undefined {
    const [name, host] = [parseRoomName(text), parseMemberName(hostText)];
    if (name === undefined || host === undefined) return undefined;
    const room: OwnRoom = { name, host, hash, members: new Map(), since: now };
    this.#rooms.set(name, room);
    return room;
  }

  #adoptMember(room: OwnRoom, stored: StoredMember, now: number): void {
    const member = room.members.get(stored.member) ?? this.#add(room, stored, now);
    const isDoubted = stored.isDoubted ?? false;
    if (member === undefined || isDoubted === (member.doubtedAt !== undefined)) return;
    // A doubt that went away: somebody has heard them.
    if (!isDoubted) member.heardAt = now;
    member.doubtedAt = isDoubted ? now : undefined;
  }

  #add(room: OwnRoom, stored: StoredMember, now: number): Member | undefined {
    const name = parseMemberName(stored.member);
    if (name === undefined) return undefined;
    const { token, ip } = stored;
    const member: Member = {
      ...{ name, token, ip, room },
      ...{
        address: undefined,
        heardAt: now,
        spokeAt: -Infinity,
        doubtedAt: undefined,
        isLeaving: false,
        isElsewhere: this.#hasRead || this.#isShared,
      },
    };
    room.members.set(name, member);
    if (this.#isShared && !this.#hasRead) this.#unsure.add(member);
    this.#watch.came(member);
    return member;
  }

  #remove(room: OwnRoom, member: Member, why: Departure): void {
    room.members.delete(member.name);
    this.#unsure.delete(member);
    this.#watch.went(member, why);
  }

  #close(room: OwnRoom): void {
    this.#rooms.delete(room.name);
    for (const member of room.members.values()) {
      this.#remove(room, member, member.name === room.host ? "left" : "room closed");
    }
    this.#watch.closed?.(room.name);
  }
}

/** Whether a room of the store is the one we know, or another one that took its name. */
function isSameRoom(room: Room, stored: StoredRoom): boolean {
  const host = room.members.get(room.host);
  return room.host === stored.host && room.hash === stored.hash &&
    (host === undefined || stored.members.some(({ token }) => token === host.token));
}
