/**
 * The connections to a Redis server, and whether it answers. One takes commands, one listens.
 *
 * Rules of this file:
 * - Nothing waits long: a command has half a second, and fails at once while Redis is known to be gone.
 * - Whether it is there is asked all the time, so that it is known before somebody needs it, and as
 *   soon as it is back.
 */

import { createHash } from "node:crypto";
// @ts-types="./redis_client.d.ts"
import { createClient, ErrorReply } from "npm:@redis/client@6.3.1";
import { type RedisAddress, shownRedis } from "../core/backend_address.ts";
import { MissingBackendError, reasonOf, SharingError } from "../core/errors.ts";
import type { Log } from "../core/ports.ts";
import { within } from "../core/within.ts";
import type { RedisClient, RedisConfig, ScriptCall } from "./redis_client.d.ts";
import type { SharingHealth } from "./shared_state.ts";

/** How long a command may take, in milliseconds. */
export const REDIS_ANSWER_MS = 500;

/** How often Redis is asked whether it is there. */
const WATCH_MS = 200;

/** At most one line in this time about commands that Redis refuses. */
const REFUSAL_LOG_MS = 10_000;

/** Longest time between two tries to connect. */
const MAX_RETRY_MS = 400;

/** A script with the hash it is called by. */
export interface RedisScript {
  /** Its text, in Lua. */
  readonly text: string;
  /** Its SHA-1, in hex. */
  readonly hash: string;
}

/** Makes a script ready for calling. */
export function redisScript(text: string): RedisScript {
  return { text, hash: createHash("sha1").update(text).digest("hex") };
}

/** Connections to one Redis server. */
export class RedisLink {
  /** Takes commands. */
  readonly #client: RedisClient;
  /** Listens; takes no other command. */
  readonly listener: RedisClient;
  readonly #log: Log;
  readonly #shown: string;
  readonly #returns: (() => void)[] = [];
  #failure: string | undefined;
  #refusalToldAt = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isOpen = false;
  #isClosed = false;

  private constructor(address: RedisAddress, log: Log) {
    this.#log = log;
    this.#shown = shownRedis(address);
    // The first connection is tried once: whoever opens the link decides about waiting.
    const config = configOf(address, () => this.#isOpen);
    this.#client = createClient(config);
    this.listener = createClient(config);
    // What is wrong shows in the answers; without a listener it would end the process.
    for (const client of [this.#client, this.listener]) client.on("error", () => {});
  }

  /** Connects. @throws MissingBackendError */
  static async open(address: RedisAddress, log: Log): Promise<RedisLink> {
    const link = new RedisLink(address, log);
    const connecting = [link.#client, link.listener].map((client) => client.connect());
    try {
      await within(2 * REDIS_ANSWER_MS, Promise.all(connecting), noAnswer);
      await within(REDIS_ANSWER_MS, link.#client.ping(), noAnswer);
    } catch (error) {
      link.close();
      // The other one may still be at it, with timers of its own.
      await within(REDIS_ANSWER_MS, Promise.allSettled(connecting), () => {});
      throw new MissingBackendError(
        `Cannot use ${link.#shown} for presence: ${reasonOf(error)}; check that it runs, or wait ` +
          `for it with --wait-for-backends`,
        { cause: error },
      );
    }
    link.#isOpen = true;
    link.#watchSoon();
    return link;
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
      return await within(REDIS_ANSWER_MS, command(this.#client), noAnswer);
    } catch (error) {
      throw this.#failed(error);
    }
  }

  /** Runs a script, which Redis is given when it does not know it. @throws SharingError */
  async run(script: RedisScript, call: ScriptCall): Promise<unknown> {
    return await this.use(async (client) => {
      try {
        return await client.evalSha(script.hash, call);
      } catch (error) {
        if (!reasonOf(error).startsWith("NOSCRIPT")) throw error;
        return await client.eval(script.text, call);
      }
    });
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

  #failed(error: unknown): SharingError {
    const failure = new SharingError(`Redis failed: ${reasonOf(error)}`, { cause: error });
    if (error instanceof ErrorReply) {
      this.#tellRefusal(error);
    } else if (this.#failure === undefined && !this.#isClosed) {
      this.#failure = failure.message;
      this.#log.error("Redis failed, this server goes on with what it knows itself (degraded)", {
        redis: this.#shown,
        reason: reasonOf(error),
      });
    }
    return failure;
  }

  /** It works, and refuses something: it is full, or read-only. */
  #tellRefusal({ message }: Error): void {
    if (performance.now() - this.#refusalToldAt < REFUSAL_LOG_MS) return;
    this.#refusalToldAt = performance.now();
    this.#log.warn("Redis refused a command", { redis: this.#shown, reason: message });
  }

  #watchSoon(): void {
    if (this.#isClosed) return;
    this.#timer = setTimeout(async () => {
      await this.#watch();
      this.#watchSoon();
    }, WATCH_MS);
  }

  async #watch(): Promise<void> {
    try {
      await within(REDIS_ANSWER_MS, this.#client.ping(), noAnswer);
      if (!this.listener.isReady) throw new Error("the connection that listens is lost");
    } catch (error) {
      // A refusal to answer (it is loading its data) is no answer either.
      this.#failed(error instanceof ErrorReply ? new Error(error.message) : error);
      return;
    }
    if (this.#failure === undefined || this.#isClosed) return;
    this.#failure = undefined;
    this.#log.info("Redis is back, presence and delivery are shared again", { redis: this.#shown });
    for (const tell of this.#returns) tell();
  }
}

function configOf(
  { host, port, user, password, database, tls }: RedisAddress,
  isOpen: () => boolean,
): RedisConfig {
  return {
    socket: {
      ...{ host, port, tls: tls !== "off", connectTimeout: 1000, socketTimeout: 3000 },
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
