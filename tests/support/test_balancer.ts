/**
 * A real balanced service inside the test, on a free port of loopback, with the options a test
 * wants and a log to look at.
 */

import { datagramBackends, parseBackend } from "../../lib/config/backend_option.ts";
import { SERVICE_OPTIONS, type ServiceOptions } from "../../lib/config/service_options.ts";
import { Service, type ServiceWorld } from "../../lib/balancer/service.ts";
import { Story } from "../../lib/balancer/story.ts";
import { Workers } from "../../lib/balancer/workers.ts";
import { ask, type Sendable } from "./raw_tcp.ts";
import { RecordedLog } from "./recorded_log.ts";
import { within } from "./within.ts";

/** The options of a test: backends are written as on a command line. */
export type TestOptions = Partial<Omit<ServiceOptions, "backends" | "udpBackends">> & {
  readonly backends?: readonly string[];
  readonly udpBackends?: readonly string[];
};

const DEFAULTS = Object.fromEntries(
  Object.entries(SERVICE_OPTIONS).map(([name, option]) => [name, option.default]),
) as unknown as ServiceOptions;

/** Options with which a busy machine is not taken for a backend that does not answer. */
export const PATIENT = { checkTimeout: 30, connectTimeout: 30 } as const;

/** Options as the balancer wants them. */
export function serviceOptions(
  { backends = [], udpBackends = [], ...others }: TestOptions,
): ServiceOptions {
  return {
    ...DEFAULTS,
    // The backends of most tests are no servers of ours, and count what they are sent.
    trunk: false,
    host: "127.0.0.1",
    listen: 0,
    ...others,
    backends: backends.map((each) => parseBackend(each, "backend")),
    udpBackends: datagramBackends("udp-backend", "").parse(udpBackends, "udp-backend"),
  };
}

/** What of the world a test may want to be different. */
export type TestWorld = Partial<Pick<ServiceWorld, "tls" | "trace" | "clock">> & {
  /** Threads that carry connections, one unless given; see {@linkcode TestBalancer.start}. */
  readonly threads?: number;
};

/** A service that balances; stopped at the end of the test. */
export class TestBalancer implements AsyncDisposable {
  readonly service: Service;
  readonly log: RecordedLog;
  /** The threads beside the main one. */
  readonly workers: Workers | undefined;
  #stopping: Promise<void> | undefined;

  /** Starts one. */
  constructor(
    options: TestOptions,
    { tls, trace, clock = () => performance.now(), threads = 1 }: TestWorld = {},
  ) {
    this.log = new RecordedLog();
    this.workers = threads > 1 ? new Workers(threads, this.log) : undefined;
    this.service = new Service(serviceOptions(options), {
      clock,
      random: Math.random,
      story: new Story(this.log, "test", { isQuiet: false, isAlone: true }),
      tls,
      trace,
      workers: this.workers,
    });
  }

  /** Starts one, and waits until all of its threads listen. */
  static async start(options: TestOptions, world: TestWorld): Promise<TestBalancer> {
    const balancer = new TestBalancer(options, world);
    await balancer.service.opened();
    return balancer;
  }

  get port(): number {
    return this.service.port;
  }

  /** The port for datagrams. */
  get udp(): number {
    return this.service.udpPort!;
  }

  /** Sends pieces on a new connection and reads to the end. */
  async ask(...pieces: readonly Sendable[]): Promise<string> {
    return await ask(this.port, ...pieces);
  }

  /** What its story has told, in order. */
  get told(): string[] {
    return this.log.entries.filter(({ level }) => level !== "debug").map(({ message }) => message);
  }

  /** Resolves when it has told this. */
  async tells(message: string): Promise<void> {
    await this.#until(message, (told) => told === message);
  }

  /** Resolves when it has told something that begins so. */
  async tellsOf(start: string): Promise<void> {
    await this.#until(`${start}...`, (told) => told.startsWith(start));
  }

  async #until(what: string, isIt: (told: string) => boolean): Promise<void> {
    while (!this.told.some(isIt)) await within(`"${what}" in its story`, this.log.next());
  }

  /** Stops it before the test ends. */
  async stop(graceMs: number): Promise<void> {
    await (this.#stopping ??= this.service.stop(graceMs));
    this.workers?.end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop(0);
  }
}
