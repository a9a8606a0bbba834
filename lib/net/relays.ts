/** The relays of a service, and when they are ended although neither side has ended them. */

import type { EndReason, Relay } from "./relay.ts";

/** With whom a relay goes on at the moment; another one may take a backend's place. */
export interface Served<Backend> {
  /** Who serves it. */
  backend: Backend;
}

/** Seconds a relay may carry nothing; see the options of the same names. */
export interface IdleBounds {
  /** At any time. */
  readonly idleTimeout: number;
  /** Once the backend has ended its side. */
  readonly finishTimeout: number;
}

/** Every relay that goes on. */
export class Relays<Backend = never> {
  readonly #relays = new Map<Relay, Served<Backend> | undefined>();

  /** Relays to the end. Never rejects. */
  async run(relay: Relay, served?: Served<Backend>): Promise<EndReason> {
    this.#relays.set(relay, served);
    const end = await relay.run();
    this.#relays.delete(relay);
    return end;
  }

  /** Ends those that have carried nothing for too long, and sets the sockets of the others up. */
  sweep(now: number, { idleTimeout, finishTimeout }: IdleBounds): void {
    for (const relay of this.#relays.keys()) {
      const bound = relay.isFinishing ? Math.min(idleTimeout, finishTimeout) : idleTimeout;
      if (now - relay.lastActivity > bound * 1000) relay.cut("idle");
      else relay.setUp();
    }
  }

  /** Ends those with one backend, so that its clients come again, to another one. */
  cutFrom(backend: Backend): void {
    for (const [relay, served] of this.#relays) {
      if (served?.backend === backend) relay.cut("backend down");
    }
  }

  /** Ends all. */
  cutAll(): void {
    for (const relay of this.#relays.keys()) relay.cut("stopped");
  }
}
