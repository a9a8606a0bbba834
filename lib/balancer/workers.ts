/** All workers of a balancer: the threads beside the main one. */

import type { Log } from "../core/ports.ts";
import type { RemoteArrival } from "./remote_client.ts";
import { SharedPort } from "./shared_port.ts";
import { WorkerLink } from "./worker_link.ts";

/** Those who carry for the main thread. */
export class Workers {
  readonly #links: readonly WorkerLink[];
  readonly #log: Log;
  readonly #ports: SharedPort[] = [];

  /**
   * Starts them.
   *
   * @param threads how many there are to be with the main one
   * @throws OperationalError when there can be no thread
   */
  constructor(threads: number, log: Log) {
    this.#log = log;
    const links: WorkerLink[] = [];
    this.#links = links;
    try {
      for (let number = 2; number <= threads; number++) {
        const take = (service: number, arrival: RemoteArrival): void =>
          this.#ports[service]!.take(number, arrival);
        links.push(new WorkerLink(number, { log, take }));
      }
    } catch (error) {
      this.end();
      throw error;
    }
  }

  /** Each of them, in the order of their numbers. */
  get links(): readonly WorkerLink[] {
    return this.#links;
  }

  /**
   * Resolves when all of them take orders.
   *
   * @throws OperationalError when one cannot be started
   */
  async started(): Promise<void> {
    await Promise.all(this.#links.map((link) => link.started()));
  }

  /** Shares a port with them, as soon as it is opened. */
  share(take: (arrival: RemoteArrival) => void): SharedPort {
    const port = new SharedPort(this.#ports.length, { links: this.#links, log: this.#log, take });
    this.#ports.push(port);
    return port;
  }

  /** Ends all of them at once, with all that they have. */
  end(): void {
    for (const link of this.#links) link.end();
  }
}
