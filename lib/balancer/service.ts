/**
 * One balanced service: its port, its backends, and the parts that serve between them.
 */

import type { ServiceOptions } from "../config/service_options.ts";
import type { Clock, Trace } from "../core/ports.ts";
import { acceptConnections, type AcceptedStream } from "../net/accept_loop.ts";
import { Connector } from "../net/connector.ts";
import { sweepMs } from "../net/relays.ts";
import { listenFirst, listenTcp, type TlsIdentity } from "../net/tcp.ts";
import { encodeProxyV1, encodeProxyV2, type ProxyHeader } from "../wire/proxy_protocol.ts";
import type { Backend } from "./backend.ts";
import { Guard } from "./guard.ts";
import { Lifelines } from "./lifelines.ts";
import { Pool, type StateChange } from "./pool.ts";
import { Prober } from "./prober.ts";
import { type DatagramReport, type ServiceTimes, serviceTimes } from "./report.ts";
import type { SharedPort } from "./shared_port.ts";
import type { Story } from "./story.ts";
import { tracedConnect } from "./taps.ts";
import { Trunks } from "./trunks.ts";
import { UdpForwarder } from "./udp_forwarder.ts";
import { Visits } from "./visits.ts";
import type { Workers } from "./workers.ts";

/** What a service needs from outside. */
export interface ServiceWorld {
  /** Milliseconds that only go forward. */
  readonly clock: Clock;
  /** A number from 0 to 1. */
  readonly random: () => number;
  readonly story: Story;
  /** What listens to every connection, where something does. */
  readonly trace?: Trace | undefined;
  /** Where the options name a certificate. */
  readonly tls: TlsIdentity | undefined;
  /** The threads beside this one, where there are some. */
  readonly workers?: Workers | undefined;
}

/** A service that runs from its start to its stop. */
export class Service {
  readonly pool: Pool;
  readonly #world: ServiceWorld;
  readonly #guard: Guard;
  readonly #prober: Prober;
  readonly #lifelines: Lifelines;
  readonly #trunks: Trunks;
  readonly #visits: Visits;
  readonly #listener: Deno.TcpListener;
  readonly #shared: SharedPort | undefined;
  readonly #udp: UdpForwarder | undefined;
  readonly #accepting: Promise<void>;
  /** How long everything takes. */
  readonly times: ServiceTimes = serviceTimes();
  #options: ServiceOptions;
  #connector: Connector;
  /** Connects for health checks. */
  #checker: Connector;
  #sweeping: ReturnType<typeof setInterval> | undefined;

