/** What was done in the login chat so far. Counted on the hot path: plain numbers, one shape. */

import { Histogram } from "../core/histogram.ts";
import type { Log } from "../core/ports.ts";
import type { ServerAnswer } from "../wire/login_chat_answer.ts";
import type { ChatRequest } from "../wire/login_chat_request.ts";
import type { ChatAct, LoginResult } from "./chat_conversation.ts";
import type { Asker } from "./request_sessions.ts";

/** Counts what clients of the login chat send and are sent. */
export class ChatMeter {
  /** Lines of clients by what they ask. */
  readonly lines: Record<ChatRequest["kind"], number> = {
    ...{ login: 0, password: 0, public: 0, direct: 0, cancel: 0, who: 0, exit: 0 },
    ...{ ping: 0, pong: 0, data: 0, invalid: 0 },
  };
  /** Replies by their code. */
  readonly replies: Record<number, number> = {
    ...{ 200: 0, 201: 0, 202: 0, 401: 0, 409: 0, 429: 0, 500: 0, 503: 0 },
  };
  /** Logins by how they ended. */
  readonly logins: Record<LoginResult | "too late", number> = {
    ...{ registered: 0, welcome: 0, wrong: 0, "too short": 0, "too many names": 0, taken: 0 },
    ...{ elsewhere: 0, "already online": 0, "too many attempts": 0, busy: 0, gone: 0 },
    ...{ "not stored": 0, "too late": 0 },
  };
  /** Messages to all, and to one. */
  readonly messages = { public: 0, direct: 0 };
  /** Messages that were given to somebody, each once for everybody who got it. */
  deliveries = 0;
  /** Clients that were dropped because they did not take what they were sent. */
  dropped = 0;
  /** How long the lines of one read took, in seconds; `undefined` where nobody looks at it. */
  readonly seconds: Histogram | undefined;
  /** How long logins took, the wait for a password check included. */
  readonly loginSeconds: Histogram = new Histogram();

  readonly #log: Log | undefined;

  /**
   * @param isTimed whether to measure how long lines take, which costs two looks at the clock
   * @param log is told of each line, where it writes such lines at all
   */
  constructor(isTimed: boolean, log?: Log) {
    this.seconds = isTimed ? new Histogram() : undefined;
    this.#log = log?.isOn("debug") ? log : undefined;
  }

  /** Counts a line, before what it leads to is done. */
  took(kind: ChatRequest["kind"], act: ChatAct, from: Asker): void {
    this.lines[kind]++;
    if (this.#log === undefined) return;
    const answer = "answer" in act && act.answer?.kind === "reply" ? act.answer : undefined;
    this.#log.debug("Request", {
      ...{ connection: from.connection, service: "chat", kind, reply: answer?.code ?? act.kind },
      ...{ reason: refusalOf(answer), from: from.remoteIp },
    });
  }

  /** Counts an answer, if it is one with a code. */
  replied(answer: ServerAnswer): void {
    if (answer.kind === "reply") this.replies[answer.code]!++;
  }

  /** How many lines came in all. */
  get total(): number {
    return Object.values(this.lines).reduce((sum, count) => sum + count, 0);
  }
}

/** Why a line was refused, as its client is told; `undefined` when it was not. */
function refusalOf(
  answer: Extract<ServerAnswer, { kind: "reply" }> | undefined,
): string | undefined {
  return answer === undefined || answer.code === 200 ? undefined : answer.words;
}
