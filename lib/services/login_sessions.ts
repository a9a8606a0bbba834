/**
 * Who is logged in to the buddy service, and which of their requests are to be believed. Rules:
 * docs/protocols/accounts.md. Soft state of one server: nothing is stored, and a server that is
 * started again knows no session.
 *
 * Rules of this file:
 * - A session is good from the address it was asked for, and nowhere else: whoever passes a request
 *   on from another one, a datagram above all, would take its user's place.
 * - Nothing changes before the tag was found right.
 * - Each user may have some sessions, and there may be so many in all. Beyond that the longest unused
 *   one ends: its client logs in anew.
 */

import { SESSION_LIMITS } from "../core/limits.ts";
import type { Clock } from "../core/ports.ts";
import { newSessionKey, type SessionKey, type SessionSecret } from "../core/session_key.ts";
import type { UserId } from "../core/user_id.ts";
import { ReplayWindow } from "./replay_window.ts";

/** A request that says whose it is. */
export interface SessionClaim {
  /** Which session it says it is of. */
  readonly session: string;
  /** Which of its requests, as its client counts them. */
  readonly counter: number;
  /** Seconds since the session began, as its client counts them. */
  readonly age: number;
  /** Where it came from. */
  readonly ip: string;
  /**
   * Whether it says how things are now, so that a later one such makes it worthless: a SET that was
   * held back behind the next one would bring back who has left.
   */
  readonly isState?: boolean;
  /** Whether its tag was made with a secret. */
  readonly isFrom: (secret: SessionSecret) => boolean;
}

/** Why a request is not believed. */
export const CLAIM_REFUSALS = [
  "no session",
  "another address",
  "wrong tag",
  "wrong time",
  "replayed",
  "overtaken",
] as const;

/** One of {@linkcode CLAIM_REFUSALS}. */
export type ClaimRefusal = typeof CLAIM_REFUSALS[number];

/** What became of a claim. */
export type ClaimOutcome =
  | { readonly kind: "believed"; readonly user: UserId; readonly key: SessionKey }
  | { readonly kind: "refused"; readonly why: ClaimRefusal };

interface Session {
  readonly user: UserId;
  readonly key: SessionKey;
  readonly ip: string;
  readonly begunAt: number;
  readonly window: ReplayWindow;
  usedAt: number;
  /** The highest counter of what said how things are. */
  stateAt: number;
}

/** What sessions are bounded by. */
export type SessionLimits = {
  readonly [Name in keyof typeof SESSION_LIMITS]: number;
};

/** The sessions of one server. */
export class LoginSessions {
  /** In the order of their last use, the longest unused first. */
  readonly #sessions = new Map<string, Session>();
  /** Those of each user, in the same order. */
  readonly #ofUsers = new Map<UserId, Map<string, Session>>();
  readonly #clock: Clock;
  readonly #limits: SessionLimits;

  /** Starts with none. The clock is one that only goes forward. */
  constructor(clock: Clock, limits: SessionLimits = SESSION_LIMITS) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** How many there are. */
  get size(): number {
    this.#endIdle();
    return this.#sessions.size;
  }

  /** Begins a session of somebody whose password was right. */
  begin(user: UserId, ip: string): SessionKey {
    this.#endIdle();
    const key = newSessionKey();
    const now = this.#clock();
    const window = new ReplayWindow(this.#limits.window);
    const own = this.#ofUsers.get(user);
    if (own !== undefined && own.size >= this.#limits.perUser) this.#end(firstOf(own));
    if (this.#sessions.size >= this.#limits.inAll) this.#end(firstOf(this.#sessions));
    this.#keep({ user, key, ip, begunAt: now, window, usedAt: now, stateAt: 0 });
    return key;
  }

  /** Judges a request, and takes its number when it is believed. */
  judge(claim: SessionClaim): ClaimOutcome {
    const session = this.#live(claim.session);
    if (session === undefined) return refused("no session");
    if (session.ip !== claim.ip) return refused("another address");
    if (!claim.isFrom(session.key.secret)) return refused("wrong tag");
    const now = this.#clock();
    const { skewSeconds } = this.#limits;
    const isInTime = Math.abs((now - session.begunAt) / 1000 - claim.age) <= skewSeconds;
    if (!isInTime) return refused("wrong time");
    if (!session.window.take(claim.counter)) return refused("replayed");
    if (claim.isState === true) {
      if (claim.counter < session.stateAt) return refused("overtaken");
      session.stateAt = claim.counter;
    }
    session.usedAt = now;
    this.#forget(session);
    this.#keep(session);
    return { kind: "believed", user: session.user, key: session.key };
  }

  #live(id: string): Session | undefined {
    const session = this.#sessions.get(id);
    if (session === undefined || !this.#isOver(session)) return session;
    this.#end(session);
    return undefined;
  }

  #isOver({ begunAt, usedAt }: Session): boolean {
    const now = this.#clock();
    const { idleSeconds, lifeSeconds } = this.#limits;
    return now - usedAt >= idleSeconds * 1000 || now - begunAt >= lifeSeconds * 1000;
  }

  #endIdle(): void {
    for (const session of this.#sessions.values()) {
      if (!this.#isOver(session)) return;
      this.#end(session);
    }
  }

  /** Puts a session at the end of the order. */
  #keep(session: Session): void {
    const { user, key } = session;
    this.#sessions.set(key.session, session);
    const own = this.#ofUsers.get(user) ?? new Map<string, Session>();
    own.set(key.session, session);
    this.#ofUsers.set(user, own);
  }

  #forget({ user, key }: Session): void {
    this.#sessions.delete(key.session);
    this.#ofUsers.get(user)?.delete(key.session);
  }

  #end(session: Session): void {
    this.#forget(session);
    if (this.#ofUsers.get(session.user)?.size === 0) this.#ofUsers.delete(session.user);
  }
}

function firstOf(sessions: ReadonlyMap<string, Session>): Session {
  return sessions.values().next().value!;
}

function refused(why: ClaimRefusal): ClaimOutcome {
  return { kind: "refused", why };
}
