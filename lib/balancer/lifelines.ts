/**
 * A connection to each backend on which nothing is ever said. When it ends, the process at the other
 * end may have ended with it, and the backend is checked at once: a server that was killed is found
 * out within moments, and so is one that is started again before the next check would have come.
 *
 * Servers end such a connection by themselves after a while, which costs a check. An old one that
 * serves one connection at a time would be kept from its work: those must not be watched so.
 */

import type { ByteStream } from "../core/ports.ts";
import { closeNow } from "../net/orderly_close.ts";
import type { Backend } from "./backend.ts";
import type { Connect } from "./dialer.ts";

/** What lifelines need. */
export interface LifelinesWorld {
  readonly connect: Connect;
  /** Whether backends are watched so at the moment; a reload may change it. */
  readonly isWanted: () => boolean;
  /** Checks a backend now. */
  readonly doubt: (backend: Backend) => void;
}

/** Shortest time between two connections to a backend. */
const AGAIN_MS = 1000;

interface Lifeline {
  stream: ByteStream | undefined;
  pause: { readonly timer: ReturnType<typeof setTimeout>; readonly end: () => void } | undefined;
  readonly held: Promise<void>;
}

/** Holds one to every backend it watches. */
export class Lifelines {
  readonly #world: LifelinesWorld;
  readonly #lifelines = new Map<Backend, Lifeline>();
  readonly #ending = new Set<Promise<void>>();

  constructor(world: LifelinesWorld) {
    this.#world = world;
  }

  /** Watches a backend until it is forgotten. */
  watch(backend: Backend): void {
    const { promise: held, resolve } = Promise.withResolvers<void>();
    const lifeline: Lifeline = { stream: undefined, pause: undefined, held };
    this.#lifelines.set(backend, lifeline);
    this.#hold(backend, lifeline).finally(resolve);
  }

  /** Watches it no more. */
  forget(backend: Backend): void {
    const lifeline = this.#lifelines.get(backend);
    if (lifeline === undefined) return;
    this.#lifelines.delete(backend);
    if (lifeline.stream !== undefined) closeNow(lifeline.stream);
    lifeline.pause?.end();
    this.#ending.add(lifeline.held);
    lifeline.held.finally(() => this.#ending.delete(lifeline.held));
  }

  /** Watches nobody any more; connects under way are their maker's to end. */
  async stop(): Promise<void> {
    for (const backend of [...this.#lifelines.keys()]) this.forget(backend);
    await Promise.all(this.#ending);
  }

  async #hold(backend: Backend, lifeline: Lifeline): Promise<void> {
    const { isWanted, doubt } = this.#world;
    const isWatched = (): boolean => this.#lifelines.get(backend) === lifeline;
    while (isWatched()) {
      const startedAt = performance.now();
      if (isWanted() && backend.adminState !== "maintain") {
        const wasThere = await this.#untilEnd(backend, lifeline, isWatched);
        if (wasThere && isWatched()) doubt(backend);
      }
      const left = startedAt + AGAIN_MS - performance.now();
      if (left > 0 && isWatched()) await pause(lifeline, left);
    }
  }

  /** Resolves when the connection has ended; false when there was none. */
  async #untilEnd(
    { settings: { host, port } }: Backend,
    lifeline: Lifeline,
    isWatched: () => boolean,
  ): Promise<boolean> {
    let stream: ByteStream | undefined;
    try {
      stream = await this.#world.connect(host, port);
      lifeline.stream = stream;
      const ignored = new Uint8Array(512);
      while (isWatched() && await stream.read(ignored) !== null);
    } catch {
      // Refused, or reset: the check will tell.
    }
    lifeline.stream = undefined;
    if (stream !== undefined) closeNow(stream);
    return stream !== undefined;
  }
}

function pause(lifeline: Lifeline, milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      lifeline.pause = undefined;
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    lifeline.pause = { timer, end };
  });
}
