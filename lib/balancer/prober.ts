/**
 * Active health checks: asks every backend again and again whether it serves, and tells the pool.
 *
 * Three kinds of question, none of which changes anything at a server, however old:
 * - `answer`: connect, end our side, and wait for the server to say something or to end its own.
 *   Every server that serves a connection does, and one that hangs or was stopped (SIGSTOP) does
 *   not, although its system still takes connections. One that ends before we do, without a word,
 *   closes every connection: it serves nobody.
 * - `buddy`: send `CAP`. Ours answers `200`, older ones `201 INVALID`; any status but a `5xx` of ours
 *   is a server that reads requests and answers them.
 * - `connect`: that the system takes a connection is enough, for a backend that is not in doubt.
 */

import type { ServiceOptions } from "../config/service_options.ts";
import { OperationalError, reasonOf } from "../core/errors.ts";
import type { ByteStream } from "../core/ports.ts";
import { within } from "../core/within.ts";
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

/** Milliseconds in which a backend that closes every connection has closed this one, too. */
const AT_ONCE_MS = 50;

/** What a check has found; nothing when it could not even be made. */
type Finding = { readonly isGood: boolean; readonly reason: string } | undefined;

const GOOD: Finding = { isGood: true, reason: "" };
const CLOSES_AT_ONCE = "it closes connections at once";
const HANGS = "it takes connections and does not answer";

/** The longest answer worth looking at. */
const ANSWER_BYTES = 512;

const PROBE = encodeBuddyRequest({ kind: "capabilities" });

/** Checks the backends it watches until it is stopped. */
export class Prober {
  readonly #world: ProberWorld;
  /** When each is checked next; nothing while it is being checked. */
  readonly #timers = new Map<Backend, ReturnType<typeof setTimeout> | undefined>();
  readonly #underWay = new Set<Promise<void>>();
  readonly #open = new Set<ByteStream>();
  #isStopped = false;

  constructor(world: ProberWorld) {
    this.#world = world;
  }

  /** Checks a backend now, and then again and again. Resolves after the first check. */
  async watch(backend: Backend): Promise<void> {
    await this.#checkNow(backend);
  }

  /**
   * Checks a backend now, and more closely: it ended a client's connection at once. A client alone is
   * not believed, since it may have been itself what the backend would not have.
   */
  doubt(backend: Backend): void {
    const timer = this.#timers.get(backend);
    // Without a timer it is being checked just now, or not at all any more.
    if (timer === undefined) return;
    clearTimeout(timer);
    this.#checkNow(backend, true);
  }

  /** Checks it no more. */
  forget(backend: Backend): void {
    clearTimeout(this.#timers.get(backend));
    this.#timers.delete(backend);
  }

  /** Checks nothing more, and ends the checks under way; connects are their maker's to end. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const backend of [...this.#timers.keys()]) this.forget(backend);
    for (const stream of this.#open) closeNow(stream);
    await Promise.all(this.#underWay);
  }

  async #check(backend: Backend, isDoubted: boolean): Promise<void> {
    const startedAt = performance.now();
    if (backend.adminState !== "maintain") {
      const finding = await this.#ask(backend, isDoubted || backend.health.isInDoubt);
      if (this.#isStopped || !this.#timers.has(backend)) return;
      if (finding !== undefined) this.#world.report(backend, finding.isGood, finding.reason);
    }
    // From start to start: what takes long to find out must not be looked at less often for it.
    const delay = startedAt - performance.now() + nextCheckDelay(
      this.#world.settings().checkInterval,
      backend.health.isInDoubt,
      this.#world.random(),
    );
    this.#timers.set(backend, setTimeout(() => this.#checkNow(backend), Math.max(0, delay)));
  }

  #checkNow(backend: Backend, isDoubted = false): Promise<void> {
    this.#timers.set(backend, undefined);
    const check = this.#check(backend, isDoubted).finally(() => this.#underWay.delete(check));
    this.#underWay.add(check);
    return check;
  }

  async #ask({ settings: { host, port } }: Backend, isDoubted: boolean): Promise<Finding> {
    const { check, checkTimeout } = this.#world.settings();
    let stream: ByteStream | undefined;
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      if (stream !== undefined) closeNow(stream);
    }, checkTimeout * 1000);
    try {
      stream = await this.#world.connect(host, port);
      if (this.#isStopped) return undefined;
      // The time was over before there was something to close: nothing else would end this check.
      if (isLate) return { isGood: false, reason: HANGS };
      this.#open.add(stream);
      if (check === "connect" && !isDoubted) return GOOD;
      const preface = this.#world.preface();
      const reason = check === "buddy"
        ? await answersBuddies(stream, preface)
        : await staysAndAnswers(stream, {
          ...{ preface, mustAnswer: check === "answer" },
          atOnceMs: Math.min(AT_ONCE_MS, checkTimeout * 1000 / 4),
        });
      return reason === undefined ? GOOD : { isGood: false, reason };
    } catch (error) {
      // What is wrong here says nothing about a backend.
      if (error instanceof OperationalError) return undefined;
      const reason = isLate ? HANGS : reasonOf(error);
      return { isGood: false, reason };
    } finally {
      clearTimeout(timer);
      if (stream !== undefined) {
        this.#open.delete(stream);
        closeNow(stream);
      }
    }
  }
}

/** Whether a backend keeps a connection, and answers to the end of it where it must. */
async function staysAndAnswers(
  stream: ByteStream,
  { preface, mustAnswer, atOnceMs }: {
    readonly preface: Uint8Array | undefined;
    readonly mustAnswer: boolean;
    readonly atOnceMs: number;
  },
): Promise<string | undefined> {
  const answer = stream.read(new Uint8Array(ANSWER_BYTES));
  answer.catch(() => {});
  const first = await within(atOnceMs, answer, () => "timeout" as const);
  if (first === null) return CLOSES_AT_ONCE;
  if (first !== "timeout" || !mustAnswer) return undefined;
  if (preface !== undefined) await writeAll(stream, preface);
  await stream.closeWrite();
  await answer;
  return undefined;
}

async function answersBuddies(
  stream: ByteStream,
  preface: Uint8Array | undefined,
): Promise<string | undefined> {
  if (preface !== undefined) await writeAll(stream, preface);
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
