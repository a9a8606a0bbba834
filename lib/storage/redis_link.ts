/**
 * The connections to a Redis server, and whether it works. One takes commands, one listens.
 *
 * Rules of this file:
 * - Nothing waits long: a command has half a second, and fails at once while Redis is known to be gone.
 *   Only at the start, when nobody waits for an answer yet, a busy machine is given more.
 * - Whether it works is tried all the time, so that it is known before somebody needs it, and as soon
 *   as it is back. It works when it takes all that servers do with it: to read only would be worse
 *   than nothing, because everybody would be offline after a lifetime.
 * - Every new connection is a return, however short the cut was, and so is a Redis that has forgotten
 *   the mark of before: what this server told it may be gone.
 */

// @ts-types="./redis_client.d.ts"
import { createClient, ErrorReply } from "npm:@redis/client@6.3.1";
import { type RedisAddress, shownRedis } from "../core/backend_address.ts";
import {
  isCertificateFault,
  MissingBackendError,
  OperationalError,
  reasonOf,
  SharingError,
} from "../core/errors.ts";
import type { Log } from "../core/ports.ts";
import { within } from "../core/within.ts";
import { readCertificates } from "./certificates.ts";
import type { RedisClient, RedisConfig, ScriptCall } from "./redis_client.d.ts";
import { type RedisScript, runScript } from "./redis_script.ts";
import { tryCommands, tryListening } from "./redis_trial.ts";
import type { SharingHealth } from "./shared_state.ts";

export { ErrorReply };

/** How long a command may take, in milliseconds. */
const ANSWER_MS = 500;

/** Everything at the start may take so many times as long as a command. */
const START_ANSWERS = 10;

/** What came while this process was busy with other things is read in this time. */
const READ_MS = 50;

/** How often it is tried whether Redis works. */
const WATCH_MS = 200;

/** At most one line in this time about commands that Redis refuses. */
const REFUSAL_LOG_MS = 10_000;

/** Longest time between two tries to connect. */
const MAX_RETRY_MS = 400;

/** What Redis answers when it is there and does not do its work: full, a replica, without the rights. */
const DOES_NOT_WORK =
  /(?:^|[-\s])(?:OOM|READONLY|NOPERM|NOAUTH|MISCONF|LOADING|BUSY|MASTERDOWN|NOREPLICAS)\s/;

/** Refusals at the start that end by themselves. */
const COMES_YET = /^(?:LOADING|BUSY|MASTERDOWN)\s/;

/** Connections to one Redis server. */
export class RedisLink {
  /** Takes commands. */
  readonly #client: RedisClient;
  /** Listens; takes no other command. */
  readonly listener: RedisClient;
  /** What the names of this site's channels begin with: they are the same for all databases. */
  readonly channels: string;
  readonly #log: Log;
  readonly #answerMs: number;
  readonly #shown: string;
  readonly #returns: (() => void)[] = [];
  #failure: string | undefined;
  #refusalToldAt = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #mark = "";
  #isNewConnection = false;
  #isOpen = false;
  #isClosed = false;

