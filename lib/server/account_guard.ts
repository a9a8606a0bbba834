/**
 * Who may do what where accounts have passwords: `--accounts password`. Rules:
 * docs/protocols/accounts.md. What is believed goes on as in open mode; everything else is refused,
 * with `204 DENIED` over TCP and silence over UDP.
 */

import type { Eventually } from "../core/eventually.ts";
import { LOGIN_ANSWER_SECONDS } from "../core/limits.ts";
import type { Log } from "../core/ports.ts";
import type { SessionKey, SessionSecret } from "../core/session_key.ts";
import type { UserId } from "../core/user_id.ts";
import type { Accounts, LoginOutcome, RegisterOutcome } from "../services/accounts.ts";
import {
  CLAIM_REFUSALS,
  type ClaimOutcome,
  type LoginSessions,
} from "../services/login_sessions.ts";
import type { Roster } from "../services/roster.ts";
import { type AccountRequest, grantWords } from "../wire/account_request.ts";
import { parsePresenceLine, presenceLine, type PresenceRequest } from "../wire/buddy_presence.ts";
import { encodeOk, encodeReply, REPLIES } from "../wire/buddy_reply.ts";
import type { BuddyRequest } from "../wire/buddy_request.ts";
import {
  type AuthenticatedLine,
  parseAuthenticatedLine,
  type Transport,
} from "../wire/request_mac.ts";
import { isRight, type LoginTries, type LoginTrouble } from "./login_tries.ts";
import type { Asker } from "./request_sessions.ts";

/** What judging needs. */
export interface AccountGuardParts {
  readonly accounts: Accounts;
  readonly tries: LoginTries;
  readonly sessions: LoginSessions;
  readonly roster: Roster;
  /** Whether passwords are taken over connections that others can read. */
  readonly allowCleartext: boolean;
  readonly log: Log;
}

/** Why a request was refused: as in `login_sessions.ts`, or it proves nothing, or is another's. */
const REFUSALS = [...CLAIM_REFUSALS, "no proof", "another user", "in the clear"] as const;

/** One of them. */
export type GuardRefusal = typeof REFUSALS[number];

/** A datagram that is believed. */
export interface AdmittedDatagram {
  readonly request: PresenceRequest;
  /** What the answer is authenticated with. */
  readonly key: SessionKey;
  readonly counter: number;
}

type PasswordResult = LoginOutcome | RegisterOutcome | LoginTrouble;

/** How many passwords were judged how; `unknown` is a login of nobody. */
export type JudgedPasswords = Record<PasswordResult | "unknown", number>;

/** What a refused password is told; what is not here has a reply of its own. */
const PASSWORD_REFUSALS: Readonly<
  Record<Exclude<PasswordResult, "registered" | "welcome" | "exists" | "not stored">, Uint8Array>
> = {
  "too short": encodeReply(201, "password too short"),
  "wrong": encodeReply(204, "wrong password"),
  "taken": encodeReply(204, "wrong password"),
  "elsewhere": encodeReply(204, "in use at another address"),
  "too many names": encodeReply(204, "too many new names"),
  "too many attempts": encodeReply(204, "too many attempts"),
  "busy": encodeReply(204, "busy"),
  "gone": encodeReply(204, "busy"),
};

const IN_THE_CLEAR = encodeReply(204, "passwords over TLS only");

/** Judges requests. */
export class AccountGuard {
  readonly #parts: AccountGuardParts;
  readonly #counts = Object.fromEntries(REFUSALS.map((why) => [why, 0])) as Record<
    GuardRefusal,
    number
  >;

  /** What came of passwords so far. */
  readonly judged: JudgedPasswords = {
    ...{ registered: 0, welcome: 0, exists: 0, unknown: 0, wrong: 0, taken: 0, elsewhere: 0 },
    ...{ "too short": 0, "too many names": 0, "too many attempts": 0, busy: 0, gone: 0 },
    "not stored": 0,
  };

  constructor(parts: AccountGuardParts) {
    this.#parts = parts;
  }

  /** What was refused so far, over TCP and UDP together. */
  get refused(): Readonly<Record<GuardRefusal, number>> {
    return this.#counts;
  }

  /** How many are logged in. */
  get sessions(): number {
    return this.#parts.sessions.size;
  }

