/** The clients of a service that are served by trunk, and when they are ended. */

import { LinkedList } from "../core/linked_list.ts";
import type { ByteStream } from "../core/ports.ts";
import { DeadlineQueue } from "../net/deadline_queue.ts";
import {
  type Guest,
  TrunkVisit,
  type TrunkVisitsWorld,
  type TrunkVisitWorld,
} from "./trunk_visit.ts";

/** The longest request with its line end, and room for a small answer. */
const BUFFER_BYTES = 1024;

/** Buffers of visits that are over. */
class VisitBuffers {
  readonly #free: Uint8Array<ArrayBuffer>[] = [];

  /** Takes one. */
  take(): Uint8Array<ArrayBuffer> {
    return this.#free.pop() ?? new Uint8Array(BUFFER_BYTES);
  }

  /** Gives one back that nobody uses any more. */
  give(buffer: Uint8Array<ArrayBuffer>): void {
    this.#free.push(buffer);
  }
}

/** Everybody who is served by trunk. */
export class TrunkVisits {
  readonly #world: TrunkVisitWorld;
  readonly #visits = new LinkedList<TrunkVisit>();
  #deadlines: DeadlineQueue;
  readonly #former: DeadlineQueue[] = [];
  #peekTimeout: number;

  /** Starts with nobody. */
  constructor(world: TrunkVisitsWorld) {
    this.#peekTimeout = world.options().peekTimeout;
    this.#deadlines = new DeadlineQueue(this.#peekTimeout);
    this.#world = {
      ...world,
      buffers: new VisitBuffers(),
      deadlines: () => this.#deadlines,
      visits: this.#visits,
    };
  }

  /** Serves a client to its end. Takes ownership. */
  take(stream: ByteStream, guest: Guest): void {
    new TrunkVisit(stream, guest, this.#world).begin();
  }

  /** Ends those that have waited for too long, for an answer or for their client to read it. */
  sweep(now: number): void {
    const { idleTimeout, finishTimeout, peekTimeout } = this.#world.options();
    if (peekTimeout !== this.#peekTimeout) {
      // Those who are there have the time they came with.
      this.#former.push(this.#deadlines);
      this.#deadlines = new DeadlineQueue(this.#peekTimeout = peekTimeout);
    }
    for (const visit of this.#visits.values()) {
      // They are in the order they came.
      if (now - visit.begun <= Math.min(idleTimeout, finishTimeout) * 1000) return;
      const bound = visit.isFinishing ? Math.min(idleTimeout, finishTimeout) : idleTimeout;
      if (now - visit.lastActivity > bound * 1000) visit.cut("idle");
    }
  }

  /** Ends all. */
  cutAll(): void {
    for (const visit of this.#visits.values()) visit.cut("stopped");
  }

  /** Forgets its deadlines, when nobody is there any more. */
  close(): void {
    for (const deadlines of [this.#deadlines, ...this.#former]) deadlines.close();
  }
}
