/**
 * What Parley remembers: contracts only. Rules: protocols/buddy.md; a `200 OK` is a promise, so a
 * change that resolves here is durable, as far as the kind of store promises.
 *
 * A store decides by itself whether a user exists or a buddy is new, because only it can decide that
 * and remember the change in one step when several servers share it.
 */

import type { Eventually } from "../core/eventually.ts";
import type { UserId } from "../core/user_id.ts";

/** A change to users and their buddies. */
export type UserChange =
  | {
    readonly kind: "register";
    readonly user: UserId;
    /** Hash of the password that the user has from the beginning: nobody can choose one in between. */
    readonly hash?: string;
  }
  | { readonly kind: "add" | "remove"; readonly user: UserId; readonly buddy: UserId }
  /** Gives a user a password hash (never the password), or another one. */
  | {
    readonly kind: "set password";
    readonly user: UserId;
    readonly hash: string;
    /** Leaves a hash that is there already: of many who choose the first one, one gets it. */
    readonly unlessSet?: boolean;
  };

/** A change to rooms. Room and member names are any text; a token is one word. */
export type RoomChange =
  | {
    readonly kind: "create room";
    readonly room: string;
    readonly host: string;
    /** Hash of the password that joining takes, if any. */
    readonly hash: string | undefined;
    /** Lets the host in at once: nobody else can take their name meanwhile. */
    readonly hostSeat?: HostSeat;
  }
  | {
    readonly kind: "close room";
    readonly room: string;
    /** The host's: a room whose host has another one is another room, and the change is `absent`. */
    readonly token?: string;
  }
  | {
    readonly kind: "join room";
    readonly room: string;
    readonly member: string;
    readonly token: string;
    /** Where the member joined from. */
    readonly ip: string;
  }
  | {
    readonly kind: "leave room";
    readonly room: string;
    readonly member: string;
    /** The member's: one with another token is somebody else, and the change is `absent`. */
    readonly token?: string;
  }
  /**
   * How a silent member goes when several servers share the rooms. One server hears nothing of them
   * and doubts; another that does hear them vouches, and the doubt is gone; a doubt that stays
   * expires them, and with a host the room. Only a doubted member can expire.
   */
  | {
    readonly kind: "doubt member" | "vouch for member" | "expire member";
    readonly room: string;
    readonly member: string;
    /** As for leaving. */
    readonly token?: string;
  };

/** What a member is let in with. */
export interface HostSeat {
  /** What proves them. */
  readonly token: string;
  /** Where they joined from. */
  readonly ip: string;
}

/** A change somebody asks for. */
export type StoreChange = UserChange | RoomChange;

/**
 * What became of a change: `done`; `exists`, the user, password, buddy, room, member or doubt was
 * there already; `absent`, the buddy, room, member or doubt was not there; `no such user`, one of the
 * two users is not registered.
 */
export type ChangeOutcome = "done" | "exists" | "absent" | "no such user";

/** A member of a stored room. */
export interface StoredMember {
  /** Their name. */
  readonly member: string;
  /** What proves them. */
  readonly token: string;
  /** Where they joined from. */
  readonly ip: string;
  /** Set while a server has heard nothing of them for long, and no other has vouched for them. */
  readonly isDoubted?: true;
}

/** A room as it is remembered. */
export interface StoredRoom {
  /** Its name. */
  readonly room: string;
  /** Who created it. */
  readonly host: string;
  /** Hash of the password that joining takes, if any. */
  readonly hash: string | undefined;
  /** In the order they joined. */
  readonly members: readonly StoredMember[];
}

/** Whether a store takes changes at the moment. */
export type StoreHealth =
  | { readonly writable: true }
  | { readonly writable: false; readonly reason: string };

/** Users, buddies, password hashes and rooms. */
export interface Store {
  /**
   * Makes a change, or tells why not. Resolves when the change is durable.
   *
   * @throws StorageError when it could not be made durable; then it was not made
   */
  change(change: StoreChange): Promise<ChangeOutcome>;
  /** Whether a user is registered, by the newest state there is. */
  isKnown(user: UserId): Eventually<boolean>;
  /** A user's buddies in the order they were added; `undefined` for a user not registered. */
  buddiesOf(user: UserId): Eventually<readonly UserId[] | undefined>;
  /** A user's password hash; `undefined` for one without, or not registered. */
  passwordOf(user: UserId): Eventually<string | undefined>;
  /** How many users are registered and have no password hash. */
  usersWithoutPassword(): Eventually<number>;
  /** Every room, in the order they were created; the same array as long as nothing changes. */
  rooms(): Eventually<readonly StoredRoom[]>;
  /** A room, by the newest state there is; `undefined` where there is none. */
  room(room: string): Eventually<StoredRoom | undefined>;
  /** Whether changes can be made. */
  health(): StoreHealth;
  /** Finishes what was asked for and lets go of everything. */
  close(): Promise<void>;
}
