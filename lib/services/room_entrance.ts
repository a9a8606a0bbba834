/**
 * How somebody gets into a room: by creating it, or by joining. Rules: protocols/rooms.md.
 *
 * Whether a room exists or a name is free, the store judges, because others may write to it. What is
 * costly (a hash, a check of a password) is not begun for what it would refuse.
 */

import { BusyError } from "../core/errors.ts";
import { addressGroup } from "../core/ip_address.ts";
import type { RoomLimits } from "../core/limits.ts";
import type { MemberName, RoomName } from "../core/room_name.ts";
import type { Store } from "../storage/store.ts";
import type { RoomView } from "./room_view.ts";
import type { Turn } from "./turns.ts";

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

/** What entering needs. */
export interface EntranceParts {
  /** Where rooms are remembered. */
  readonly store: Pick<Store, "change" | "room">;
  /** How many of everything there may be. */
  readonly limits: RoomLimits;
  /** Makes and checks password hashes. */
  readonly passwords: RoomPasswords;
  /** Whether members may be heard at other servers, which can be asked. */
  readonly isShared?: boolean;
  /** Makes a token that nobody can guess. */
  readonly mintToken: () => string;
}

/** Takes over a room that somebody has got into, by their token. */
export type Adopt = (room: RoomName, token: string, now: number) => Promise<void>;

/** Lets people into rooms. */
export class RoomEntrance {
  readonly #parts: EntranceParts;
  readonly #view: RoomView;
  readonly #adopt: Adopt;
  #creating = 0;
  readonly #joining = new Map<RoomName, number>();

  /** For the rooms of a server, as it sees them. */
  constructor(parts: EntranceParts, view: RoomView, adopt: Adopt) {
    this.#parts = parts;
    this.#view = view;
    this.#adopt = adopt;
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

  async #entered(room: RoomName, token: string, now: number): Promise<EnterOutcome> {
    await this.#adopt(room, token, now);
    return { kind: "entered", token };
  }

  /** Whether a member may be registered: here, or at another server, which only it can know. */
  #mayBeLive(room: RoomName, token: string): boolean {
    const member = this.#view.memberOf(room, token);
    if (member === undefined) return this.#view.hasRead || this.#parts.isShared === true;
    return member.address !== undefined || member.isLeaving || member.isElsewhere;
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
