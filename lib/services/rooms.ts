/**
 * Rooms: who creates, joins, talks, leaves and is gone. Rules: protocols/rooms.md. This room knows
 * no sockets and no bytes; the time is passed in.
 *
 * Rules of this file:
 * - Whether a room exists or a name is free, the store judges, because others may write to it.
 * - A member is known by a token and talks from one address. Without one (they have just joined, or
 *   this server has just started) the first datagram from where they joined settles it.
 */

import type { RoomLimits } from "../core/limits.ts";
import type { PeerAddress } from "../core/presence.ts";
import type { MemberName, RoomName } from "../core/room_name.ts";
import type { Store } from "../storage/store.ts";
import { RoomSilence } from "./room_silence.ts";
import { type Member, type MemberWatch, type Room, RoomView } from "./room_view.ts";
import { Turns } from "./turns.ts";

/** Why somebody does not get into a room. */
export type EnterRefusal =
  | "room exists"
  | "no such room"
  | "name taken"
  | "room full"
  | "too many rooms"
  | "password needed"
  | "wrong password";

/** What came of creating or joining. */
export type EnterOutcome =
  | { readonly kind: "entered"; readonly token: string }
  | { readonly kind: "refused"; readonly why: EnterRefusal };

/** Somebody who wants to get into a room. */
export interface Entrant {
  /** The room. */
  readonly room: RoomName;
  /** What they want to be called. */
  readonly member: MemberName;
  /** What joining shall take, or what they know of it. */
  readonly password: string | undefined;
  /** Where they are. */
  readonly ip: string;
}

/** Hashing of passwords; see `passwords.ts`. */
export interface RoomPasswords {
  /** The record to store for a password. */
  hash(password: string): Promise<string>;
  /** Whether a password belongs to a record. */
  verify(password: string, stored: string | undefined): Promise<boolean>;
}

/** What rooms need. */
export interface RoomParts {
  /** Where rooms are remembered. */
  readonly store: Store;
  /** How many of everything there may be. */
  readonly limits: RoomLimits;
  /** Makes and checks password hashes. */
  readonly passwords: RoomPasswords;
  /** Makes a token that nobody can guess. */
  readonly mintToken: () => string;
  /** Is told who came and who went. */
  readonly watch: MemberWatch;
}

/** The rooms of a server. */
export class Rooms {
  readonly #parts: RoomParts;
  readonly #view: RoomView;
  readonly #silence: RoomSilence;
  /** Reading the store and adopting what it says is one step: nothing older is adopted later. */
  readonly #adopting = new Turns({ atOnce: 1, waiting: Infinity });
  #creating = 0;
  readonly #joining = new Map<RoomName, number>();

  /** Starts with none; see {@linkcode Rooms.catchUp}. */
  constructor(parts: RoomParts) {
    this.#parts = parts;
    this.#view = new RoomView(parts.watch);
    this.#silence = new RoomSilence(parts.store, parts.limits.roomIdleSeconds);
  }

  /** Every room, in the order they were seen. */
  rooms(): Iterable<Room> {
    return this.#view.rooms();
  }

  /** How many rooms there are. */
  get size(): number {
    return this.#view.size;
  }

  /** A room, for one of its members; `undefined` for anybody else. */
  roomOf(name: RoomName, token: string): Room | undefined {
    const room = this.#view.room(name);
    const isMember = room !== undefined &&
      room.members.values().some((member) => member.token === token);
    return isMember ? room : undefined;
  }

