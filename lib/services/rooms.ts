/**
 * Rooms: who creates, joins, talks, leaves and is gone. Rules: protocols/rooms.md. This room knows
 * no sockets and no bytes; the time is passed in.
 *
 * Rules of this file:
 * - Whether a room exists or a name is free, the store judges, because others may write to it.
 * - A member is known by a token and talks from one address. Without one (they have just joined, or
 *   this server has just started) the first datagram from where they joined settles it.
 */

import { BusyError } from "../core/errors.ts";
import { isSameAddress } from "../core/endpoint.ts";
import { addressGroup } from "../core/ip_address.ts";
import type { RoomLimits } from "../core/limits.ts";
import type { PeerAddress } from "../core/presence.ts";
import type { MemberName, RoomName } from "../core/room_name.ts";
import type { Store, StoredRoom } from "../storage/store.ts";
import { RoomSilence } from "./room_silence.ts";
import { type Member, type MemberWatch, type Room, RoomView } from "./room_view.ts";
import { type Turn, Turns } from "./turns.ts";

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
  /** Whether they still wait for the answer: nobody is let in who has given up. */
  readonly isWaiting: () => boolean;
}

/** Hashing of passwords; see `passwords.ts`. */
export interface RoomPasswords {
  /** The record to store for a password. @throws BusyError also when it is not wanted any more */
  hash(password: string, turn: Turn): Promise<string>;
  /** Whether a password belongs to a record. @throws BusyError as for `hash` */
  verify(password: string, stored: string | undefined, turn: Turn): Promise<boolean>;
}

/** What rooms need. */
export interface RoomParts {
  /** Where rooms are remembered. */
  readonly store: Pick<Store, "change" | "room" | "rooms">;
  /** How many of everything there may be. */
  readonly limits: RoomLimits;
  /** Makes and checks password hashes. */
  readonly passwords: RoomPasswords;
  /** Whether members may be heard at other servers, which can be asked. */
  readonly isShared?: boolean;
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
    this.#view = new RoomView(parts.watch, parts.isShared);
    this.#silence = new RoomSilence(parts.store, parts.limits.roomIdleSeconds);
  }

  /** Every room, in the order they were created. */
  async rooms(): Promise<readonly StoredRoom[]> {
    return await this.#parts.store.rooms();
  }

  /** How many rooms there are. */
  get size(): number {
    return this.#view.size;
  }

  /** Every room as this server sees it. */
  seen(): Iterable<Room> {
    return this.#view.rooms();
  }

  /**
   * A room by the newest state there is, for one of its members; `undefined` for anybody else. Who
   * hears that they are no member leaves, so nothing older will do.
   */
  async roomOf(name: RoomName, token: string): Promise<StoredRoom | undefined> {
    const room = await this.#parts.store.room(name);
    return room?.members.some((member) => member.token === token) ? room : undefined;
  }

  /** Creates a room with its host in it. @throws StorageError, BusyError */
  async create(entrant: Entrant, now: number): Promise<EnterOutcome> {
    const { store, limits, mintToken } = this.#parts;
    const { room, member, ip } = entrant;
    if (this.#view.size + this.#creating >= limits.maxRooms) return refused("too many rooms");
    this.#creating++;
    try {
      const hash = await this.#hash(entrant);
      if (hash === "room exists") return refused(hash);
      const token = mintToken();
      const outcome = await store.change({
        ...{ kind: "create room", room, host: member, hash },
        hostSeat: { token, ip },
      });
      return outcome === "done" ? await this.#entered(room, token, now) : refused("room exists");
    } finally {
      this.#creating--;
    }
  }

  /** The hash a new room shall have. It is costly, and not made for a name that is taken. */
  async #hash(
    { room, password, ip, isWaiting }: Entrant,
  ): Promise<string | undefined | "room exists"> {
    if (password === undefined) return undefined;
    const { store, passwords } = this.#parts;
    if (await store.room(room) !== undefined) return "room exists";
    const hash = await passwords.hash(password, turnOf(ip, isWaiting));
    requireWaiting(isWaiting);
    return hash;
  }

  /** Joins a room. @throws StorageError, BusyError */
  async join(
    { room, member, password, ip, isWaiting }: Entrant,
    now: number,
  ): Promise<EnterOutcome> {
    const { store, limits, passwords } = this.#parts;
    const stored = await store.room(room);
    if (stored === undefined) return refused("no such room");
    if (stored.hash !== undefined) {
      if (password === undefined) return refused("password needed");
      const isRight = await passwords.verify(password, stored.hash, turnOf(ip, isWaiting));
      if (!isRight) return refused("wrong password");
      requireWaiting(isWaiting);
    }
    const known = stored.members.find((known) => known.member === member);
    if (known !== undefined) {
      return known.ip === ip && !this.#mayBeLive(room, known.token)
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
    return await this.#entered(room, token, now);
  }

  /** Adopts a room that somebody has got into through this server. */
  async #entered(room: RoomName, token: string, now: number): Promise<EnterOutcome> {
    await this.#adopting.run(async () => {
      const stored = await this.#parts.store.room(room);
      if (stored === undefined) return;
      this.#view.adoptRoom(stored, now);
      const member = this.#view.memberOf(room, token);
      if (member !== undefined) member.isElsewhere = false;
    });
    return { kind: "entered", token };
  }

  /** Whether a member may be registered: here, or at another server, which only it can know. */
  #mayBeLive(room: RoomName, token: string): boolean {
    const member = this.#view.memberOf(room, token);
    if (member === undefined) return this.#view.hasRead || this.#parts.isShared === true;
    return member.address !== undefined || member.isLeaving || member.isElsewhere;
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
    } else if (!isSameAddress(address, from)) {
      return false;
    }
    member.heardAt = member.spokeAt = now;
    member.isElsewhere = false;
    return true;
  }

  /** A member talks to another server now, and is that one's to hear. */
  moved(member: Member): void {
    member.address = undefined;
    member.isElsewhere = true;
    this.#view.isKnownElsewhere(member);
  }

  /** Whether it is to be asked yet who is heard elsewhere; until then everybody may be. */
  get isUnsure(): boolean {
    return this.#view.isUnsure;
  }

  /** It was asked who is heard elsewhere: nobody else is. @returns whom nobody hears */
  settle(): Member[] {
    return this.#view.settle();
  }

  /** A member leaves; with its host the room closes. @throws StorageError */
  async leave(member: Member): Promise<void> {
    if (member.isLeaving) return;
    member.isLeaving = true;
    member.address = undefined;
    const { room, name, token } = member;
    const isHost = name === room.host;
    try {
      await this.#parts.store.change(
        isHost
          ? { kind: "close room", room: room.name, token }
          : { kind: "leave room", room: room.name, member: name, token },
      );
    } catch (error) {
      member.isLeaving = false;
      throw error;
    }
    await this.#adopting.run(() => {
      if (isHost) this.#view.close(room);
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

/** Hashes for one address do not keep the others waiting. */
function turnOf(ip: string, isWanted: () => boolean): Turn {
  return { share: `room ${addressGroup(ip)}`, isWanted };
}

/** The work is not lost, but nothing may come of it that nobody is told. */
function requireWaiting(isWaiting: () => boolean): void {
  if (!isWaiting()) throw new BusyError("It took longer than anybody waits");
}

function refused(why: EnterRefusal): EnterOutcome {
  return { kind: "refused", why };
}