  /**
   * Answers a request over TCP.
   *
   * @param pass answers one that is believed, or that needs no proof
   * @returns the reply; `undefined` for none
   * @throws StorageError
   */
  async answer(
    { request, proof }: AccountRequest,
    from: Asker,
    pass: (request: BuddyRequest) => Eventually<Uint8Array | undefined>,
  ): Promise<Uint8Array | undefined> {
    switch (request.kind) {
      case "blank":
      case "invalid":
      case "capabilities":
        return await pass(request);
    }
    if (proof.kind === "none") return this.#denied("no proof");
    if (request.kind === "register" || request.kind === "log in") {
      if (proof.kind !== "password") return this.#denied("no proof");
      return await this.#takePassword(request, proof.password, from);
    }
    if (proof.kind !== "mac") return this.#denied("no proof");
    const outcome = this.#judge(proof.line, from.remoteIp, "TCP");
    if (outcome.kind === "refused") return this.#denied(outcome.why);
    // What somebody publishes is for everybody; all else is for its user alone.
    const isOwn = request.kind === "info" || request.user === outcome.user;
    return isOwn ? await pass(request) : this.#denied("another user");
  }

  /**
   * Judges a datagram.
   *
   * @param ip where it came from
   */
  admit(datagram: Uint8Array, ip: string): AdmittedDatagram | "malformed" | "denied" {
    const whole = presenceLine(datagram);
    if (whole === undefined) return "malformed";
    const line = parseAuthenticatedLine(whole);
    const request = parsePresenceLine(line?.request ?? whole);
    if (request === undefined) return "malformed";
    if (line === undefined) return this.#silence("no proof");
    const outcome = this.#judge(line, ip, "UDP");
    if (outcome.kind === "refused") return this.#silence(outcome.why);
    if (request.user !== outcome.user) return this.#silence("another user");
    return { request, key: outcome.key, counter: line.counter };
  }

  #judge(line: AuthenticatedLine, ip: string, transport: Transport): ClaimOutcome {
    const { session, counter, age } = line;
    const isFrom = (secret: SessionSecret): boolean => line.isFrom(secret, transport);
    return this.#parts.sessions.judge({ session, counter, age, ip, isFrom });
  }

  #silence(why: GuardRefusal): "denied" {
    this.#counts[why]++;
    return "denied";
  }

  #denied(why: GuardRefusal): Uint8Array {
    this.#counts[why]++;
    return REPLIES[204];
  }

  async #takePassword(
    { kind, user }: Extract<BuddyRequest, { kind: "register" | "log in" }>,
    password: string,
    from: Asker,
  ): Promise<Uint8Array> {
    const { allowCleartext, log } = this.#parts;
    if (!allowCleartext && from.isSecure !== true) {
      this.#counts["in the clear"]++;
      return IN_THE_CLEAR;
    }
    const result = await inTime((signal) =>
      kind === "register"
        ? this.#register(user, password, from.remoteIp, signal)
        : this.#logIn(user, password, from.remoteIp, signal)
    );
    this.judged[result]++;
    if (result === "unknown") return REPLIES[202];
    const fields = { connection: from.connection, user, from: from.remoteIp };
    if (isRight(result)) {
      log.info(kind === "register" ? "Registered" : "Logged in", fields);
      if (kind === "register") return REPLIES[200];
      const key = this.#parts.sessions.begin(user, from.remoteIp);
      return encodeOk(grantWords({ key, how: result }));
    }
    log.info(kind === "register" ? "Not registered" : "Login refused", {
      ...fields,
      reason: result,
    });
    if (result === "exists") return REPLIES[203];
    return result === "not stored" ? REPLIES[500] : PASSWORD_REFUSALS[result];
  }

  async #register(
    user: UserId,
    password: string,
    ip: string,
    signal: AbortSignal,
  ): Promise<RegisterOutcome | LoginTrouble> {
    const { accounts, tries } = this.#parts;
    return await tries.judged(signal, () => accounts.register(user, password, ip, signal));
  }

  async #logIn(
    user: UserId,
    password: string,
    from: string,
    signal: AbortSignal,
  ): Promise<LoginOutcome | LoginTrouble | "unknown"> {
    const { accounts, tries, roster } = this.#parts;
    if (!await roster.isKnown(user)) return "unknown";
    const login = { user, from, signal };
    return await tries.logIn(login, () => accounts.logIn(user, password, from, signal));
  }
}

/** Has something done that is taken back when nobody waits for it any more. */
async function inTime<Value>(work: (signal: AbortSignal) => Promise<Value>): Promise<Value> {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), LOGIN_ANSWER_SECONDS.server * 1000);
  try {
    return await work(patience.signal);
  } finally {
    clearTimeout(timer);
  }
}
