/**
 * What servers share beside the store: who is online, with lifetimes, and messages between them.
 * Contracts only. All of it is soft: a server that dies takes its part along within the lifetime, and
 * while nothing is shared each server goes on with what it knows itself.
 */

import type { PeerAddress, PresenceStatus } from "../core/presence.ts";
import type { UserId } from "../core/user_id.ts";

/** What a user said last, and what they publish with it. */
export interface PresenceRecord {
  /** What they said. */
  readonly status: PresenceStatus;
  /** Where they said it from. */
  readonly address: PeerAddress;
  /** What they publish. */
  readonly info: ReadonlyMap<string, string>;
}

/** The presence of users, at whatever server they were heard. */
export interface SharedPresence {
  /**
   * Records what a user said. Info that was published from the same address stays.
   *
   * @param lifetimeMs how long it holds
   * @param isNewest whether it was said just now; else it gives way to what holds for longer
   * @throws SharingError
   */
  put(user: UserId, record: PresenceRecord, lifetimeMs: number, isNewest: boolean): Promise<void>;
  /** What users said, in the order they are asked for. @throws SharingError */
  get(users: readonly UserId[]): Promise<readonly (PresenceRecord | undefined)[]>;
  /**
   * Stores what a user publishes, for as long as their presence holds.
   *
   * @returns false unless their presence was heard from that address
   * @throws SharingError
   */
  publish(user: UserId, info: ReadonlyMap<string, string>, fromIp: string): Promise<boolean>;
  /** Tells the other servers what a user published here. @throws SharingError */
  tellPublished: PublishedListener<Promise<void>>;
  /** Calls for what users published at any server. */
  onPublished(listener: PublishedListener<void>): void;
}

/** Takes what a user published, and from where. */
export type PublishedListener<Result> = (
  user: UserId,
  info: ReadonlyMap<string, string>,
  fromIp: string,
) => Result;

/** The names online in the login chat: each at one server. */
export interface SharedNames {
  /** Takes a name for this server. @returns false when another one has it @throws SharingError */
  claim(user: UserId): Promise<boolean>;
  /**
   * Keeps names for another lifetime, and takes those nobody has.
   *
   * @returns those that another server has
   * @throws SharingError
   */
  keep(users: readonly UserId[]): Promise<readonly UserId[]>;
  /** Lets go of a name. @throws SharingError */
  release(user: UserId): Promise<void>;
  /** Every name, of all servers. @throws SharingError */
  all(): Promise<readonly UserId[]>;
  /** How many there are. @throws SharingError */
  count(): Promise<number>;
  /** The server that has a name. @throws SharingError */
  serverOf(user: UserId): Promise<string | undefined>;
}

/** How often a server keeps its names, in milliseconds. */
export const KEEP_NAMES_MS = 2000;

/** Messages between servers. Each gets those of the channels it listens to, its own included. */
export interface Exchange {
  /** Sends a message. @returns how many servers got it @throws SharingError */
  publish(channel: string, message: Uint8Array): Promise<number>;
  /** Listens to a channel: soon, and also after an outage. */
  listen(channel: string, listener: (message: Uint8Array) => void): void;
  /** Whether a channel is listened to by now. */
  isListening(channel: string): boolean;
  /** Listens no more. */
  leave(channel: string): void;
}

/** Where a member of a room talks from. */
export interface MemberSeat {
  /** Their own address. */
  readonly address: PeerAddress;
  /** Where they are sent to: the same, or a balancer that passes it on. */
  readonly via: PeerAddress;
}

/** Where members of rooms talk from, for the server that goes on for one that died. */
export interface SharedSeats {
  /** Keeps where a member talks from, by their token. @throws SharingError */
  put(token: string, seat: MemberSeat): Promise<void>;
  /**
   * Takes members over: of several servers that ask, one is told. Who is taken over is to be kept
   * again.
   *
   * @returns where each talks from, `undefined` for those of whom nothing is kept
   * @throws SharingError
   */
  take(tokens: readonly string[]): Promise<readonly (MemberSeat | undefined)[]>;
}

/** Whether servers share at the moment. */
export type SharingHealth =
  | { readonly isShared: true }
  | { readonly isShared: false; readonly reason: string };

/** All that servers share. */
export interface SharedState {
  /** This server among the others: one word. */
  readonly server: string;
  /** Who is online. */
  readonly presence: SharedPresence;
  /** Who is in the login chat. */
  readonly names: SharedNames;
  /** Where members of rooms talk from. */
  readonly seats: SharedSeats;
  /** What servers tell each other. */
  readonly exchange: Exchange;
  /** Whether it works. */
  health(): SharingHealth;
  /** Calls when it works again after it did not, or forgot: others may know nothing of this server. */
  onReturn(listener: () => void): void;
  /** Lets go of everything. */
  close(): void;
}
