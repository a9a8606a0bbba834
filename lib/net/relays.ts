/** The relays of a service, and when they are ended although neither side has ended them. */

import { LinkedList } from "../core/linked_list.ts";
import type { EndReason } from "./relay.ts";

/** What stands between a client and its backend: a relay, or what another thread does as one. */
export interface Relaying {
  /** Bytes the backend was sent. */
  readonly sent: number;
  /** Bytes that came from it. */
  readonly received: number;
  /** When something was last carried. */
  readonly lastActivity: number;
  /** Whether the backend has ended its side. */
  readonly isFinishing: boolean;
  /** Relays to the end. Never rejects. */
  run(): Promise<EndReason>;
  /** Ends it at once. */
  cut(reason: EndReason): void;
  /** Sets its sockets up for a conversation. */
  setUp(): void;
}

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

/** How often idle connections are looked for, at most and at least, in milliseconds. */
const SWEEP_MS = { most: 50, least: 1000 } as const;

/** How often relays with these bounds are to be swept, in milliseconds. */
export function sweepMs({ idleTimeout, finishTimeout }: IdleBounds): number {
  const soonest = Math.min(idleTimeout, finishTimeout) * 1000;
  return Math.min(SWEEP_MS.least, Math.max(SWEEP_MS.most, soonest / 4));
}

/** A relay, and with whom it goes on. */
interface Member<Backend> {
  readonly relay: Relaying;
  readonly served: Served<Backend> | undefined;
}

/** Every relay that goes on. */
export class Relays<Backend = never> {
  readonly #relays = new LinkedList<Member<Backend>>();

  /** Relays to the end. Never rejects. */
  async run(relay: Relaying, served?: Served<Backend>): Promise<EndReason> {
    const link = this.#relays.add({ relay, served });
    const end = await relay.run();
    this.#relays.remove(link);
    return end;
  }

  /** Ends those that have carried nothing for too long, and sets the sockets of the others up. */
  sweep(now: number, { idleTimeout, finishTimeout }: IdleBounds): void {
    for (const { relay } of this.#relays.values()) {
      const bound = relay.isFinishing ? Math.min(idleTimeout, finishTimeout) : idleTimeout;
      if (now - relay.lastActivity > bound * 1000) relay.cut("idle");
      else relay.setUp();
    }
  }

  /** Ends those with one backend, so that its clients come again, to another one. */
  cutFrom(backend: Backend): void {
    for (const { relay, served } of this.#relays.values()) {
      if (served?.backend === backend) relay.cut("backend down");
    }
  }

  /** Ends all. */
  cutAll(): void {
    for (const { relay } of this.#relays.values()) relay.cut("stopped");
  }
}
