/**
 * Active health checks: asks every backend again and again whether it serves, and tells the pool.
 *
 * Three kinds of question, none of which changes anything at a server, however old:
 * - `answer`: connect, end our side, and wait for the server to say something or to end its own.
 *   Every server that serves a connection does, and one that hangs or was stopped (SIGSTOP) does
 *   not, although its system still takes connections.
 * - `buddy`: send `CAP`. Ours answers `200`, older ones `201 INVALID`; any status but a `5xx` of ours
 *   is a server that reads requests and answers them.
 * - `connect`: that the system takes a connection is enough.
 */

import type { ServiceOptions } from "../config/service_options.ts";
import { reasonOf } from "../core/errors.ts";
import type { ByteStream } from "../core/ports.ts";
import { closeNow, writeAll } from "../net/orderly_close.ts";
import { encodeBuddyRequest } from "../wire/buddy_request.ts";
import type { Backend } from "./backend.ts";
import type { Connect } from "./dialer.ts";
import { nextCheckDelay } from "./health.ts";

/** What checks go by; a reload may change it. */
export type CheckSettings = Pick<
  ServiceOptions,
  "check" | "checkInterval" | "checkTimeout" | "sendProxy" | "sendProxyV2"
>;

/** What a prober needs. */
export interface ProberWorld {
  readonly connect: Connect;
  /** A number from 0 to 1. */
  readonly random: () => number;
  readonly settings: () => CheckSettings;
  /** What a backend that expects a PROXY header is sent first. */
  readonly preface: () => Uint8Array | undefined;
  /** Takes each result. */
  readonly report: (backend: Backend, isGood: boolean, reason: string) => void;
}

/** The longest answer worth looking at. */
const ANSWER_BYTES = 512;

const PROBE = encodeBuddyRequest({ kind: "capabilities" });

/** Checks the backends it watches until it is stopped. */
export class Prober {
  readonly #world: ProberWorld;
  readonly #timers = new Map<Backend, ReturnType<typeof setTimeout> | undefined>();
  readonly #open = new Set<ByteStream>();
  #isStopped = false;

  constructor(world: ProberWorld) {
    this.#world = world;
  }

  /** Checks a backend now, and then again and again. Resolves after the first check. */
  async watch(backend: Backend): Promise<void> {
    this.#timers.set(backend, undefined);
    await this.#check(backend);
  }

  /** Checks it no more. */
  forget(backend: Backend): void {
    clearTimeout(this.#timers.get(backend));
    this.#timers.delete(backend);
  }

  /** Checks nothing more, and ends the checks under way. */
  stop(): void {
    this.#isStopped = true;
    for (const backend of [...this.#timers.keys()]) this.forget(backend);
    for (const stream of this.#open) closeNow(stream);
  }

  async #check(backend: Backend): Promise<void> {
    if (backend.adminState !== "maintain") {
      const reason = await this.#ask(backend);
      if (this.#isStopped || !this.#timers.has(backend)) return;
      this.#world.report(backend, reason === undefined, reason ?? "");
    }
    const delay = nextCheckDelay(
      this.#world.settings().checkInterval,
      backend.health.isInDoubt,
      this.#world.random(),
    );
    this.#timers.set(backend, setTimeout(() => this.#check(backend), delay));
  }

  /** What is wrong with a backend, if anything is. */
  async #ask({ settings: { host, port } }: Backend): Promise<string | undefined> {
    const { check, checkTimeout } = this.#world.settings();
    let stream: ByteStream | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isLate = false;
    try {
      stream = await this.#world.connect(host, port);
      if (this.#isStopped) return undefined;
      this.#open.add(stream);
      timer = setTimeout(() => {
        isLate = true;
        closeNow(stream!);
      }, checkTimeout * 1000);
      if (check === "connect") return undefined;
      const preface = this.#world.preface();
      if (preface !== undefined) await writeAll(stream, preface);
      if (check === "answer") return await answersTheEnd(stream);
      return await answersBuddies(stream);
    } catch (error) {
      return isLate ? "it takes connections and does not answer" : reasonOf(error);
    } finally {
      clearTimeout(timer);
      if (stream !== undefined) {
        this.#open.delete(stream);
        closeNow(stream);
      }
    }
  }
}

async function answersTheEnd(stream: ByteStream): Promise<undefined> {
  await stream.closeWrite();
  await stream.read(new Uint8Array(ANSWER_BYTES));
}

async function answersBuddies(stream: ByteStream): Promise<string | undefined> {
  await writeAll(stream, PROBE);
  const answer = new Uint8Array(ANSWER_BYTES);
  let length = 0;
  while (length < 3) {
    const count = await stream.read(answer.subarray(length));
    if (count === null) break;
    length += count;
  }
  const status = new TextDecoder().decode(answer.subarray(0, Math.min(3, length)));
  return /^[1-4]\d\d$/.test(status) ? undefined : `it answers the buddy probe with "${status}"`;
}
