/**
 * The backends of one service, and who gets the next connection. It knows no sockets.
 *
 * Rules of this file:
 * - In use is what is ready, has a weight, and is up; backups only when no other is.
 * - When all that are ready are down, they are tried all the same: a check may be wrong, and a
 *   client that is refused for certain gains nothing by our caution.
 * - Who finds every backend full waits for a place in order of arrival, within bounds.
 * - A room stays where it is for as long as its backend is up: whoever joins cannot be served by
 *   another one, and waits like for a place when that one does not take connections.
 * - A place taken is given back exactly once, with {@linkcode Pool.leave}.
 */

import type { ServiceOptions } from "../config/service_options.ts";
import type { Clock } from "../core/ports.ts";
import { AffinityTable } from "./affinity.ts";
import { Backend } from "./backend.ts";
import { slowStartShare } from "./health.ts";
import { rendezvous } from "./rendezvous.ts";
import { type Candidate, createStrategy, type Strategy } from "./strategies.ts";
import { type Enter, type NoBackend, type NoPlace, WaitingLine } from "./waiting_line.ts";

/** What a pool goes by; a reload may change all of it. */
export type PoolSettings = Pick<
  ServiceOptions,
  | "backends"
  | "strategy"
  | "affinity"
  | "maxQueue"
  | "queueTimeout"
  | "rise"
  | "fall"
  | "slowStart"
  | "udpListen"
  | "udpIdleTimeout"
>;

/** What happens to a backend; it has recovered when it failed, but not so often as to be down. */
export type StateChange = "up" | "down" | "recovered";

/** Told what happens to a backend. */
export type StateListener = (backend: Backend, change: StateChange) => void;

/** A backend with its share of the moment. */
interface Eligible extends Candidate {
  readonly backend: Backend;
}

const NOBODY: ReadonlySet<Backend> = new Set();

/** Backups come after the others, and those that are down when there is nobody else. */
function rankOf({ health, settings }: Backend): number {
  if (!health.isUp) return 0;
  return settings.isBackup ? 1 : 2;
}

function isSome<T>(list: readonly T[]): list is readonly [T, ...T[]] {
  return list.length > 0;
}

/** The backends of a service. */
export class Pool {
  #settings: PoolSettings;
  #strategy: Strategy;
  #backends: readonly Backend[];
  readonly #affinity: AffinityTable;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #onState: StateListener;
  readonly #waiting = new WaitingLine();

  /**
   * Makes a pool, every backend taken to be up.
   *
   * @param clock milliseconds that only go forward
   */
  constructor(
    settings: PoolSettings,
    world: {
      readonly clock: Clock;
      readonly random: () => number;
      readonly onState: StateListener;
    },
  ) {
    this.#settings = settings;
    this.#clock = world.clock;
    this.#random = world.random;
    this.#onState = world.onState;
    this.#affinity = new AffinityTable(world.clock);
    this.#strategy = createStrategy(settings.strategy, world.random);
    this.#backends = settings.backends.map((each, index) => new Backend(index, each));
  }

  /** The backends in the order of the configuration. */
  get backends(): readonly Backend[] {
    return this.#backends;
  }

