/**
 * Being logged in to a server whose accounts have passwords: requests are authenticated, answers are
 * checked, and a session that has ended is begun anew. Rules: docs/protocols/accounts.md.
 *
 * Rules of this file:
 * - The password stays in memory, for logging in anew; nothing else is done with it.
 * - The age of a session is counted by our own clock: nobody's has to be right.
 * - An answer is believed for as long as the server believes a request: whoever holds one back could
 *   show who was online an hour ago as news.
 */

import { SESSION_LIMITS } from "../core/limits.ts";
import type { Clock } from "../core/ports.ts";
import type { UserId } from "../core/user_id.ts";
import { encodePasswordRequest, type LoginGrant, parseGrant } from "../wire/account_request.ts";
import {
  encodePresenceRequest,
  type PresenceRequest,
  presenceRequestText,
} from "../wire/buddy_presence.ts";
import type { BuddyReply } from "../wire/buddy_reply.ts";
import {
  encodeAuthenticatedLine,
  parseAuthenticatedAnswer,
  type Transport,
} from "../wire/request_mac.ts";

/** What the server gave last, and what was made of it. */
interface Current extends LoginGrant {
  readonly begunAt: number;
  counter: number;
  /** The highest counter that an answer came to. */
  answered: number;
  /** When the datagrams of late were written, by their counters, in their order. */
  readonly sentAt: Map<number, number>;
}

/** How long a login that was refused is not tried again: a busy server, or a password changed since. */
const REST_MS = 30_000;

/** Sends a line and gives the reply to it. */
export type SendLine = (line: Uint8Array) => Promise<BuddyReply>;

/** One user's login. */
export class Login {
  readonly user: UserId;
  readonly #password: string;
  readonly #clock: Clock;
  #current: Current | undefined;
  #renewing: Promise<BuddyReply> | undefined;
  #refusal: { readonly reply: BuddyReply; readonly at: number } | undefined;

  constructor(user: UserId, password: string, clock: Clock) {
    this.user = user;
    this.#password = password;
    this.#clock = clock;
  }

  /**
   * Logs in, or logs in anew; whoever asks meanwhile, or shortly after a refusal, is given the same
   * reply.
   *
   * @throws UnreachableError when the server does not answer
   */
  begin(send: SendLine): Promise<BuddyReply> {
    const refusal = this.#refusal;
    if (refusal !== undefined && Math.abs(this.#clock() - refusal.at) < REST_MS) {
      return Promise.resolve(refusal.reply);
    }
    this.#renewing ??= this.#begin(send).finally(() => this.#renewing = undefined);
    return this.#renewing;
  }

  async #begin(send: SendLine): Promise<BuddyReply> {
    const reply = await send(encodePasswordRequest("log in", this.user, this.#password));
    const grant = parseGrant(reply);
    this.#refusal = grant === undefined ? { reply, at: this.#clock() } : undefined;
    if (grant !== undefined) {
      this.#current = {
        ...grant,
        ...{ begunAt: this.#clock(), counter: 0, answered: 0, sentAt: new Map() },
      };
    }
    return reply;
  }

  /** Whether the server knows us, as far as we know. */
  get isGood(): boolean {
    return this.#current !== undefined;
  }

  /** Whether the password typed last is the first one of a name that had none. */
  get isFirstPassword(): boolean {
    return this.#current?.how === "registered";
  }

  /**
   * Writes a request as ours; another one each time.
   *
   * @param request without a line end
   * @returns `undefined` where there is no session
   */
  authenticated(request: string, transport: Transport): Uint8Array<ArrayBuffer> | undefined {
    const current = this.#current;
    if (current === undefined) return undefined;
    const now = this.#clock();
    const age = Math.max(0, Math.floor((now - current.begunAt) / 1000));
    const counter = ++current.counter;
    if (transport === "UDP") noteSent(current.sentAt, counter, now);
    return encodeAuthenticatedLine(request, current.key, { counter, age }, transport);
  }

  /**
   * The lines of an answer over UDP: to a question of ours of late, newer than those before it, and as
   * the server made it.
   *
   * @returns `undefined` for anything else
   */
  listOf(datagram: Uint8Array): Uint8Array | undefined {
    const current = this.#current;
    const answer = parseAuthenticatedAnswer(datagram);
    if (current === undefined || answer?.session !== current.key.session) return undefined;
    const sentAt = current.sentAt.get(answer.counter);
    const isNew = answer.counter > current.answered && sentAt !== undefined &&
      isOfLate(sentAt, this.#clock());
    if (!isNew || !answer.isFrom(current.key.secret)) return undefined;
    current.answered = answer.counter;
    return answer.list;
  }
}

/** Notes when a datagram was written, and forgets those that no answer may come to any more. */
function noteSent(sentAt: Map<number, number>, counter: number, now: number): void {
  for (const [earlier, at] of sentAt) {
    if (isOfLate(at, now)) break;
    sentAt.delete(earlier);
  }
  sentAt.set(counter, now);
}

function isOfLate(at: number, now: number): boolean {
  return Math.abs(now - at) <= SESSION_LIMITS.skewSeconds * 1000;
}

/** A datagram of presence: that of a login, where there is one. */
export function presenceDatagram(
  request: PresenceRequest,
  login: Login | undefined,
): Uint8Array<ArrayBuffer> {
  const own = login?.authenticated(presenceRequestText(request), "UDP");
  return own ?? encodePresenceRequest(request);
}
