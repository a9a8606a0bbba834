/**
 * A real server inside the test, on free ports: real sockets, and a clock that the test moves.
 */

import {
  DEFAULT_CHAT_LIMITS,
  DEFAULT_SERVER_LIMITS,
  type ServerLimits,
} from "../../lib/core/limits.ts";
import type { Trace } from "../../lib/core/ports.ts";
import type { ChatSettings } from "../../lib/server/chat_service.ts";
import type { AccountSettings } from "../../lib/server/service.ts";
import type { TlsIdentity } from "../../lib/net/tcp.ts";
import { metricsText } from "../../lib/observe/metrics.ts";
import { type RunningServer, startServer } from "../../lib/server/start.ts";
import type { TlsSettings } from "../../lib/server/tls_ports.ts";
import { Passwords } from "../../lib/services/passwords.ts";
import { MemoryStore } from "../../lib/storage/memory_store.ts";
import { openStore } from "../../lib/storage/open_store.ts";
import type { Store } from "../../lib/storage/store.ts";
import { FakeClock } from "./fake_clock.ts";
import { counted } from "./counts.ts";
import { CHEAP_COST } from "./passwords.ts";
import { ask, askAndFinish, type Sendable } from "./raw_tcp.ts";
import { RecordedLog } from "./recorded_log.ts";

/** What a test may want to be different. */
export interface TestServerOptions {
  readonly host?: string;
  /** The port of buddies; a free one unless given. */
  readonly tcpPort?: number;
  readonly advertise?: string;
  readonly presenceTtl?: number;
  readonly trustProxy?: readonly string[];
  readonly limits?: Partial<ServerLimits>;
  /** The ports where it speaks TLS. */
  readonly tls?: TlsSettings;
  /** What the login chat is asked to be; without it there is none. */
  readonly chat?: Partial<ChatSettings>;
  /** A store in memory unless given; it is closed with the server. */
  readonly store?: Store;
  /** Keeps users in this directory, as text. */
  readonly directory?: string;
  /** Told what crosses the wire. */
  readonly trace?: Trace;
  /** What accounts are asked to be; open unless given. */
  readonly accounts?: AccountSettings;
}

/** A running server; stopped at the end of the test. */
export class TestServer implements AsyncDisposable {
  /** The clock that presence and answer limits go by. */
  readonly clock: FakeClock;
  readonly log: RecordedLog;
  readonly #running: RunningServer;
  #stopping: Promise<void> | undefined;

  private constructor(running: RunningServer, clock: FakeClock, log: RecordedLog) {
    this.#running = running;
    this.clock = clock;
    this.log = log;
  }

  /** Starts one. */
  static async start(options: TestServerOptions = {}): Promise<TestServer> {
    const clock = new FakeClock();
    const log = new RecordedLog();
    const store = options.directory === undefined
      ? options.store ?? new MemoryStore()
      : await openStore({ kind: "text", directory: options.directory, clock: Date.now, log });
    const running = await startServer({
      host: options.host ?? "127.0.0.1",
      services: {
        buddy: {
          tcpPort: options.tcpPort ?? 0,
          udpPort: 0,
          advertise: options.advertise,
          presenceTtl: options.presenceTtl ?? 30,
        },
        chat: options.chat && { ...DEFAULT_CHAT_LIMITS, chatPort: 0, ...options.chat },
      },
      tls: options.tls,
      trustProxy: options.trustProxy ?? [],
      limits: { ...DEFAULT_SERVER_LIMITS, ...options.limits },
      store,
      passwords: new Passwords(CHEAP_COST),
      accounts: options.accounts,
      clock: clock.read,
      log,
      trace: options.trace,
    });
    return new TestServer(running, clock, log);
  }

  get tcp(): number {
    return this.#running.ports.buddy!.tcp;
  }

  /** The port of buddies over TLS. */
  get tls(): number {
    return this.#running.ports.buddy!.tls!;
  }

  /** The port of the login chat over TLS. */
  get chatTls(): number {
    return this.#running.ports.chat!.tls!;
  }

  /** TLS handshakes that failed so far: those that did, by what went wrong. */
  get failedHandshakes(): Record<string, number> {
    return counted(this.#running.handshakeFaults ?? {});
  }

  /** The figures of a service, as Prometheus reads them. */
  metrics(service: "buddy" | "chat"): string {
    return metricsText(this.#running.parts[service]!.families());
  }

  /** Shows another certificate from now on. */
  reloadTls(identity: TlsIdentity): void {
    this.#running.reloadTls(identity);
  }

  get udp(): number {
    return this.#running.ports.buddy!.udp;
  }

  get chat(): number {
    return this.#running.ports.chat!.tcp;
  }

  /** Sends pieces on a new connection and reads to the end. */
  async ask(...pieces: readonly Sendable[]): Promise<string> {
    return await ask(this.tcp, ...pieces);
  }

  /** As {@linkcode ask}, but ends our side after the last piece. */
  async askAndFinish(...pieces: readonly Sendable[]): Promise<string> {
    return await askAndFinish(this.tcp, ...pieces);
  }

  /** Registers users, who must be new. */
  async register(...users: readonly string[]): Promise<void> {
    for (const user of users) await this.expectOk(`REG ${user}`);
  }

  /** Adds buddies to a user's list. */
  async addBuddies(user: string, ...buddies: readonly string[]): Promise<void> {
    for (const buddy of buddies) await this.expectOk(`ADD ${user} ${buddy}`);
  }

  /** Sends a request that must succeed: what a test builds on. */
  async expectOk(request: string): Promise<void> {
    const reply = await this.ask(`${request}\n`);
    if (reply !== "200 OK\r\n") throw new Error(`"${request}" was answered "${reply}"`);
  }

  /** Stops it before the test ends. */
  async stop(): Promise<void> {
    await (this.#stopping ??= this.#running.stop());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}
