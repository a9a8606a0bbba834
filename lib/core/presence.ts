/**
 * The presence vocabulary, shared by server, client and wire.
 *
 * A user is *known* when registered; *heard of* when a SET of theirs arrived within the presence
 * lifetime; *reachable* when heard of and ONLINE or AWAY. Nobody is reachable for ever: presence is
 * soft state, and a user not heard of is OFFLINE at no address.
 */

import type { UserId } from "./user_id.ts";

/** What a user says of themselves; each has one code on the wire. */
export type PresenceStatus = "ONLINE" | "OFFLINE" | "AWAY";

/** The wire code of each status (protocols/buddy.md, `SET user code text msgport`). */
export const PRESENCE_CODES: Readonly<Record<PresenceStatus, number>> = {
  ONLINE: 100,
  OFFLINE: 101,
  AWAY: 102,
};

/** Where a user's client takes chat connections, or was last heard. */
export interface PeerAddress {
  /** Canonical IP text, IPv4-mapped IPv6 written as IPv4. */
  readonly ip: string;
  /** TCP port, 0 when there is none. */
  readonly port: number;
}

/** One buddy as a GET answer tells it; `address` is absent for a buddy not heard of. */
export interface BuddyPresence<Id extends string = UserId> {
  /** Who. */
  readonly buddy: Id;
  /** What they said last, OFFLINE when nothing was heard. */
  readonly status: PresenceStatus;
  /** Where they take chats. */
  readonly address?: PeerAddress;
}

const ORDER: Readonly<Record<PresenceStatus, number>> = { ONLINE: 0, AWAY: 1, OFFLINE: 2 };

/**
 * Puts buddies in the order a GET answers them: ONLINE, then AWAY, then OFFLINE, each in the order
 * they were added, because some clients read only the first 1024 bytes.
 *
 * @returns the list itself when it is in that order, as it often is
 */
export function reachableFirst<Id extends string>(
  buddies: readonly BuddyPresence<Id>[],
): readonly BuddyPresence<Id>[] {
  let before = 0;
  for (const { status } of buddies) {
    const place = ORDER[status];
    if (place < before) return buddies.toSorted((a, b) => ORDER[a.status] - ORDER[b.status]);
    before = place;
  }
  return buddies;
}
