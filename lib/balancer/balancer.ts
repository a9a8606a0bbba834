/**
 * A running balancer: its services joined, without command line, signals or HTTP.
 */

import type { Services } from "../config/balancer_options.ts";
import type { ServiceOptions } from "../config/service_options.ts";
import { OperationalError } from "../core/errors.ts";
import type { Clock, Log, Trace } from "../core/ports.ts";
import { ownAddresses } from "../net/interfaces.ts";
import { refuseItself } from "./own_backend.ts";
import { Service } from "./service.ts";
import { Story } from "./story.ts";
import { Workers } from "./workers.ts";

/** What a balancer needs to start. */
export interface BalancerSettings {
  readonly services: Services;
  readonly isQuiet: boolean;
  /** Threads that carry connections, the main one included. */
  readonly threads: number;
  readonly log: Log;
  /** What listens to everything that crosses the wire, where something does. */
  readonly trace?: Trace | undefined;
  /** Milliseconds that only go forward. */
  readonly clock: Clock;
  /** A number from 0 to 1. */
  readonly random: () => number;
  /** Gives the text of a file. */
  readonly readFile: (path: string) => Promise<string>;
}

/** Options a listener was opened with: another value needs a restart. */
const FIXED = [
  ...["listen", "udpListen", "host", "tlsCert", "tlsKey", "handshakeTimeout"] as const,
  "udpAnswerTimeout",
] as const;

/** A balancer that serves until it is stopped. */
export class Balancer {
  readonly #services: ReadonlyMap<string, Service>;
  readonly #readFile: BalancerSettings["readFile"];
  /** The threads beside the main one. */
  readonly #workers: Workers | undefined;

  private constructor(
    services: ReadonlyMap<string, Service>,
    readFile: BalancerSettings["readFile"],
    workers: Workers | undefined,
  ) {
    this.#services = services;
    this.#readFile = readFile;
    this.#workers = workers;
  }

  /**
   * Opens every service.
   *
   * @throws OperationalError when a port cannot be had or a certificate cannot be read, UsageError when
   * a service is its own backend; nothing is open then
   */
  static async start(settings: BalancerSettings): Promise<Balancer> {
    const { services, isQuiet, log, clock, random, readFile, trace, threads } = settings;
    const open = new Map<string, Service>();
    refuseThemselves(services);
    const workers = threads > 1 ? new Workers(threads, log) : undefined;
    try {
      await workers?.started();
      for (const [name, options] of services) {
        const tls = await identityOf(options, readFile);
        const story = new Story(log, name, { isQuiet, isAlone: services.size === 1 });
        open.set(name, new Service(options, { clock, random, story, tls, trace, workers }));
      }
      await Promise.all([...open.values()].map((service) => service.opened()));
    } catch (error) {
      await stopAll(open, workers, 0);
      throw error;
    }
    return new Balancer(open, readFile, workers);
  }

  /** The services by name. */
  get services(): ReadonlyMap<string, Service> {
    return this.#services;
  }

  /**
   * Goes by other options from now on, all of them or none.
   *
   * @throws OperationalError when they cannot be taken without a restart, UsageError when a service
   * would be its own backend
   */
  reconfigure(wanted: Services): void {
    refuseThemselves(wanted);
    const names = [...wanted.keys()].sort().join(", ");
    if (names !== [...this.#services.keys()].sort().join(", ")) {
      throw new OperationalError(`Cannot change which services there are: restart for ${names}`);
    }
    for (const [name, { options }] of this.#services) {
      const changed = FIXED.find((key) => options[key] !== wanted.get(name)![key]);
      if (changed !== undefined) {
        throw new OperationalError(`Cannot change "${changed}" of ${name}: restart for it`);
      }
      const [before, after] = [options.strategy, wanted.get(name)!.strategy];
      if (options.udpListen !== undefined && (before === "hash-room") !== (after === "hash-room")) {
        throw new OperationalError(
          `Cannot change "strategy" of ${name} from ${before} to ${after}: its datagrams would be ` +
            `others, restart for it`,
        );
      }
    }
    for (const [name, service] of this.#services) service.reconfigure(wanted.get(name)!);
  }

  /**
   * Reads every certificate again, for whoever comes from now on.
   *
   * @throws OperationalError when one cannot be read, or is none; that service keeps the one before
   */
  async reloadTls(): Promise<void> {
    for (const service of this.#services.values()) {
      const identity = await identityOf(service.options, this.#readFile);
      if (identity !== undefined) service.reloadTls(identity);
    }
  }

  /** Tells of every connection from now on, or not. */
  beQuiet(isQuiet: boolean): void {
    for (const { story } of this.#services.values()) story.isQuiet = isQuiet;
  }

  /** Takes nothing new, gives connections so long to end, and lets go of everything. */
  async stop(graceMs: number): Promise<void> {
    await stopAll(this.#services, this.#workers, graceMs);
  }
}

/** Stops services, and the threads that carry for them. */
async function stopAll(
  services: ReadonlyMap<string, Service>,
  workers: Workers | undefined,
  graceMs: number,
): Promise<void> {
  await Promise.all([...services.values()].map((service) => service.stop(graceMs)));
  workers?.end();
}

function refuseThemselves(services: Services): void {
  const own = ownAddresses().map(({ ip }) => ip);
  for (const [name, options] of services) refuseItself(name, options, own);
}

async function identityOf(
  { tlsCert, tlsKey }: ServiceOptions,
  readFile: (path: string) => Promise<string>,
): Promise<{ cert: string; key: string } | undefined> {
  if (tlsCert === undefined || tlsKey === undefined) return undefined;
  const read = async (path: string): Promise<string> => {
    try {
      return await readFile(path);
    } catch (error) {
      throw new OperationalError(`Cannot read "${path}" for TLS: ${(error as Error).message}`);
    }
  };
  return { cert: await read(tlsCert), key: await read(tlsKey) };
}
