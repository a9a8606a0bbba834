/** A client on its backend: how long, and whether it may be moved to another one. */

import type { Clock } from "../core/ports.ts";
import type { Served } from "../net/relays.ts";
import type { Backend } from "./backend.ts";

/** A backend that ends a connection sooner has not lost its patience with a silent client. */
const AT_ONCE_MS = 1000;

/** How long a client has been with its backend. */
export class Stay {
  readonly #clock: Clock;
  #since: number;
  /**
   * Whether it was given to another backend after it had been silent for a while. That is done once:
   * a backend may have died then, but when the next one closes as well it is the client they are
   * tired of, and it is not handed round them all.
   */
  #wasMovedLate = false;

  /** Begins now. */
  constructor(clock: Clock) {
    this.#clock = clock;
    this.#since = clock();
  }

  /** Whether the backend has had it for so short a time that no client could be to blame. */
  get isFresh(): boolean {
    return this.#clock() - this.#since < AT_ONCE_MS;
  }

  /**
   * Whether another backend may have it, now that its own was lost unused: it is taken as moved then.
   *
   * @param isFresh what {@linkcode isFresh} says
   */
  move(isFresh: boolean): boolean {
    if (isFresh) return true;
    if (this.#wasMovedLate) return false;
    return this.#wasMovedLate = true;
  }

  /** Another backend has taken it. */
  begin(): void {
    this.#since = this.#clock();
  }
}

/** Who serves a client, and since when. */
export class ServedClient extends Stay implements Served<Backend> {
  /** Who serves it. */
  backend: Backend;

  /** It is served from now on. */
  constructor(backend: Backend, clock: Clock) {
    super(clock);
    this.backend = backend;
  }

  /** Another backend has taken it. */
  isServedBy(backend: Backend): void {
    this.backend = backend;
    this.begin();
  }
}
