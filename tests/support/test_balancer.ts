/**
 * A real balanced service inside the test, on a free port of loopback, with the options a test
 * wants and a log to look at.
 */

import type { Backend } from "../../lib/balancer/backend.ts";
import { datagramBackends, parseBackend } from "../../lib/config/backend_option.ts";
import { SERVICE_OPTIONS, type ServiceOptions } from "../../lib/config/service_options.ts";
import { Service, type ServiceWorld } from "../../lib/balancer/service.ts";
import { Story } from "../../lib/balancer/story.ts";
import { Workers } from "../../lib/balancer/workers.ts";
import { ask, type Sendable } from "./raw_tcp.ts";
import { eventually } from "./eventually.ts";
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

/**
 * Far longer than anything here takes, on a machine that stands still for seconds, too: a test in which
 * a time is to pass names it.
 */
const UNHURRIED = {
  ...{ checkTimeout: 120, connectTimeout: 120, peekTimeout: 120 },
  ...{ queueTimeout: 120, handshakeTimeout: 120, udpAnswerTimeout: 120 },
} as const;

/** Options as the balancer wants them. */
export function serviceOptions(
  { backends = [], udpBackends = [], ...others }: TestOptions,
): ServiceOptions {
  return {
    ...DEFAULTS,
    // The backends of most tests are no servers of ours, and count what they are sent.
    trunk: false,
    ...UNHURRIED,
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
  /** How often it was said of each backend whether it serves, by checks first of all. */
  readonly #judged = new Map<Backend, number>();
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
    const { pool } = this.service;
    const report = pool.report.bind(pool);
    pool.report = (backend, ...result) => {
      this.#judged.set(backend, this.judged(backend) + 1);
      report(backend, ...result);
    };
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

  /** How often a backend was found good or bad so far, by a check or by who wanted to be served. */
  judged(backend: Backend): number {
    return this.#judged.get(backend) ?? 0;
  }

  /** Resolves when every backend was checked once. Until then a single failure takes it out. */
  async checked(): Promise<void> {
    const { backends } = this.service.pool;
    await eventually("the first checks", () => backends.every((each) => this.judged(each) > 0));
  }

  /** Resolves when nobody is left of those who came. */
  async isLeft(): Promise<void> {
    await eventually("the end of all clients", () => this.service.connections === 0);
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
    await this.#tells(message, (told) => told === message);
  }

  /** Resolves when it has told something that begins so. */
  async tellsOf(start: string): Promise<void> {
    await this.#tells(start, (told) => told.startsWith(start));
  }

  async #tells(what: string, isIt: (told: string) => boolean): Promise<void> {
    const telling = async (): Promise<void> => {
      while (!this.told.some(isIt)) await this.log.next();
    };
    await within(`"${what}"`, telling());
  }

  /** Stops it before the test ends. */
  async stop(graceMs: number): Promise<void> {
    try {
      // A place that is never given back would let it wait for ever.
      await within("the balancer's end", this.#stopping ??= this.service.stop(graceMs));
    } finally {
      this.workers?.end();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop(0);
  }
}
