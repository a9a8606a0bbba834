/**
 * Rooms: who is in them, talks, leaves and is gone. Rules: protocols/rooms.md. How somebody gets in:
 * `room_entrance.ts`. This room knows no sockets and no bytes; the time is passed in.
 *
 * A member is known by a token and talks from one address. Without one (they have just joined, or this
 * server has just started) the first datagram from where they joined settles it.
 */

import { isSameAddress } from "../core/endpoint.ts";
import type { PeerAddress } from "../core/presence.ts";
import type { RoomName } from "../core/room_name.ts";
import type { Store, StoredRoom } from "../storage/store.ts";
import {
  type EnterOutcome,
  type EntranceParts,
  type Entrant,
  RoomEntrance,
} from "./room_entrance.ts";
import { RoomSilence } from "./room_silence.ts";
import { type Member, type MemberWatch, type Room, RoomView } from "./room_view.ts";
import { Turns } from "./turns.ts";

/** What rooms need. */
export interface RoomParts extends EntranceParts {
  /** Where rooms are remembered. */
  readonly store: Pick<Store, "change" | "room" | "rooms">;
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
  readonly #entrance: RoomEntrance;

  /** Starts with none; see {@linkcode Rooms.catchUp}. */
  constructor(parts: RoomParts) {
    this.#parts = parts;
    this.#view = new RoomView(parts.watch, parts.isShared);
    this.#silence = new RoomSilence(parts.store, parts.limits.roomIdleSeconds);
    this.#entrance = new RoomEntrance(
      parts,
      this.#view,
      (room, token, now) => this.#adoptEntered(room, token, now),
    );
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
    return await this.#entrance.create(entrant, now);
  }

  /** Joins a room. @throws StorageError, BusyError */
  async join(entrant: Entrant, now: number): Promise<EnterOutcome> {
    return await this.#entrance.join(entrant, now);
  }

  /** Adopts a room that somebody has got into through this server. */
  async #adoptEntered(room: RoomName, token: string, now: number): Promise<void> {
    await this.#adopting.run(async () => {
      const stored = await this.#parts.store.room(room);
      if (stored === undefined) return;
      this.#view.adoptRoom(stored, now);
      const member = this.#view.memberOf(room, token);
      if (member !== undefined) member.isElsewhere = false;
    });
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
