/**
 * Who is online in the login chat, and who is told what. Rules: protocols/login-chat.md. This room
 * knows no sockets and no bytes: what is passed on is a piece of something.
 *
 * Rules of this file:
 * - Everybody is told things in the order they were said, because nothing here waits.
 * - Somebody who can take no more is told nothing more; whoever owns the outbox ends them.
 */

import type { UserId } from "../core/user_id.ts";

/** Where somebody gets what is for them. */
export interface Outbox<Piece> {
  /** Takes a piece, or tells that it takes no more. Must not throw, and must not wait. */
  deliver(piece: Piece): boolean;
}

/** Everybody who is online. */
export class LoginChat<Piece> {
  readonly #online = new Map<UserId, Outbox<Piece>>();
  #sorted: readonly UserId[] | undefined;

  /** How many are online. */
  get size(): number {
    return this.#online.size;
  }

  /** Who is online, sorted: the same array as long as nobody comes or goes. */
  get users(): readonly UserId[] {
    this.#sorted ??= [...this.#online.keys()].sort();
    return this.#sorted;
  }

  /** Lets somebody in. @returns false when that name is online already */
  join(user: UserId, outbox: Outbox<Piece>): boolean {
    if (this.#online.has(user)) return false;
    this.#online.set(user, outbox);
    this.#sorted = undefined;
    return true;
  }

  /** Lets somebody go; one who is not online by this outbox stays as they are. */
  leave(user: UserId, outbox: Outbox<Piece>): void {
    if (this.#online.get(user) !== outbox) return;
    this.#online.delete(user);
    this.#sorted = undefined;
  }

  /** Who is online, sorted, without the one who asks. */
  othersOf(asker: UserId): UserId[] {
    return this.users.filter((user) => user !== asker);
  }

  /** Gives a piece to everybody else. @returns how many took it */
  tellOthers(from: UserId, piece: Piece): number {
    let count = 0;
    for (const [user, outbox] of this.#online) {
      if (user !== from && outbox.deliver(piece)) count++;
    }
    return count;
  }

  /** Gives a piece to one other. @returns false when they are not online, or take no more */
  tell(from: UserId, to: UserId, piece: Piece): boolean {
    return to !== from && (this.#online.get(to)?.deliver(piece) ?? false);
  }
}
