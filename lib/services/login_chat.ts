/**
 * Who is online in the login chat, and who is told what. Rules: protocols/login-chat.md. This room
 * knows no sockets and no bytes: what is passed on is a piece of something.
 *
 * Rules of this file:
 * - Everybody is told things in the order they were said, because nothing here waits.
 * - Servers that share a chat say so to each other over {@linkcode ChatPeers}; then answers that need
 *   the others come later, in their order all the same.
 * - Somebody who can take no more is told nothing more; whoever owns the outbox ends them.
 */

import type { Eventually } from "../core/eventually.ts";
import type { UserId } from "../core/user_id.ts";

/** Where somebody gets what is for them. */
export interface Outbox<Piece> {
  /** Takes a piece, or tells that it takes no more. Must not throw, and must not wait. */
  deliver(piece: Piece): boolean;
  /** Another server has the same name, since the two could not hear each other: this one gives way. */
  giveWay?(): void;
}

/** The other servers of the same chat. None of it ever rejects: without them, there are no others. */
export interface ChatPeers<Piece> {
  /** Takes a name. @returns false when it is online at another server */
  claim(user: UserId): Promise<boolean>;
  /** Lets go of a name. */
  release(user: UserId): void;
  /** Everybody online, here and elsewhere; `undefined` when nobody can tell. */
  everybody(): Promise<readonly UserId[] | undefined>;
  /** Gives a piece to everybody elsewhere. @returns how many those are */
  sayElsewhere(piece: Piece): Promise<number>;
  /** Gives a piece to one elsewhere. @returns false when they are at no other server */
  tellElsewhere(to: UserId, piece: Piece): Promise<boolean>;
}

/** Everybody who is online. */
export class LoginChat<Piece> {
  readonly #online = new Map<UserId, Outbox<Piece>>();
  readonly #claiming = new Set<UserId>();
  readonly #peers: ChatPeers<Piece> | undefined;
  #sorted: readonly UserId[] | undefined;
  /** The last list that was asked for. */
  #listed: { readonly asker: UserId; readonly users: readonly UserId[] } | undefined;

  /** Starts with nobody here. */
  constructor(peers?: ChatPeers<Piece>) {
    this.#peers = peers;
  }

  /** How many are online here. */
  get size(): number {
    return this.#online.size;
  }

  /** Who is online here, sorted: the same array as long as nobody comes or goes. */
  get users(): readonly UserId[] {
    this.#sorted ??= [...this.#online.keys()].sort();
    return this.#sorted;
  }

  /** Lets somebody in. @returns false when that name is online already */
  join(user: UserId, outbox: Outbox<Piece>): Eventually<boolean> {
    if (this.#online.has(user) || this.#claiming.has(user)) return false;
    if (this.#peers !== undefined) return this.#claim(this.#peers, user, outbox);
    this.#online.set(user, outbox);
    this.#changed();
    return true;
  }

  async #claim(
    peers: ChatPeers<Piece>,
    user: UserId,
    outbox: Outbox<Piece>,
  ): Promise<boolean> {
    this.#claiming.add(user);
    const isOurs = await peers.claim(user);
    this.#claiming.delete(user);
    if (isOurs) {
      this.#online.set(user, outbox);
      this.#changed();
    }
    return isOurs;
  }

  /** Lets somebody go; one who is not online by this outbox stays as they are. */
  leave(user: UserId, outbox: Outbox<Piece>): void {
    if (this.#online.get(user) !== outbox) return;
    this.#online.delete(user);
    this.#changed();
    this.#peers?.release(user);
  }

  /** Who is online, sorted, without the one who asks. */
  othersOf(asker: UserId): Eventually<readonly UserId[]> {
    if (this.#peers === undefined) return this.#othersHere(asker);
    return this.#peers.everybody().then((everybody) =>
      everybody?.filter((user) => user !== asker).sort() ?? this.#othersHere(asker)
    );
  }

  /** The same array when the same one asks again, as long as nobody comes or goes. */
  #othersHere(asker: UserId): readonly UserId[] {
    if (this.#listed?.asker !== asker) {
      this.#listed = { asker, users: this.users.filter((user) => user !== asker) };
    }
    return this.#listed.users;
  }

  #changed(): void {
    this.#sorted = undefined;
    this.#listed = undefined;
  }

  /** Gives a piece to everybody else. @returns how many took it */
  tellOthers(from: UserId, piece: Piece): Eventually<number> {
    const count = this.#deliver(piece, from);
    return this.#peers?.sayElsewhere(piece).then((elsewhere) => count + elsewhere) ?? count;
  }

  /** Gives a piece to one other. @returns false when they are not online, or take no more */
  tell(from: UserId, to: UserId, piece: Piece): Eventually<boolean> {
    if (to === from) return false;
    const outbox = this.#online.get(to);
    if (outbox !== undefined) return outbox.deliver(piece);
    return this.#peers?.tellElsewhere(to, piece) ?? false;
  }

  /** Somebody elsewhere said something to all. */
  heard(piece: Piece): void {
    this.#deliver(piece, undefined);
  }

  /** Somebody elsewhere told somebody here something. */
  heardFor(to: UserId, piece: Piece): void {
    this.#online.get(to)?.deliver(piece);
  }

  /** Another server has a name that is online here, too. */
  lost(user: UserId): void {
    this.#online.get(user)?.giveWay?.();
  }

  #deliver(piece: Piece, from: UserId | undefined): number {
    let count = 0;
    for (const [user, outbox] of this.#online) {
      if (user !== from && outbox.deliver(piece)) count++;
    }
    return count;
  }
}
