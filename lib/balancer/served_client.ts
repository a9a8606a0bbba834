/** A client on its backend: how long, and whether it was moved. */

import type { Clock } from "../core/ports.ts";
import type { Served } from "../net/relays.ts";
import type { Backend } from "./backend.ts";

/** A backend that ends a connection sooner has not lost its patience with a silent client. */
const AT_ONCE_MS = 1000;

/** Who serves a client, and since when. */
export class ServedClient implements Served<Backend> {
  readonly #clock: Clock;
  /** Who serves it. */
  backend: Backend;
  #since: number;
  /**
   * Whether it was given to another backend after it had been silent for a while. That is done once:
   * a backend may have died then, but when the next one closes as well it is the client they are
   * tired of, and it is not handed round them all.
   */
  wasMovedLate = false;

  /** It is served from now on. */
  constructor(backend: Backend, clock: Clock) {
    this.#clock = clock;
    this.backend = backend;
    this.#since = clock();
  }

  /** Whether the backend has had it for so short a time that no client could be to blame. */
  get isFresh(): boolean {
    return this.#clock() - this.#since < AT_ONCE_MS;
  }

  /** Another backend has taken it. */
  isServedBy(backend: Backend): void {
    this.backend = backend;
    this.#since = this.#clock();
  }
}