  /** Creates a room with its host in it. @throws StorageError, BusyError */
  async create({ room, member, password, ip }: Entrant, now: number): Promise<EnterOutcome> {
    const { limits, passwords } = this.#parts;
    if (this.#view.size + this.#creating >= limits.maxRooms) return refused("too many rooms");
    this.#creating++;
    try {
      const hash = password === undefined ? undefined : await passwords.hash(password);
      const outcome = await this.#parts.store.change({
        kind: "create room",
        room,
        host: member,
        hash,
      });
      if (outcome !== "done") return refused("room exists");
      return await this.#enter(room, member, ip, now);
    } finally {
      this.#creating--;
    }
  }

  /** Joins a room. @throws StorageError, BusyError */
  async join({ room, member, password, ip }: Entrant, now: number): Promise<EnterOutcome> {
    const { store, limits, passwords } = this.#parts;
    const stored = await store.room(room);
    if (stored === undefined) return refused("no such room");
    if (stored.hash !== undefined) {
      if (password === undefined) return refused("password needed");
      if (!await passwords.verify(password, stored.hash)) return refused("wrong password");
    }
    const known = stored.members.find((known) => known.member === member);
    if (known !== undefined) {
      const seen = this.#view.room(room)?.members.get(member);
      const isLive = seen?.address !== undefined || seen?.isLeaving;
      return known.ip === ip && !isLive
        ? { kind: "entered", token: known.token }
        : refused("name taken");
    }
    const joining = this.#joining.get(room) ?? 0;
    if (stored.members.length + joining >= limits.maxRoomMembers) return refused("room full");
    this.#joining.set(room, joining + 1);
    try {
      return await this.#enter(room, member, ip, now);
    } finally {
      const left = this.#joining.get(room)! - 1;
      if (left === 0) this.#joining.delete(room);
      else this.#joining.set(room, left);
    }
  }

  async #enter(
    room: RoomName,
    member: MemberName,
    ip: string,
    now: number,
  ): Promise<EnterOutcome> {
    const { store, mintToken } = this.#parts;
    const token = mintToken();
    const outcome = await store.change({ kind: "join room", room, member, token, ip });
    if (outcome !== "done") return refused(outcome === "absent" ? "no such room" : "name taken");
    await this.#adopting.run(async () => {
      const stored = await store.room(room);
      if (stored !== undefined) this.#view.adoptRoom(stored, now);
    });
    return { kind: "entered", token };
  }

  /**
   * Hears a datagram with a member's token from an address.
   *
   * @param isRegister whether it asks to talk from that address from now on
   * @returns false when they do not talk from there: it is forged, or they moved without a word
   */
  hear(member: Member, from: PeerAddress, isRegister: boolean, now: number): boolean {
    if (member.isLeaving) return false;
    const { address } = member;
    if (isRegister) {
      member.address = from;
    } else if (address === undefined) {
      if (from.ip !== member.ip) return false;
      member.address = from;
    } else if (address.port !== from.port || address.ip !== from.ip) {
      return false;
    }
    member.heardAt = member.spokeAt = now;
    return true;
  }

  /** A member leaves; with its host the room closes. @throws StorageError */
  async leave(member: Member): Promise<void> {
    if (member.isLeaving) return;
    member.isLeaving = true;
    member.address = undefined;
    const { room, name } = member;
    const isHost = name === room.host;
    try {
      await this.#parts.store.change(
        isHost
          ? { kind: "close room", room: room.name }
          : { kind: "leave room", room: room.name, member: name },
      );
    } catch (error) {
      member.isLeaving = false;
      throw error;
    }
    await this.#adopting.run(() => {
      if (isHost) this.#view.close(room.name);
      else this.#view.remove(member);
      return Promise.resolve();
    });
  }

  /** Reads what the store says, what others have written included. */
  async catchUp(now: number): Promise<void> {
    await this.#adopting.run(async () => {
      this.#view.adopt(await this.#parts.store.rooms(), now);
    });
  }

  /** Lets time pass: reads what others have written, and sees to those who are silent. */
  async tick(now: number): Promise<void> {
    await this.catchUp(now);
    await this.#silence.judge(this.#view.rooms(), now);
  }
}

function refused(why: EnterRefusal): EnterOutcome {
  return { kind: "refused", why };
}
