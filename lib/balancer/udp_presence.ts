/**
 * Presence through the balancer: SET goes to every backend that is up, GET to one of them. Rules:
 * protocols/buddy.md, "UDP: presence" and "Limits against abuse".
 *
 * A GET is answered once: by the backend asked first, or, when that one is silent for too long, by
 * the next. Nobody knows an unknown user, so all are silent about one, and so are we. Datagrams go
 * on as they came; what is in them is the servers' affair, but for the first word.
 *
 * Who is asked: the backend that served the address over TCP a moment ago, because the others may
 * not yet have read what was changed there. Else in turn, those last that were silent where another
 * one answered, or that failed or came back a while ago: they have not heard everything.
 */

import { FORWARD_LIMITS, MAX_BUDDY_LINE_BYTES } from "../core/limits.ts";
import { isLoopback } from "../core/ip_address.ts";
import { RecentMap } from "../core/recent_map.ts";
import { type Allowance, maxAnswerBytes } from "../net/answer_budget.ts";
import { isAnswerable } from "../net/answerable.ts";
import { type Deadline, DeadlineQueue } from "../net/deadline_queue.ts";
import { addressTowards } from "../net/interfaces.ts";
import type { DatagramAddress } from "../net/udp.ts";
import type { Backend } from "./backend.ts";
import { createStrategy, type Strategy } from "./strategies.ts";
import { type Asker, askerAt } from "./udp_lane_shares.ts";
import type { Place } from "./udp_places.ts";
import { Uplink } from "./udp_uplink.ts";
import {
  type Forwarding,
  prefixed,
  prefixFor,
  type ServedClient,
  type UdpWorld,
} from "./udp_world.ts";

/** A GET that is not answered yet. */
interface Question {
  readonly client: DatagramAddress;
  readonly datagram: Uint8Array;
  readonly allowance: Allowance;
  readonly place: Place;
  readonly asker: Asker;
  /** Backends it was put to, or could not be put to. */
  readonly tried: Set<Backend>;
  /** When it came, for those that are timed. */
  readonly since: number | undefined;
  /** Those that were asked and did not answer in time. */
  readonly silent: Backend[];
  /** Whether any of them was asked, or why not. */
  outcome: "asked" | "busy" | "noBackend";
}

/** A question on its way. */
interface Asked {
  readonly question: Question;
  readonly deadline: Deadline;
}

/** Addresses whose last backend is remembered. */
const FOLLOWED = 10_000;

const LF = 10;

/** One in so many GETs is timed. */
const TIMED_OF = 16;

/** Passes presence on. */
export class PresenceForwarding implements Forwarding {
  readonly #world: UdpWorld;
  readonly #deadlines: DeadlineQueue;
  readonly #turn: Strategy = createStrategy("round-robin", Math.random);
  readonly #uplinks = new Map<string, Uplink<Asked>>();
  readonly #served = new RecentMap<{ readonly backend: Backend; readonly at: number }>(FOLLOWED);
  /** When a backend was silent where another one answered: it may have been started again since. */
  readonly #silentAt = new Map<Backend, number>();
  readonly #closing: Promise<void>[] = [];
  #questions = 0;

  constructor(world: UdpWorld) {
    this.#world = world;
    this.#deadlines = new DeadlineQueue(world.options().udpAnswerTimeout);
  }

  take(bytes: Uint8Array, client: DatagramAddress): void {
    const { drops } = this.#world;
    const word = bytes.length <= MAX_BUDDY_LINE_BYTES + 2 ? firstWord(bytes) : "";
    if (word === "SET") this.#tell(bytes, client);
    else if (word === "GET") this.#ask(bytes, client);
    else drops.count("malformed");
  }

  served({ ip }: ServedClient, backend: Backend): void {
    this.#served.set(ip, { backend, at: this.#world.clock() });
  }

  recovered(): void {
    // It is asked last for a while, as it has failed.
  }

  sweep(): void {
    const { clock, pool, addresses } = this.#world;
    const inUse = new Set(pool.backends.map((backend) => keyOf(addresses.of(backend))));
    for (const [key, uplink] of this.#uplinks) {
      uplink.expire(clock());
      if (inUse.has(key)) continue;
      this.#uplinks.delete(key);
      this.#closing.push(uplink.close());
    }
    for (const backend of this.#silentAt.keys()) {
      if (!pool.backends.includes(backend)) this.#silentAt.delete(backend);
    }
  }