  private constructor(address: RedisAddress, log: Log, answerMs: number) {
    this.#log = log;
    this.#answerMs = answerMs;
    this.#shown = shownRedis(address);
    this.channels = `parley:${address.database}:`;
    // The first connection is tried once: whoever opens the link decides about waiting.
    const config = configOf(address, answerMs, () => this.#isOpen);
    this.#client = createClient(config);
    this.listener = createClient(config);
    for (const client of [this.#client, this.listener]) {
      // What is wrong shows in the answers; without a listener it would end the process.
      client.on("error", () => {});
      client.on("ready", () => this.#isNewConnection = this.#isOpen);
    }
  }

  /**
   * Connects, and tries all that servers do with Redis.
   *
   * @param answerMs how long a command may take, in milliseconds
   * @throws MissingBackendError when it may come yet
   * @throws OperationalError when somebody has to do something about it
   */
  static async open(
    address: RedisAddress,
    log: Log,
    answerMs: number = ANSWER_MS,
  ): Promise<RedisLink> {
    const link = new RedisLink(address, log, answerMs);
    const connecting = [link.#client, link.listener].map((client) => client.connect());
    try {
      link.#mark = await within(START_ANSWERS * answerMs, link.#begin(connecting), noAnswer);
    } catch (error) {
      link.close();
      // The other one may still be at it, with timers of its own.
      await within(answerMs, Promise.allSettled(connecting), () => {});
      throw link.#whyNotOpen(error);
    }
    link.#isOpen = true;
    link.#watchSoon();
    return link;
  }

  /** @returns the mark of Redis' memory, when it does all that servers do with it */
  async #begin(connecting: readonly Promise<unknown>[]): Promise<string> {
    await Promise.all(connecting);
    const mark = await tryCommands(this.#client, this.channels);
    await tryListening(this.listener, this.channels);
    return mark;
  }

  /** Whether it answers, as far as is known. */
  health(): SharingHealth {
    if (this.#failure === undefined) return { isShared: true };
    return { isShared: false, reason: this.#failure };
  }

  /** Calls when it answers again after it did not. */
  onReturn(listener: () => void): void {
    this.#returns.push(listener);
  }

  /** Runs a command. @throws SharingError when it fails, late or at once */
  async use<T>(command: (client: RedisClient) => Promise<T>): Promise<T> {
    if (this.#failure !== undefined) throw new SharingError(this.#failure);
    try {
      return await this.#answer(command(this.#client));
    } catch (error) {
      throw this.#failed(error);
    }
  }

  /** Runs a script, which Redis is given when it does not know it. @throws SharingError */
  async run(script: RedisScript, call: ScriptCall): Promise<unknown> {
    return await this.use((client) => runScript(client, script, call));
  }

  /** Redis refused something, and works otherwise: told now and then. */
  tellRefusal(error: unknown): void {
    if (performance.now() - this.#refusalToldAt < REFUSAL_LOG_MS) return;
    this.#refusalToldAt = performance.now();
    this.#log.warn("Redis refused a command", { redis: this.#shown, reason: reasonOf(error) });
  }

  /** Ends the connections. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#timer);
    for (const client of [this.#client, this.listener]) {
      try {
        client.destroy();
      } catch {
        // It never was connected.
      }
    }
  }

  /** What a command is answered, in time. */
  async #answer<T>(answering: Promise<T>): Promise<T> {
    return await within(
      this.#answerMs,
      answering,
      () => within(READ_MS, answering, noAnswer),
    );
  }

  #whyNotOpen(error: unknown): OperationalError {
    const what = `Cannot use ${this.#shown} for presence: ${reasonOf(error)}`;
    const isRefused = error instanceof ErrorReply && !COMES_YET.test(error.message);
    if (!isRefused && !isCertificateFault(error)) {
      return new MissingBackendError(what, { cause: error });
    }
    return new OperationalError(
      `${what}; see docs/scaling.md for what Redis has to allow`,
      { cause: error },
    );
  }

  #failed(error: unknown): SharingError {
    const failure = new SharingError(`Redis failed: ${reasonOf(error)}`, { cause: error });
    if (error instanceof ErrorReply && !DOES_NOT_WORK.test(error.message)) {
      this.tellRefusal(error);
    } else if (this.#failure === undefined && !this.#isClosed) {
      this.#failure = failure.message;
      this.#log.error("Redis failed, this server goes on with what it knows itself (degraded)", {
        redis: this.#shown,
        reason: reasonOf(error),
      });
    }
    return failure;
  }

  #watchSoon(): void {
    if (this.#isClosed) return;
    this.#timer = setTimeout(async () => {
      await this.#watch();
      this.#watchSoon();
    }, WATCH_MS);
  }

  async #watch(): Promise<void> {
    const isNewConnection = this.#isNewConnection;
    this.#isNewConnection = false;
    let mark: string;
    try {
      mark = await this.#answer(tryCommands(this.#client, this.channels));
      if (!this.listener.isReady) throw new Error("the connection that listens is lost");
    } catch (error) {
      // Whatever is refused here is needed.
      this.#failed(error instanceof ErrorReply ? new Error(error.message) : error);
      return;
    }
    const wasAway = this.#failure !== undefined;
    if (this.#isClosed || !(wasAway || isNewConnection || mark !== this.#mark)) return;
    this.#failure = undefined;
    this.#mark = mark;
    const what = wasAway ? "is back" : "was away for a moment, or lost what it had";
    this.#log.info(`Redis ${what}, presence and delivery are shared again`, {
      redis: this.#shown,
    });
    for (const tell of this.#returns) tell();
  }
}

function configOf(
  { host, port, user, password, database, tls, caFile }: RedisAddress,
  answerMs: number,
  isOpen: () => boolean,
): RedisConfig {
  return {
    socket: {
      ...{ host, port, tls: tls !== "off" },
      ...{ connectTimeout: 2 * answerMs, socketTimeout: 6 * answerMs },
      ...(caFile === undefined ? {} : { ca: readCertificates(caFile) }),
      reconnectStrategy: (tries) =>
        isOpen() && Math.min(50 * 2 ** Math.min(tries, 8), MAX_RETRY_MS),
    },
    ...(user === "" ? {} : { username: user }),
    ...(password === "" ? {} : { password }),
    database,
    disableOfflineQueue: true,
    commandsQueueMaxLength: 50_000,
    // Keeps the connection that listens from being silent for too long.
    pingInterval: 1000,
  };
}

function noAnswer(): never {
  throw new Error("no answer in time");
}
