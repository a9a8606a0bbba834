/**
 * Logging in to the login chat: the accounts, how often they may be tried, and what the log is told
 * of it. No password is ever told to anybody.
 */

import { BusyError, StorageError } from "../core/errors.ts";
import type { Clock, Log } from "../core/ports.ts";
import { beginSpan } from "../core/spans.ts";
import type { UserId } from "../core/user_id.ts";
import type { Accounts, Standing } from "../services/accounts.ts";
import type { LoginResult } from "./chat_conversation.ts";
import type { ChatMeter } from "./chat_meter.ts";
import type { LoginAttempts } from "./login_attempts.ts";
import type { Asker } from "./request_sessions.ts";

/** What logging in needs. */
export interface ChatLoginParts {
  readonly accounts: Accounts;
  readonly attempts: LoginAttempts;
  readonly meter: ChatMeter;
  readonly clock: Clock;
  readonly log: Log;
}

/** Logs people in and out. */
export class ChatLogin {
  readonly #parts: ChatLoginParts;

  constructor(parts: ChatLoginParts) {
    this.#parts = parts;
  }

  /** How a name stands for somebody at an address. Never rejects. */
  async standing(user: UserId, ip: string): Promise<Standing | "not stored"> {
    try {
      return await this.#parts.accounts.standing(user, ip);
    } catch (error) {
      return this.#notStored(error);
    }
  }

  /**
   * Checks a password, or registers a name with it. Never rejects.
   *
   * @param signal takes it back while it waits for its turn
   */
  async logIn(
    user: UserId,
    password: string,
    from: string,
    signal: AbortSignal,
  ): Promise<LoginResult> {
    const { attempts, meter, clock } = this.#parts;
    const mayTry = (): boolean => attempts.mayTry(user, from, clock());
    if (!mayTry()) return "too many attempts";
    const begun = clock();
    const span = beginSpan("chat login");
    let result = await this.#try(user, password, from, signal);
    meter.loginSeconds.observe((clock() - begun) / 1000);
    // Others may have guessed meanwhile: whether this one was right is not told any more.
    if ((result === "welcome" || result === "wrong") && !mayTry()) result = "too many attempts";
    if (result === "wrong") attempts.wasWrong(user, from, clock());
    if (isRight(result)) attempts.wasRight(user, from);
    span?.setAttribute("parley.reply", result);
    span?.end();
    return result;
  }

  async #try(
    user: UserId,
    password: string,
    from: string,
    signal: AbortSignal,
  ): Promise<LoginResult> {
    try {
      return await this.#parts.accounts.logIn(user, password, from, signal);
    } catch (error) {
      if (signal.aborted && error === signal.reason) return "gone";
      return error instanceof BusyError ? "busy" : this.#notStored(error);
    }
  }

  #notStored(error: unknown): "not stored" {
    if (!(error instanceof StorageError)) {
      // Only what kind of error: what a library says of it might quote what it was given.
      this.#parts.log.error("A login failed", { reason: (error as Error | undefined)?.name });
    }
    return "not stored";
  }

  /** Counts a login, and tells the log how it ended. */
  ended(user: UserId, { remoteIp: from, connection }: Asker, result: LoginResult): void {
    const { log, meter } = this.#parts;
    meter.logins[result]++;
    if (isRight(result)) log.info("Logged in to the chat", { connection, user, from, result });
    else log.info("Login to the chat refused", { connection, user, from, reason: result });
  }

  /** Counts somebody who did not log in within the time there is for it. */
  tooLate({ remoteIp: from, connection }: Asker): void {
    const { log, meter } = this.#parts;
    meter.logins["too late"]++;
    log.info("Login to the chat refused", { connection, from, reason: "too late" });
  }

  /** Tells the log that somebody is offline. */
  left(user: UserId, { remoteIp: from, connection }: Asker): void {
    this.#parts.log.info("Left the chat", { connection, user, from });
  }

  /** Tells the log that somebody who does not read was dropped. */
  dropped(user: UserId | undefined, { remoteIp: from, connection }: Asker): void {
    this.#parts.meter.dropped++;
    this.#parts.log.warn("A chat client does not take what it is sent, and is dropped", {
      connection,
      user,
      from,
    });
  }
}

/** Whether a login was right, so that its user may come in. */
export function isRight(result: LoginResult): result is "registered" | "welcome" {
  return result === "registered" || result === "welcome";
}
