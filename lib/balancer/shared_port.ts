/**
 * The port of a service that workers share with the main thread, as far as the options of the service
 * let them.
 */

import type { ServiceOptions } from "../config/service_options.ts";
import { reasonOf } from "../core/errors.ts";
import type { Log } from "../core/ports.ts";
import type { ListenAddress } from "../net/tcp.ts";
import { keyFinder } from "./arrival.ts";
import type { RemoteArrival } from "./remote_client.ts";
import type { WorkerLink } from "./worker_link.ts";
import type { CarryingSettings, Order } from "./worker_messages.ts";

/** What a shared port needs. */
export interface SharedPortWorld {
  readonly links: readonly WorkerLink[];
  readonly log: Log;
  readonly take: (arrival: RemoteArrival) => void;
}

/** One of them. */
export class SharedPort {
  readonly #service: number;
  readonly #world: SharedPortWorld;
  #isOpen = false;
  #opening: Promise<unknown> = Promise.resolve();
  /** Clients that came to each thread so far; the main one, which is the first, counts its own. */
  readonly taken: number[];

  /** @param service its number, by which workers know it */
  constructor(service: number, world: SharedPortWorld) {
    this.#service = service;
    this.#world = world;
    this.taken = [0, ...world.links.map(() => 0)];
  }

  /** Goes by these options: opens it to workers, or closes it to them; who is there gets them, too. */
  apply(options: ServiceOptions, port: number): void {
    const { connectTimeout, idleTimeout, finishTimeout, host: hostname } = options;
    const settings: CarryingSettings = { connectTimeout, idleTimeout, finishTimeout };
    if (canBeShared(options) && !this.#isOpen) return this.#open({ hostname, port }, settings);
    if (!canBeShared(options)) this.close();
    this.#tell({ kind: "configure", service: this.#service, settings });
  }

  /** Whether workers carry its clients at the moment. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /**
   * Resolves when they listen.
   *
   * @throws OperationalError when one cannot
   */
  async opened(): Promise<void> {
    await this.#opening;
  }

  /** Closes it to workers; those who are there stay. */
  close(): void {
    if (this.#isOpen) this.#tell({ kind: "stop listening", service: this.#service });
    this.#isOpen = false;
  }

  /** A client has come to a worker: one too late, or whom only the main thread can hear, goes. */
  take(thread: number, arrival: RemoteArrival): void {
    if (!this.#isOpen) return arrival.stream.close();
    this.taken[thread - 1]!++;
    this.#world.take(arrival);
  }

  #open(address: ListenAddress, settings: CarryingSettings): void {
    const { links, log } = this.#world;
    this.#isOpen = true;
    const opening = Promise.all(links.map((link) => link.listen(this.#service, address, settings)));
    // Told of here, too: after the start nobody waits for it.
    opening.catch((error: unknown) => {
      const reason = reasonOf(error);
      log.error(`A worker does not listen: ${reason}`, { reason });
    });
    this.#opening = opening;
  }

  #tell(order: Order): void {
    for (const { post } of this.#world.links) post(order);
  }
}

/**
 * Whether workers may carry a service: they speak no TLS, and hear nothing of what clients say first.
 */
export function canBeShared(options: ServiceOptions): boolean {
  const { tlsCert, acceptProxy, strategy, tellTlsPort } = options;
  return tlsCert === undefined && acceptProxy.length === 0 &&
    keyFinder(strategy) === undefined && tellTlsPort === undefined;
}
