/**
 * Logging in to the login chat: the accounts, how often they may be tried, and what the log is told
 * of it. No password is ever told to anybody.
 */

import type { Clock, Log } from "../core/ports.ts";
import { beginSpan, type Span } from "../core/spans.ts";
import type { UserId } from "../core/user_id.ts";
import type { Accounts, LoginOutcome, Standing } from "../services/accounts.ts";
import type { LoginResult } from "./chat_conversation.ts";
import type { ChatMeter } from "./chat_meter.ts";
import type { LoginAttempts } from "./login_attempts.ts";
import { isRight, LoginTries } from "./login_tries.ts";
import type { Asker } from "./request_sessions.ts";

/** What logging in needs. */
export interface ChatLoginParts {
  readonly accounts: Accounts;
  readonly attempts: LoginAttempts;
  readonly meter: ChatMeter;
  readonly clock: Clock;
  readonly log: Log;
  /** Whether passwords are taken over TLS only. */
  readonly needsTls?: boolean;
}

/** Logs people in and out. */
export class ChatLogin {
  readonly #parts: ChatLoginParts;
  readonly #tries: LoginTries;

  constructor(parts: ChatLoginParts) {
    this.#parts = parts;
    this.#tries = new LoginTries(parts);
  }

  /** How a name stands for somebody who asks. Never rejects. */
  async standing(
    user: UserId,
    { remoteIp, isSecure = false }: Asker,
  ): Promise<Standing | "not stored" | "in the clear"> {
    const { accounts, needsTls = false } = this.#parts;
    if (needsTls && !isSecure) return "in the clear";
    try {
      return await accounts.standing(user, remoteIp);
    } catch (error) {
      return this.#tries.notStored(error);
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
    const { accounts, meter, clock } = this.#parts;
    let span = undefined as Span | undefined;
    const result = await this.#tries.logIn(
      { user, from, signal },
      async (): Promise<LoginOutcome> => {
        const begun = clock();
        span = beginSpan("chat login");
        try {
          return await accounts.logIn(user, password, from, signal);
        } finally {
          meter.loginSeconds.observe((clock() - begun) / 1000);
        }
      },
    );
    span?.setAttribute("parley.reply", result);
    span?.end();
    return result;
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
