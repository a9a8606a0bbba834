/**
 * Choosing one backend among those that may be chosen. Pure: health, limits and what was tried
 * already are filters that were applied before; a strategy never sees a backend that is out.
 *
 * A strategy may remember what it chose (round robin has to), but not the candidates: they may be
 * others at the next call.
 */

import type { StrategyName } from "../config/service_options.ts";
import { rendezvous } from "./rendezvous.ts";

/** A backend that may be chosen. */
export interface Candidate {
  /** Unique among the backends of a service, ascending in their order. */
  readonly index: number;
  /** `HOST:PORT` */
  readonly name: string;
  /** Its share at the moment, more than 0; less than configured while it starts slowly. */
  readonly weight: number;
  /** Connections it has at the moment. */
  readonly connections: number;
}

/** Chooses. */
export interface Strategy {
  /**
   * Chooses one of them, to get the next connection.
   *
   * @param candidates at least one, in the order of their index
   * @param key what a hash goes by; others do not look at it
   * @param isRetry whether candidates are missing only because they have failed this one client
   */
  choose<T extends Candidate>(
    candidates: readonly [T, ...T[]],
    key: string,
    isRetry?: boolean,
  ): T;
}

/** Makes a strategy. `random` gives numbers from 0 to 1, for those that roll dice. */
export function createStrategy(name: StrategyName, random: () => number): Strategy {
  switch (name) {
    case "round-robin":
      return new RoundRobin();
    case "least-connections":
      return new LeastConnections();
    case "two-choices":
      return new TwoChoices(random);
    case "hash-address":
    case "hash-user":
    case "hash-room":
      return HASHING;
    case "first":
      return new First();
  }
}

/**
 * One after the other. Among equal weights that alternates exactly, also over a backend that goes
 * and comes back. Unequal weights are interleaved as smoothly as they can be (the way of nginx:
 * each gains its weight, the richest is chosen and pays for all): 5:1:1 is AABACAA, not AAAAABC.
 */
class RoundRobin implements Strategy {
  #last = -1;
  /** Kept while a backend is full or out: begun anew each time, the heaviest would get everything. */
  readonly #credits = new Map<string, number>();

  choose<T extends Candidate>(candidates: readonly [T, ...T[]]): T {
    const chosen = candidates.every(({ weight }) => weight === candidates[0].weight)
      ? candidates.find(({ index }) => index > this.#last) ?? candidates[0]
      : this.#chooseByCredit(candidates);
    this.#last = chosen.index;
    return chosen;
  }

  #chooseByCredit<T extends Candidate>(candidates: readonly [T, ...T[]]): T {
    let [richest, total] = [candidates[0], 0];
    for (const candidate of candidates) {
      total += candidate.weight;
      this.#credits.set(candidate.name, this.#creditOf(candidate) + candidate.weight);
      if (this.#creditOf(candidate) > this.#creditOf(richest)) richest = candidate;
    }
    this.#credits.set(richest.name, this.#creditOf(richest) - total);
    return richest;
  }

  #creditOf({ name }: Candidate): number {
    return this.#credits.get(name) ?? 0;
  }
}

/** How busy a backend is for its weight. */
function load({ connections, weight }: Candidate): number {
  return (connections + 1) / weight;
}

/** The least busy one for its weight; among equally busy ones, in turn. */
class LeastConnections implements Strategy {
  readonly #turn = new RoundRobin();

  choose<T extends Candidate>(candidates: readonly [T, ...T[]]): T {
    const least = Math.min(...candidates.map(load));
    const [first, ...others] = candidates.filter((candidate) => load(candidate) === least);
    return this.#turn.choose([first!, ...others]);
  }
}

/**
 * Two at random, by weight, and the less busy of them. Nearly as even as least connections, and
 * several balancers do not all run to the same backend.
 */
class TwoChoices implements Strategy {
  readonly #random: () => number;

  constructor(random: () => number) {
    this.#random = random;
  }

  choose<T extends Candidate>(candidates: readonly [T, ...T[]]): T {
    const one = this.#draw(candidates);
    const [first, ...others] = candidates.filter((candidate) => candidate !== one);
    if (first === undefined) return one;
    const other = this.#draw([first, ...others]);
    return load(other) < load(one) ? other : one;
  }

  #draw<T extends Candidate>(candidates: readonly [T, ...T[]]): T {
    let left = this.#random() * candidates.reduce((sum, { weight }) => sum + weight, 0);
    for (const candidate of candidates) if ((left -= candidate.weight) < 0) return candidate;
    return candidates.at(-1)!;
  }
}

/** The same key to the same backend; what the key is made of is decided before. */
const HASHING: Strategy = {
  choose: (candidates, key) => rendezvous(candidates, key) ?? candidates[0],
};

/**
 * All to one backend, the first of the list, for servers that know only their own clients. When it
 * is out, all go to the next one, and stay there: to go back would part those who are there already
 * from those who come.
 */
class First implements Strategy {
  #current: string | undefined;

  choose<T extends Candidate>(
    candidates: readonly [T, ...T[]],
    _key: string,
    isRetry: boolean = false,
  ): T {
    const current = candidates.find(({ name }) => name === this.#current);
    if (current !== undefined) return current;
    // One client that could not be connected moves nobody else.
    if (!isRetry) this.#current = candidates[0].name;
    return candidates[0];
  }
}