  async stop(): Promise<void> {
    this.#deadlines.close();
    await Promise.all([...this.#uplinks.values()].map((uplink) => uplink.close()));
    await Promise.all(this.#closing);
  }

  #tell(bytes: Uint8Array, client: DatagramAddress): void {
    const { pool, drops } = this.#world;
    const uplinks = pool.listeners().map((backend) => this.#uplinkOf(backend));
    if (uplinks.every((uplink) => uplink === undefined)) drops.count("noBackend");
    for (const uplink of uplinks) uplink?.tell(this.#asSent(bytes, client, uplink.address));
  }

  #ask(bytes: Uint8Array, client: DatagramAddress): void {
    const { budget, clock, drops, places, own, port } = this.#world;
    const now = clock();
    if (!isAnswerable(client, port, own)) return drops.count("unanswerable");
    const allowance = budget.allow(client.ip, now);
    if (allowance.kind === "silence") return drops.count("overLimit");
    const isProven = budget.isProven(client.ip, now);
    const place = places.take(client.ip, isProven);
    if (typeof place === "string") return drops.count("tooMany");
    const since = this.#questions++ % TIMED_OF === 0 ? now : undefined;
    this.#put({
      ...{ client, datagram: bytes.slice(), allowance, place, tried: new Set(), silent: [], since },
      ...{ asker: askerAt(client, isProven), outcome: "noBackend" },
    });
  }

  /** Puts a question to the next backend, if there is one. */
  #put(question: Question): void {
    const { client, datagram, tried, place, asker } = question;
    const { clock, drops, places } = this.#world;
    for (;;) {
      const backend = this.#choose(question);
      if (backend === undefined) {
        places.giveBack(place);
        if (question.outcome !== "asked") drops.count(question.outcome);
        return;
      }
      tried.add(backend);
      const uplink = this.#uplinkOf(backend);
      const isAsked = uplink?.ask(
        this.#asSent(datagram, client, uplink.address),
        { asker, now: clock() },
        (lane) => ({
          question,
          deadline: this.#deadlines.add(() => {
            uplink.giveUp(lane, clock());
            question.silent.push(backend);
            this.#put(question);
          }),
        }),
      );
      if (isAsked) {
        question.outcome = "asked";
        return;
      }
      if (uplink !== undefined && question.outcome === "noBackend") question.outcome = "busy";
    }
  }

  #choose({ client, tried }: Question): Backend | undefined {
    const { pool, clock } = this.#world;
    const candidates = pool.eligible(tried);
    const now = clock();
    const served = this.#served.get(client.ip);
    if (served !== undefined && now - served.at < FORWARD_LIMITS.followMs) {
      const home = candidates.find(({ backend }) => backend === served.backend);
      if (home !== undefined) return home.backend;
    }
    const ranks = candidates.map(({ backend }) => this.#rank(backend, now));
    const best = Math.min(...ranks);
    const [first, ...others] = candidates.filter((_, index) => ranks[index] === best);
    return first && this.#turn.choose([first, ...others], "").backend;
  }

  /** How little a backend can be expected to answer, and to know who is online. */
  #rank(backend: Backend, now: number): number {
    const { warmUpMs, silentMs, staleMs } = FORWARD_LIMITS;
    const silentAt = this.#silentAt.get(backend) ?? -Infinity;
    const isCold = now - Math.max(backend.failedAt, silentAt) < warmUpMs ||
      now - backend.backSince < staleMs;
    return (now - silentAt < silentMs ? 2 : 0) + (isCold ? 1 : 0);
  }

  #answer({ question, deadline }: Asked, answer: Uint8Array): void {
    const { budget, clock, drops, places, reply, times } = this.#world;
    deadline.cancel();
    if (question.since !== undefined) times.observe((clock() - question.since) / 1000);
    places.giveBack(question.place);
    for (const silent of question.silent) this.#silentAt.set(silent, clock());
    const { allowance, client } = question;
    const bytes = cutAtLine(answer, maxAnswerBytes(allowance));
    const isWithin = allowance.kind === "full" || budget.spend(bytes.length, clock());
    if (isWithin) reply(bytes.slice(), client);
    else drops.count("overLimit");
  }

  #uplinkOf(backend: Backend): Uplink<Asked> | undefined {
    const { addresses, drops, clock, tracing } = this.#world;
    const address = addresses.of(backend);
    if (address === undefined) return undefined;
    const key = keyOf(address);
    const known = this.#uplinks.get(key);
    if (known !== undefined) return known;
    const uplink = Uplink.open<Asked>(address, {
      clock,
      tracing,
      answered: (asked, answer) => this.#answer(asked, answer),
      dropped: (reason) => drops.count(reason),
    });
    if (uplink !== undefined) this.#uplinks.set(key, uplink);
    return uplink;
  }

  #asSent(bytes: Uint8Array, client: DatagramAddress, to: DatagramAddress): Uint8Array {
    return prefixed(prefixFor(this.#seenFrom(client, to), this.#world), bytes);
  }

  /** To a server elsewhere, a client on this machine is at this machine's address there. */
  #seenFrom(client: DatagramAddress, to: DatagramAddress): DatagramAddress {
    if (!isLoopback(client.ip) || isLoopback(to.ip)) return client;
    return { ...client, ip: addressTowards(to.ip, this.#world.own()) ?? client.ip };
  }
}

function keyOf(address: DatagramAddress | undefined): string {
  return address === undefined ? "" : `${address.ip} ${address.port}`;
}

/** The command of a datagram: its first word, upper case. */
function firstWord(bytes: Uint8Array): string {
  const start = bytes.subarray(0, 64).findIndex((byte) => byte > 32);
  const word = bytes.subarray(start, start + 4);
  if (start < 0 || word.length < 4 || word[3]! > 32) return "";
  return String.fromCharCode(...word.subarray(0, 3)).toUpperCase();
}

/** An answer that has at most so many bytes, and ends with a line. */
function cutAtLine(answer: Uint8Array, maxBytes: number): Uint8Array {
  if (answer.length <= maxBytes) return answer;
  return answer.subarray(0, answer.lastIndexOf(LF, maxBytes - 1) + 1);
}
