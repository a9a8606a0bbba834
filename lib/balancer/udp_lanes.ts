/**
 * What a backend owes: which sockets towards it wait for an answer, and which datagram from it is
 * one. Pure: the time is passed in, and a lane stands for a socket.
 *
 * An answer to GET carries nothing that tells which GET it answers. So a lane carries one GET at a
 * time, and what comes over it is the answer to that:
 * - After an answer a lane rests: the same answer doubled finds nobody who waits for it.
 * - A lane whose answer did not come in time is not used again. It stays open for a while, so that
 *   the late answer comes to it, and to nobody.
 * - There is a bound. At it, rest is cut short first, then the lane that waits longest for a late
 *   answer is closed; those that are asked are never touched.
 */

import { type Asker, LaneShares } from "./udp_lane_shares.ts";

/** One socket towards a backend. */
export interface Lane {
  state: "asked" | "resting" | "late";
  /** Whose GET it carries, or carried last. */
  asker: Asker;
  /** When it rests no more, or when no late answer is waited for. */
  until: number;
}

/** How long lanes rest and wait, in milliseconds, and how many there may be. */
export interface LaneLimits {
  readonly lanes: number;
  readonly restMs: number;
  readonly lateMs: number;
}

/** A lane to ask over, and one to close for it. */
export interface TakenLane {
  readonly lane: Lane;
  /** Whether it has no socket yet. */
  readonly isNew: boolean;
  /** Closed to make room: what still comes for it finds no socket. */
  readonly closed: Lane | undefined;
}

/** The lanes towards one backend. */
export class Lanes {
  readonly #limits: LaneLimits;
  /** Those that rest and those that are late: in order of time, the longest waiting first. */
  readonly #resting = new Set<Lane>();
  readonly #late = new Set<Lane>();
  readonly #asked = new Set<Lane>();
  readonly #shares: LaneShares;

  /** Starts without any. */
  constructor(limits: LaneLimits) {
    this.#limits = limits;
    this.#shares = new LaneShares(limits.lanes);
  }

  /** How many there are. */
  get size(): number {
    return this.#asked.size + this.#resting.size + this.#late.size;
  }

  /** Gives a lane over which nothing is owed, for a GET, if there is one for whoever asks. */
  take(now: number, asker: Asker): TakenLane | undefined {
    if (!this.#shares.allows(asker)) return undefined;
    const [rested] = this.#resting;
    const isFull = this.size >= this.#limits.lanes;
    if (rested !== undefined && (rested.until <= now || isFull)) {
      this.#resting.delete(rested);
      return { lane: this.#ask(rested, asker), isNew: false, closed: undefined };
    }
    const [closed] = isFull ? this.#late : [];
    if (isFull && closed === undefined) return undefined;
    if (closed !== undefined) this.#late.delete(closed);
    const lane = this.#ask({ state: "asked", asker, until: 0 }, asker);
    return { lane, isNew: true, closed };
  }

  /** Takes what came over a lane: true when it is the answer that is waited for. */
  answered(lane: Lane, now: number): boolean {
    if (!this.#release(lane)) return false;
    lane.state = "resting";
    lane.until = now + this.#limits.restMs;
    this.#resting.add(lane);
    return true;
  }

  /** Waits for an answer no more. */
  giveUp(lane: Lane, now: number): void {
    if (!this.#release(lane)) return;
    lane.state = "late";
    lane.until = now + this.#limits.lateMs;
    this.#late.add(lane);
  }

  /** Gives the lanes to close: no late answer is waited for, or nobody asked for so long. */
  expire(now: number): Lane[] {
    const expired: Lane[] = [];
    for (const lane of this.#late) {
      if (lane.until > now) break;
      this.#late.delete(lane);
      expired.push(lane);
    }
    for (const lane of this.#resting) {
      if (lane.until + this.#limits.lateMs > now) break;
      this.#resting.delete(lane);
      expired.push(lane);
    }
    return expired;
  }

  #ask(lane: Lane, asker: Asker): Lane {
    lane.state = "asked";
    lane.asker = asker;
    this.#asked.add(lane);
    this.#shares.take(asker);
    return lane;
  }

  #release(lane: Lane): boolean {
    if (!this.#asked.delete(lane)) return false;
    this.#shares.giveBack(lane.asker);
    return true;
  }
}