  /** Clients waiting for a place. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * Goes by other settings from now on. A backend that stays keeps its connections, its health, and
   * what people set at run time; the connections of one that goes are its clients' affair.
   */
  reconfigure(settings: PoolSettings): { added: Backend[]; removed: Backend[] } {
    const before = new Map(this.#backends.map((backend) => [backend.name, backend]));
    const added: Backend[] = [];
    this.#backends = settings.backends.map((each, index) => {
      const fresh = new Backend(index, each);
      const kept = before.get(fresh.name);
      if (kept === undefined) {
        added.push(fresh);
        return fresh;
      }
      before.delete(fresh.name);
      kept.index = index;
      // A weight set by hand holds until the file says another than it did.
      if (kept.settings.weight !== each.weight) kept.ownWeight = undefined;
      kept.settings = each;
      return kept;
    });
    if (settings.strategy !== this.#settings.strategy) {
      this.#strategy = createStrategy(settings.strategy, this.#random);
    }
    this.#settings = settings;
    this.wake();
    return { added, removed: [...before.values()] };
  }

  /**
   * Takes a place at a backend for a connection to be made.
   *
   * @param key what a hash goes by, and what affinity remembers
   * @param tried backends that have failed this client already
   * @param recovered one that has done well since, whatever it did before
   */
  enter(key: string, tried: ReadonlySet<Backend>, recovered?: Backend): Backend | NoBackend {
    const home = this.#roomHome(key);
    if (home !== undefined) {
      if (tried.has(home) && home !== recovered) {
        return "the backend that has the room takes no connections";
      }
      if (!home.hasPlace) return "every backend is full";
      home.connections++;
      return home;
    }
    const eligible = this.eligible(tried);
    const candidates = eligible.filter(({ backend }) => backend.hasPlace);
    if (!isSome(candidates)) {
      return eligible.length === 0 ? "no backend is left to try" : "every backend is full";
    }
    const { backend } = this.#faithful(candidates, key) ??
      this.#strategy.choose(candidates, key, tried.size > 0);
    backend.connections++;
    return backend;
  }

  /**
   * Chooses for a datagram, which takes no place: as {@linkcode Pool.enter} would, but for strategies
   * that take turns or count connections.
   */
  home(key: string): Backend | undefined {
    return this.#roomHome(key) ?? rendezvous(this.eligible(NOBODY), key)?.backend;
  }

  /** Gives back a place. */
  leave(backend: Backend): void {
    backend.connections--;
    if (backend.hasPlace) this.#waiting.serve(1, this.#enter);
  }

  /** Remembers that the key's client is served there, where affinity is on. */
  remember(key: string, backend: Backend): void {
    const seconds = this.#affinitySeconds;
    if (seconds > 0) this.#affinity.use(key, backend.name, seconds);
  }

  /**
   * A room stays where it is, as long as its members can be reached there: a backend that comes back
   * must not part those who join from those who are in. So affinity is always on for rooms.
   */
  get #affinitySeconds(): number {
    const { affinity, udpIdleTimeout } = this.#settings;
    return this.hasRooms ? Math.max(affinity, udpIdleTimeout) : affinity;
  }

  /** Whether its keys are rooms, whose members must meet. */
  get hasRooms(): boolean {
    return this.#settings.strategy === "hash-room" && this.#settings.udpListen !== undefined;
  }

  /**
   * Waits for a place, and takes it as {@linkcode Pool.enter} does.
   *
   * @param deadline by the pool's clock
   * @param why what {@linkcode Pool.enter} said
   * @returns that again, at once when too many wait, or when the time is over
   */
  async waitForPlace(
    key: string,
    tried: ReadonlySet<Backend>,
    deadline: number,
    why: NoBackend = "every backend is full",
  ): Promise<Backend | NoPlace> {
    const left = deadline - this.#clock();
    if (left <= 0) return why;
    if (this.#waiting.size >= this.#settings.maxQueue) return "too many clients wait already";
    return await this.#waiting.wait({ key, tried }, left, why);
  }

  /** There may be places now: gives them to those who wait, as far as they go. */
  wake(): void {
    this.#waiting.serve(Infinity, this.#enter);
  }

  /** Takes what a check or a connect says of a backend. */
  report(backend: Backend, isGood: boolean, reason = ""): void {
    if (!isGood) {
      backend.downReason = reason;
      backend.failedAt = this.#clock();
    }
    const { isInDoubt } = backend.health;
    const change = backend.health.report(isGood, this.#settings) ??
      (isGood && isInDoubt && backend.health.isUp ? "recovered" : undefined);
    if (change === "up") backend.backSince = this.#clock();
    if (change !== undefined) this.#onState(backend, change);
    // Others are used while one is down, too: backups.
    if (change === "down") this.wake();
    else if (isGood) {
      this.#waiting.serve(Infinity, (key, tried) => this.enter(key, tried, backend));
    }
  }

  /** Who may be chosen, of the best kind of which there is any. */
  eligible(tried: ReadonlySet<Backend>): readonly Eligible[] {
    // Asked for every request: the clock is not read for nothing.
    const now = this.#settings.slowStart > 0 ? this.#clock() : Infinity;
    let [best, bestRank]: [Eligible[], number] = [[], 0];
    for (const backend of this.#backends) {
      if (backend.adminState !== "ready" || backend.weight <= 0 || tried.has(backend)) continue;
      const rank = rankOf(backend);
      if (rank < bestRank) continue;
      if (rank > bestRank) [best, bestRank] = [[], rank];
      best.push(this.#candidate(backend, now));
    }
    return best;
  }

  /** Everybody who may be told something: whoever is up, else all that are there at all. */
  listeners(): readonly Backend[] {
    const there = this.#backends.filter(({ adminState }) => adminState !== "maintain");
    const up = there.filter(({ health }) => health.isUp);
    return up.length > 0 ? up : there;
  }

  readonly #enter: Enter = (key, tried) => this.enter(key, tried);

  #candidate(backend: Backend, now: number): Eligible {
    const { index, name, connections, weight, backSince } = backend;
    const share = slowStartShare(now - backSince, this.#settings.slowStart);
    return { backend, index, name, connections, weight: weight * share };
  }

  #faithful(candidates: readonly Eligible[], key: string): Eligible | undefined {
    if (this.#affinitySeconds === 0) return undefined;
    const name = this.#affinity.get(key);
    return candidates.find((candidate) => candidate.name === name);
  }

  /**
   * Where a room is: also at a backend that is drained, has no weight or is a backup. It is over when
   * that is down or in maintenance.
   */
  #roomHome(key: string): Backend | undefined {
    if (!this.hasRooms) return undefined;
    const name = this.#affinity.get(key);
    const home = name && this.#backends.find((backend) => backend.name === name);
    return home && home.health.isUp && home.adminState !== "maintain" ? home : undefined;
  }
}
