/**
 * Trying a password, wherever it is given: how often that may be done, and what the log is told when
 * it cannot be judged. No password is ever told to anybody.
 */

import { BusyError, StorageError } from "../core/errors.ts";
import type { Clock, Log } from "../core/ports.ts";
import type { Waiting } from "../services/turns.ts";
import type { LoginAttempts } from "./login_attempts.ts";

/** What keeps a password from being judged; `gone`, nobody waits for it any more. */
export type LoginTrouble = "too many attempts" | "busy" | "gone" | "not stored";

/** Whose password it is, where it comes from, and what takes it back while it waits for its turn. */
export interface LoginTry {
  readonly user: string;
  readonly from: string;
  readonly signal: AbortSignal;
}

/** What comes of a try when its turn has come; all else is known before. */
const JUDGED_IN_TURN = ["welcome", "wrong", "busy"] as const;

/** What trying needs. */
export interface LoginTryParts {
  /** Those of the whole server, so that who guesses at one service guesses at none. */
  readonly attempts: LoginAttempts;
  readonly clock: Clock;
  readonly log: Log;
}

/** Tries passwords within bounds. */
export class LoginTries {
  readonly #parts: LoginTryParts;

  constructor(parts: LoginTryParts) {
    this.#parts = parts;
  }

  /**
   * Has a password judged, and counts what came of it. Never rejects.
   *
   * @param judge as {@linkcode Accounts.logIn}
   */
  async logIn<Outcome extends string>(
    login: LoginTry,
    judge: (waiting: Waiting) => Promise<Outcome>,
  ): Promise<Outcome | LoginTrouble> {
    const { attempts, clock } = this.#parts;
    const { user, from } = login;
    const mayTry = (): boolean => attempts.mayTry(user, from, clock());
    if (!mayTry()) return "too many attempts";
    // Asked again when its turn has come: guesses beyond the bound cost no hash.
    const result = await this.judged(login, (waiting) => judge({ ...waiting, isWanted: mayTry }));
    // Others may have guessed meanwhile: whether this one was right is not told any more.
    if ((JUDGED_IN_TURN as readonly string[]).includes(result) && !mayTry()) {
      return "too many attempts";
    }
    if (result === "wrong") attempts.wasWrong(user, from, clock());
    if (isRight(result)) attempts.wasRight(user, from);
    return result;
  }

  /** As {@linkcode LoginTries.logIn}, for what nobody can guess by: it is not counted. */
  async judged<Outcome>(
    { user, from, signal }: LoginTry,
    judge: (waiting: Waiting) => Promise<Outcome>,
  ): Promise<Outcome | LoginTrouble> {
    const { attempts, clock } = this.#parts;
    try {
      return await judge({ signal, line: attempts.standing(user, from, clock()) });
    } catch (error) {
      if (signal.aborted && error === signal.reason) return "gone";
      return error instanceof BusyError ? "busy" : this.notStored(error);
    }
  }

  /** Tells the log of an error, unless the store has. */
  notStored(error: unknown): "not stored" {
    if (!(error instanceof StorageError)) {
      // Only what kind of error: what a library says of it might quote what it was given.
      this.#parts.log.error("A login failed", { reason: (error as Error | undefined)?.name });
    }
    return "not stored";
  }
}

/** Whether a login was right, so that its user may come in. */
export function isRight(result: string): result is "registered" | "welcome" {
  return result === "registered" || result === "welcome";
}
