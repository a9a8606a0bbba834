/**
 * One balanced service: its port, its backends, and the connections between them.
 *
 * Rules of this file:
 * - Whatever one connection does, the others go on: each is served by a promise of its own that
 *   never rejects.
 * - A connection's life: let in, PROXY header and key where they are needed, a backend, the relay.
 *   Until the relay has it, it belongs to `#serve`.
 * - A reload changes what the next connection meets, never one that is there.
 */

import type { ServiceOptions } from "../config/service_options.ts";
import { reasonOf } from "../core/errors.ts";
import { BALANCER_LIMITS } from "../core/limits.ts";
import type { ByteStream, Clock, Trace } from "../core/ports.ts";
import { beginSpan } from "../core/spans.ts";
import { acceptConnections, type AcceptedStream } from "../net/accept_loop.ts";
import { Connector } from "../net/connector.ts";
import { closeNow, OrderlyCloser } from "../net/orderly_close.ts";
import { PeekedStream } from "../net/peeked_stream.ts";
import { listenTcp, listenTls, sendAtOnce, shakeHands } from "../net/tcp.ts";
import { tracedArrival } from "../net/traced_stream.ts";
import {
  encodeProxyV1,
  encodeProxyV2,
  type Endpoint,
  type ProxyHeader,
} from "../wire/proxy_protocol.ts";
import { findKey, keyFinder, takeProxyHeader } from "./arrival.ts";
import type { Backend } from "./backend.ts";
import { CopyBuffers } from "./buffers.ts";
import { type Caller, dial, type DialerWorld, type Line } from "./dialer.ts";
import { Guard } from "./guard.ts";
import { Pool } from "./pool.ts";
import { Prober } from "./prober.ts";
import { type EndReason, Relay } from "./relay.ts";
import { Relays } from "./relays.ts";
import { type DatagramReport, type ServiceTimes, serviceTimes } from "./report.ts";
import type { Story } from "./story.ts";
import { clientTracing, tracedConnect } from "./taps.ts";
import { UdpForwarder } from "./udp_forwarder.ts";

/** What a service needs from outside. */
export interface ServiceWorld {
  /** Milliseconds that only go forward. */
  readonly clock: Clock;
  /** A number from 0 to 1. */
  readonly random: () => number;
  readonly story: Story;
  /** Certificate chain and private key, where the options name them. */
  /** What listens to every connection, where something does. */
  readonly trace?: Trace | undefined;
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
}

/** How often idle connections are looked for, at most and at least, in milliseconds. */
const SWEEP_MS = { most: 50, least: 1000 } as const;

/** Both ends of a client's connection, as they are known: by the socket or by a PROXY header. */
interface Ends {
  readonly source: Endpoint;
  readonly destination: Endpoint;
}

/** A service that runs from its start to its stop. */
export class Service {
  readonly pool: Pool;
  readonly #world: ServiceWorld;
  readonly #guard: Guard;
  readonly #prober: Prober;
  readonly #closer = new OrderlyCloser();
  readonly #buffers = new CopyBuffers();
  readonly #listener: Deno.TcpListener | Deno.TlsListener;
  readonly #udp: UdpForwarder | undefined;
  readonly #accepting: Promise<void>;
  readonly #dialing: DialerWorld;
  readonly #relays = new Relays();
  /** How long everything takes. */
  readonly times: ServiceTimes = serviceTimes();
  /** Connections turned away so far, by reason. */
  readonly refused: Record<string, number> = {};
  /** Connections that have no relay yet. */
  readonly #arriving = new Set<ByteStream>();
  #options: ServiceOptions;
  #connector: Connector;
  #sweeping: ReturnType<typeof setInterval> | undefined;
  #whenEmpty: (() => void) | undefined;

