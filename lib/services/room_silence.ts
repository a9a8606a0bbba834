/**
 * Members who say nothing: after five minutes without any datagram they are gone, and with a host the
 * room. Rule: protocols/rooms.md, UCRP; the time is passed in.
 *
 * A server hears only those who talk to it, and must not put out the members of another one with the
 * same rooms. So a silent member is doubted first, in the store, where every server sees it; one that
 * does hear them vouches, and only a doubt that stays lets them expire.
 */

import type { ChangeOutcome, Store } from "../storage/store.ts";
import type { Member, Room } from "./room_view.ts";

/** How long other servers have to vouch for a member who is silent here. */
const DOUBT_SECONDS = 5;

/** Sees to those who are silent. */
export class RoomSilence {
  readonly #store: Store;
  readonly #idleMs: number;
  readonly #doubtMs: number;

  /** A member is gone after `idleSeconds`. */
  constructor(store: Store, idleSeconds: number) {
    this.#store = store;
    this.#idleMs = idleSeconds * 1000;
    this.#doubtMs = Math.min(DOUBT_SECONDS * 1000, this.#idleMs / 2);
  }

  /**
   * Looks at every member. What comes of it is seen when the store is read the next time.
   *
   * @throws StorageError when the store takes no changes
   */
  async judge(rooms: Iterable<Room>, now: number): Promise<void> {
    const changes: Promise<unknown>[] = [];
    for (const room of rooms) {
      // Older servers created a room first and let its host in then; this one ended in between.
      if (!room.members.has(room.host) && now - room.since >= this.#idleMs) {
        changes.push(this.#store.change({ kind: "close room", room: room.name }));
      }
      for (const member of room.members.values()) {
        const change = this.#judge(member, now);
        if (change !== undefined) changes.push(change);
      }
    }
    await Promise.all(changes);
  }

  #judge(member: Member, now: number): Promise<unknown> | undefined {
    const { doubtedAt, heardAt, spokeAt } = member;
    const quietMs = this.#idleMs - this.#doubtMs;
    // Only for whom this server has heard itself: two that took each other's word would never end.
    if (doubtedAt !== undefined && now - spokeAt < quietMs) return this.#vouch(member);
    const silentMs = now - heardAt;
    if (silentMs < quietMs) return undefined;
    if (doubtedAt === undefined) return this.#doubt(member, now);
    const isLate = silentMs >= this.#idleMs && now - doubtedAt >= this.#doubtMs;
    // Not so when somebody vouches in the last moment, which the next reading tells.
    return isLate ? this.#tell("expire member", member) : undefined;
  }

  async #vouch(member: Member): Promise<void> {
    await this.#tell("vouch for member", member);
    // Our own word is no news of them.
    member.doubtedAt = undefined;
  }

  async #doubt(member: Member, now: number): Promise<void> {
    // Not only when it is read back: somebody may have vouched by then.
    member.doubtedAt = now;
    try {
      await this.#tell("doubt member", member);
    } catch (error) {
      member.doubtedAt = undefined;
      throw error;
    }
  }

  #tell(
    kind: "vouch for member" | "doubt member" | "expire member",
    member: Member,
  ): Promise<ChangeOutcome> {
    const { room, name, token } = member;
    return this.#store.change({ kind, room: room.name, member: name, token });
  }
}