  /**
   * Listens, and begins to check the backends.
   *
   * @throws OperationalError when the port cannot be had
   */
  constructor(options: ServiceOptions, world: ServiceWorld) {
    this.#options = options;
    this.#world = world;
    const { clock, random, story, tls, workers } = world;
    const listen = workers === undefined ? listenTcp : listenFirst;
    this.#listener = listen({ hostname: options.host, port: options.listen });
    this.pool = new Pool(options, { clock, random, onState: this.#changed });
    this.#connector = new Connector(options.connectTimeout);
    this.#checker = new Connector(options.checkTimeout);
    this.#prober = new Prober({
      connect: (host, port) => this.#checker.connect(host, port),
      random,
      settings: () => this.#options,
      preface: () => this.#preface({ kind: "local" }),
      report: (backend, isGood, reason) => {
        if (!isGood) backend.counts.failedChecks++;
        this.pool.report(backend, isGood, reason);
      },
    });
    this.#lifelines = new Lifelines({
      connect: (host, port) => this.#checker.connect(host, port),
      // Those are servers of ours, or keep connections on which nobody says anything by their nature.
      isWanted: () => this.#options.udpSendProxy || this.#options.strategy === "first",
      doubt: (backend) => this.#prober.doubt(backend),
    });
    const check = (host: string, port: number): Promise<Deno.TcpConn> =>
      this.#checker.connect(host, port);
    this.#trunks = new Trunks({
      connect: check,
      connectTrunk: tracedConnect(check, world.trace),
      preface: () => this.#preface({ kind: "local" }),
      settings: () => ({ isWanted: this.#isTrunkWanted, seconds: this.#options.checkTimeout }),
      story,
      doubt: (backend) => this.#prober.doubt(backend),
    });
    this.#guard = new Guard(options);
    try {
      this.#udp = UdpForwarder.open({
        ...{ options: () => this.#options, pool: this.pool, clock, story },
        times: this.times.answer,
        isAllowed: (ip) => this.#guard.allows(ip),
        trace: world.trace,
      });
      this.#visits = new Visits({
        times: this.times,
        ...{ options: () => this.#options, pool: this.pool, guard: this.#guard },
        ...{ story, clock, tls, trace: world.trace },
        connect: tracedConnect(
          (host, port) => this.#connector.connect(host, port),
          world.trace,
        ),
        preface: (header, backend) => this.#preface(header, backend.trunks > 0),
        trunks: this.#trunks,
        served: (client, backend) => this.#udp?.served(client, backend),
        doubt: (backend) => this.#prober.doubt(backend),
      });
    } catch (error) {
      this.#listener.close();
      this.#udp?.stop();
      this.#trunks.stop();
      throw error;
    }
    this.#shared = workers?.share(this.#visits.takeRemote);
    this.#apply(options);
    story.started(this.port, this.pool.backends);
    if (this.#udp !== undefined) story.note(`Datagrams on port ${this.#udp.port}`);
    for (const backend of this.pool.backends) this.#watch(backend);
    const { take } = this.#visits;
    const shared = this.#shared;
    const taking = shared === undefined ? take : (accepted: AcceptedStream): void => {
      shared.taken[0]!++;
      take(accepted);
    };
    this.#accepting = acceptConnections(this.#listener, taking, story.log);
  }

  /** The port it really has. */
  get port(): number {
    return (this.#listener.addr as Deno.NetAddr).port;
  }

  /** The port for datagrams, `null` without. */
  get udpPort(): number | null {
    return this.#udp?.port ?? null;
  }

  /** How its datagrams do. */
  get datagrams(): DatagramReport | null {
    return this.#udp?.report ?? null;
  }

  /** Connections turned away so far, by reason. */
  get refused(): Readonly<Record<string, number>> {
    return this.#visits.refused;
  }

  /** What it goes by at the moment. */
  get options(): ServiceOptions {
    return this.#options;
  }

  /** What tells of it. */
  get story(): Story {
    return this.#world.story;
  }

  /** Clients that came to each thread so far, the main one first; `null` where there is no other. */
  get taken(): readonly number[] | null {
    return this.#shared?.taken ?? null;
  }

  /** Connections let in and not yet gone. */
  get connections(): number {
    return this.#guard.open;
  }

  /**
   * Resolves when all threads that share the port listen.
   *
   * @throws OperationalError when one cannot
   */
  async opened(): Promise<void> {
    await this.#shared?.opened();
  }

  /** Goes by other options from now on; those that a listener was opened with must be the same. */
  reconfigure(options: ServiceOptions): void {
    const { added, removed } = this.pool.reconfigure(options);
    const before = this.#options;
    if (options.connectTimeout !== before.connectTimeout) {
      this.#connector.retire();
      this.#connector = new Connector(options.connectTimeout);
    }
    if (options.checkTimeout !== before.checkTimeout) {
      this.#checker.retire();
      this.#checker = new Connector(options.checkTimeout);
    }
    this.#apply(options);
    for (const backend of removed) {
      this.#prober.forget(backend);
      this.#lifelines.forget(backend);
      this.#trunks.forget(backend);
    }
    for (const backend of added) this.#watch(backend);
    this.#trunks.look();
    this.#udp?.reconfigured();
    this.#world.story.listing(this.pool.backends);
  }

  /**
   * Shows another certificate to whoever comes from now on.
   *
   * @throws OperationalError when the certificate or key is none; the one before stays
   */
  reloadTls(identity: TlsIdentity): void {
    this.#visits.reloadTls(identity);
  }

  /** Takes nothing new, lets what goes on end by itself for `graceMs`, then ends it. */
  async stop(graceMs: number): Promise<void> {
    this.#listener.close();
    this.#shared?.close();
    this.#checker.abandon();
    await Promise.all([
      ...[this.#prober.stop(), this.#lifelines.stop()],
      ...[this.#accepting, this.#udp?.stop()],
    ]);
    await this.#visits.stop(graceMs);
    this.#trunks.cutAll();
    await this.#trunks.stop();
    clearInterval(this.#sweeping);
    this.#connector.retire();
  }

  #watch(backend: Backend): void {
    this.#prober.watch(backend);
    this.#lifelines.watch(backend);
    this.#trunks.watch(backend);
  }

  /**
   * Whether its clients may be served by trunk: those of rooms and of the login chat never are, and
   * those that workers hold cannot be.
   */
  get #isTrunkWanted(): boolean {
    const { trunk, strategy } = this.#options;
    const isShared = this.#shared?.isOpen ?? false;
    return trunk && strategy !== "first" && strategy !== "hash-room" && !isShared;
  }

  readonly #changed = (backend: Backend, change: StateChange): void => {
    if (change === "recovered") return this.#udp?.recovered(backend);
    if (change === "up") backend.counts.ups++;
    else backend.counts.downs++;
    this.#world.story.changed(backend, change);
    this.#udp?.sweep();
    // Those who are there already and those who come would never meet.
    if (change === "down" && this.#options.strategy === "first") this.#visits.cutFrom(backend);
  };

  #apply(options: ServiceOptions): void {
    this.#options = options;
    this.#guard.reconfigure(options);
    clearInterval(this.#sweeping);
    this.#sweeping = setInterval(() => this.#visits.sweep(), sweepMs(options));
    this.#shared?.apply(options, this.port);
  }

  /** What a backend is told of the client, if it is to be told, or believes us as it does on trunks. */
  #preface(header: ProxyHeader, isTrusted = false): Uint8Array | undefined {
    if (this.#options.sendProxy) return encodeProxyV1(header);
    return this.#options.sendProxyV2 || isTrusted ? encodeProxyV2(header) : undefined;
  }
}