  /**
   * Listens, and begins to check the backends.
   *
   * @throws OperationalError when the port cannot be had
   */
  constructor(options: ServiceOptions, world: ServiceWorld) {
    this.#options = options;
    this.#world = world;
    const { clock, random, story } = world;
    const address = { hostname: options.host, port: options.listen };
    this.#listener = world.tls === undefined ? listenTcp(address) : listenTls(address, world.tls);
    this.pool = new Pool(options, {
      clock,
      random,
      onState: this.#changed,
    });
    this.#connector = new Connector(options.connectTimeout);
    const connect = (host: string, port: number): Promise<Deno.TcpConn> =>
      this.#connector.connect(host, port);
    this.#dialing = {
      pool: this.pool,
      connect: tracedConnect(connect, world.trace),
      story,
      clock,
      times: this.times.connect,
      served: (ip, backend) => this.#udp?.served(ip, backend),
      queueTimeout: () => this.#options.queueTimeout,
    };
    this.#prober = new Prober({
      connect,
      random,
      settings: () => this.#options,
      preface: () => this.#preface({ kind: "local" }),
      report: (backend, isGood, reason) => this.pool.report(backend, isGood, reason),
    });
    this.#guard = new Guard(options);
    try {
      this.#udp = UdpForwarder.open({
        ...{ options: () => this.#options, pool: this.pool, clock, story },
        times: this.times.answer,
        isAllowed: (ip) => this.#guard.allows(ip),
        trace: world.trace,
      });
    } catch (error) {
      this.#listener.close();
      throw error;
    }
    this.#apply(options);
    story.started(this.port, this.pool.backends);
    if (this.#udp !== undefined) story.note(`Datagrams on port ${this.#udp.port}`);
    for (const backend of this.pool.backends) this.#prober.watch(backend);
    this.#accepting = acceptConnections(this.#listener, this.#take, story.log);
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

  /** What it goes by at the moment. */
  get options(): ServiceOptions {
    return this.#options;
  }

  /** Connections let in and not yet gone. */
  get connections(): number {
    return this.#guard.open;
  }

  /** Goes by other options from now on; those that a listener was opened with must be the same. */
  reconfigure(options: ServiceOptions): void {
    const { added, removed } = this.pool.reconfigure(options);
    if (options.connectTimeout !== this.#options.connectTimeout) {
      this.#connector.retire();
      this.#connector = new Connector(options.connectTimeout);
    }
    this.#apply(options);
    for (const backend of removed) this.#prober.forget(backend);
    for (const backend of added) this.#prober.watch(backend);
    this.#udp?.reconfigured();
    this.#world.story.listing(this.pool.backends);
  }

  /** Takes nothing new, lets what goes on end by itself for `graceMs`, then ends it. */
  async stop(graceMs: number): Promise<void> {
    this.#listener.close();
    this.#prober.stop();
    await Promise.all([this.#accepting, this.#udp?.stop()]);
    const timer = setTimeout(() => {
      this.#closeArriving();
      this.#relays.cutAll();
    }, graceMs);
    if (this.connections > 0) await new Promise<void>((resolve) => this.#whenEmpty = resolve);
    clearTimeout(timer);
    this.#closeArriving();
    clearInterval(this.#sweeping);
    this.#closer.stop();
    this.#connector.retire();
  }

  #closeArriving(): void {
    for (const stream of this.#arriving) closeNow(stream);
  }

  readonly #changed = (backend: Backend, change: "up" | "down"): void => {
    this.#world.story.changed(backend, change);
    this.#udp?.sweep();
    // Those who are there already and those who come would never meet.
    if (change === "down" && this.#options.strategy === "first") this.#relays.cutFrom(backend);
  };

  #apply(options: ServiceOptions): void {
    this.#options = options;
    this.#guard.reconfigure(options);
    clearInterval(this.#sweeping);
    const soonest = Math.min(options.idleTimeout, options.finishTimeout) * 1000;
    const every = Math.min(SWEEP_MS.least, Math.max(SWEEP_MS.most, soonest / 4));
    this.#sweeping = setInterval(this.#sweep, every);
  }

  readonly #sweep = (): void => {
    this.#relays.sweep(this.#world.clock(), this.#options);
  };

  readonly #take = (accepted: AcceptedStream): void => {
    this.#arriving.add(accepted.stream);
    sendAtOnce(accepted.stream);
    this.#serve(accepted).catch((error: unknown) => {
      closeNow(accepted.stream);
      this.#world.story.log.debug("A connection could not be served", { reason: reasonOf(error) });
    }).finally(() => this.#arriving.delete(accepted.stream));
  };

  async #serve(accepted: AcceptedStream): Promise<void> {
    const { stream, connection, remoteIp, remotePort, localIp, localPort } = accepted;
    let ends: Ends = {
      source: { ip: remoteIp, port: remotePort },
      destination: { ip: localIp, port: localPort },
    };
    let client = tracedArrival(accepted, clientTracing(this.#world.trace)).stream;
    if (this.#guard.isProxy(remoteIp)) {
      const peeked = new PeekedStream(client);
      client = peeked;
      const header = await takeProxyHeader(peeked, this.#peekDeadline());
      if (typeof header === "string") return this.#refuse(stream, remoteIp, header);
      if (header.kind === "proxied") ends = header;
    }
    const { ip } = ends.source;
    const refusal = this.#guard.admit(ip, this.#world.clock());
    if (refusal !== undefined) return this.#refuse(stream, ip, refusal);
    try {
      await this.#serveAdmitted(client, { ...ends, connection }, stream);
    } finally {
      this.#guard.leave(ip);
      if (this.connections === 0) this.#whenEmpty?.();
    }
  }

  #refuse(stream: ByteStream, ip: string, reason: string): void {
    closeNow(stream);
    this.refused[reason] = (this.refused[reason] ?? 0) + 1;
    this.#world.story.refused(ip, reason, this.#world.clock());
  }

  async #serveAdmitted(
    stream: ByteStream,
    { connection, ...ends }: Ends & { readonly connection: number | undefined },
    socket: ByteStream,
  ): Promise<void> {
    const { story, clock } = this.#world;
    if (this.#world.tls !== undefined) {
      await shakeHands(socket as Deno.TlsConn, BALANCER_LIMITS.handshakeTimeoutSeconds);
    }
    const find = keyFinder(this.#options.strategy);
    let client = stream;
    let key: string | undefined;
    if (find !== undefined) {
      const peeked = stream instanceof PeekedStream ? stream : new PeekedStream(stream);
      client = peeked;
      key = await findKey(peeked, find, this.#peekDeadline());
    }
    const { source } = ends;
    const caller: Caller = {
      ...source,
      connection,
      key: key ?? source.ip,
      preface: this.#preface({ kind: "proxied", ...ends }),
      tried: new Set(),
    };
    const startedAt = clock();
    const span = beginSpan("balance connection");
    const line = await dial(caller, this.#dialing);
    if (line === undefined) {
      span?.end();
      return closeNow(socket);
    }
    this.#arriving.delete(socket);
    const { backend, relay, end } = await this.#relay(client, line, caller);
    const milliseconds = clock() - startedAt;
    this.times.session.observe(milliseconds / 1000);
    span?.setAttribute("parley.backend", backend.name);
    span?.setAttribute("parley.end", end);
    span?.end();
    story.closed(caller, {
      backend: backend.name,
      sent: relay.sent,
      received: relay.received,
      milliseconds,
      end,
    });
  }

  /** Relays to the end, over another backend when the first is lost unused. */
  async #relay(
    client: ByteStream,
    line: Line,
    caller: Caller,
  ): Promise<{ backend: Backend; relay: Relay; end: EndReason }> {
    const served = { backend: line.backend };
    const relay = new Relay(client, line.stream, {
      buffers: this.#buffers,
      closer: this.#closer,
      now: this.#world.clock,
      replace: async () => {
        this.#world.story.retrying(caller, served.backend, "it closed the connection unused");
        caller.tried.add(served.backend);
        const other = await dial(caller, this.#dialing);
        if (other === undefined) return undefined;
        this.pool.leave(served.backend);
        served.backend = other.backend;
        return other.stream;
      },
    });
    const end = await this.#relays.run(relay, served);
    const { backend } = served;
    backend.counts.sent += relay.sent;
    backend.counts.received += relay.received;
    this.pool.leave(backend);
    return { backend, relay, end };
  }

  #peekDeadline(): number {
    return performance.now() + this.#options.peekTimeout * 1000;
  }

  /** What a backend is told of the client, if it is to be told. */
  #preface(header: ProxyHeader): Uint8Array | undefined {
    if (this.#options.sendProxyV2) return encodeProxyV2(header);
    return this.#options.sendProxy ? encodeProxyV1(header) : undefined;
  }
}
