/**
 * The buddy commands: what each request leads to, as the reply to send. Rules: protocols/buddy.md.
 * Knows people and words, no sockets.
 */

import { StorageError } from "../core/errors.ts";
import type { Eventually } from "../core/eventually.ts";
import type { Log, LogFields } from "../core/ports.ts";
import type { BuddyPresence } from "../core/presence.ts";
import type { PresenceBook } from "../services/presence.ts";
import type { Roster, RosterOutcome } from "../services/roster.ts";
import { buddyLine } from "../wire/buddy_presence.ts";
import { encodeOk, REPLIES, type ReplyCode, replyCodeOf } from "../wire/buddy_reply.ts";
import { parseAccountRequest } from "../wire/account_request.ts";
import { type BuddyRequest, infoWords, parseBuddyRequest } from "../wire/buddy_request.ts";
import { type Capabilities, capabilityWords } from "../wire/capabilities.ts";
import type { AccountGuard } from "./account_guard.ts";
import { type MeterSettings, RequestMeter } from "./request_meter.ts";
import type { Asker } from "./request_sessions.ts";

const CODES: Readonly<Record<RosterOutcome, ReplyCode>> = {
  "ok": 200,
  "invalid": 201,
  "no such user": 202,
  "user exists": 203,
};

const replyTo = (outcome: RosterOutcome): Uint8Array => REPLIES[CODES[outcome]];

/** The words of a reply that refuses. */
function refusalIn(answer: Uint8Array | undefined, reply: ReplyCode | 0): string | undefined {
  if (answer === undefined || reply === 200) return undefined;
  return new TextDecoder().decode(answer).trim().slice("204 ".length);
}

/** Whom a request is about. */
function about(request: BuddyRequest): LogFields {
  return {
    user: "user" in request ? request.user : undefined,
    buddy: "buddy" in request ? request.buddy : undefined,
  };
}

const INVALID: BuddyRequest = { kind: "invalid" };

type ExtensionRequest = Extract<BuddyRequest, { kind: "list" | "info" } | { kind: "publish" }>;

/** Changes an entry so that the asker can use it; see `presence_answers.ts`. */
export type EntryView = (entry: BuddyPresence, askerIp: string) => BuddyPresence;

/** What answering needs. */
export interface BuddyRequestParts {
  readonly roster: Roster;
  readonly presence: PresenceBook;
  readonly view: EntryView;
  /** What the server offers to other Parleys. */
  readonly offered: Omit<Capabilities, "trunk">;
  readonly meter: BuddyMeter;
  readonly log: Log;
  /** Judges who asks, where accounts have passwords. */
  readonly guard?: AccountGuard | undefined;
}

/** Counts requests by kind and reply code; 0 is a close without a reply. */
export type BuddyMeter = RequestMeter<BuddyRequest["kind"], ReplyCode | 0>;

/** Makes the meter of a buddy service. */
export function buddyMeter(
  settings: MeterSettings & { readonly hasAccounts: boolean },
): BuddyMeter {
  const denied = settings.hasAccounts ? [204 as const] : [];
  return new RequestMeter("buddy", {
    "register": [200, 203, 500, ...settings.hasAccounts ? [201 as const] : [], ...denied],
    "log in": settings.hasAccounts ? [200, 201, 202, 500, ...denied] : [],
    "add": [200, 201, 202, 500, ...denied],
    "remove": [200, 201, 202, 500, ...denied],
    "list": [200, 202, 500, ...denied],
    "info": [200, 202, 500, ...denied],
    "publish": [200, 202, 204, 500],
    "capabilities": [200],
    "invalid": [201],
    "blank": [0],
  }, settings);
}

/** Answers buddy requests. */
export class BuddyRequests {
  readonly #parts: BuddyRequestParts;

  constructor(parts: BuddyRequestParts) {
    this.#parts = parts;
  }

  /**
   * Answers one request line.
   *
   * @param line without its line end, or `undefined` for one too long to be a request
   * @param from who asks
   * @returns the reply to send, or `undefined` for none
   */
  async answer(line: Uint8Array | undefined, from: Asker): Promise<Uint8Array | undefined> {
    const { guard, meter } = this.#parts;
    const asked = guard && line && parseAccountRequest(line);
    const request = asked?.request ?? (line === undefined ? INVALID : parseBuddyRequest(line));
    const mark = meter.begin(request.kind);
    let answer: Uint8Array | undefined;
    try {
      answer = guard === undefined || asked === undefined
        ? await this.#answer(request, from)
        : await guard.answer(asked, from, (request) => this.#answer(request, from));
    } catch (error) {
      answer = this.#failed(error, from);
    }
    const { kind } = request;
    const reply = answer === undefined ? 0 : replyCodeOf(answer);
    meter.count(kind, reply);
    if (mark !== undefined) {
      const { remoteIp, connection } = from;
      meter.tell(mark, {
        ...{ kind, reply, from: remoteIp, connection },
        more: { reason: refusalIn(answer, reply), ...about(request) },
      });
    }
    return answer;
  }

  #failed(error: unknown, { connection }: Asker): Uint8Array {
    // Whatever keeps a change from being stored, no client may take it for done.
    if (!(error instanceof StorageError)) {
      this.#parts.log.error("A request failed", { connection, reason: String(error) });
    }
    return REPLIES[500];
  }

  /** Not async, and neither is what it calls: each async frame would cost every request. */
  #answer(request: BuddyRequest, from: Asker): Eventually<Uint8Array | undefined> {
    const { roster, offered } = this.#parts;
    switch (request.kind) {
      case "blank":
        return undefined;
      case "invalid":
      case "log in":
        return REPLIES[201];
      case "register":
        return roster.register(request.user).then(replyTo);
      case "add":
        return roster.add(request.user, request.buddy).then(replyTo);
      case "remove":
        return roster.remove(request.user, request.buddy).then(replyTo);
      case "capabilities":
        return encodeOk(capabilityWords({ ...offered, trunk: from.isTrusted === true }));
      default:
        return this.#answerExtension(request, from.remoteIp);
    }
  }

  async #answerExtension(
    request: ExtensionRequest,
    fromIp: string,
  ): Promise<Uint8Array> {
    const { roster, presence, view } = this.#parts;
    if (request.kind === "list") {
      const buddies = await roster.buddies(request.user);
      if (buddies === undefined) return REPLIES[202];
      const lines = buddies.map((entry) => buddyLine(view(entry, fromIp))).join("");
      return new TextEncoder().encode(`200 OK ${buddies.length}\r\n${lines}`);
    }
    if (!await roster.isKnown(request.user)) return REPLIES[202];
    if (request.kind === "publish") {
      return REPLIES[await presence.publish(request.user, request.entries, fromIp) ? 200 : 204];
    }
    return encodeOk(infoWords(await presence.infoOf(request.user)));
  }
}
