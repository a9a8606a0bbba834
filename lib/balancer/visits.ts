/**
 * Clients on their way through a service, from the accept to the end of their relay.
 *
 * Rules of this file:
 * - Whatever one connection does, the others go on: each is served by a promise of its own that
 *   never rejects.
 * - A connection's life: a place, PROXY header and key where they are needed, a backend, the relay.
 *   Until the relay has it, it belongs to `#serve`. Its place is given back when nothing of it is left.
 * - A reload changes what the next connection meets, never one that is there.
 */

import type { ServiceOptions } from "../config/service_options.ts";
import { reasonOf } from "../core/errors.ts";
import type { ByteStream, Clock, Trace } from "../core/ports.ts";
import { beginSpan } from "../core/spans.ts";
import type { AcceptedStream } from "../net/accept_loop.ts";
import type { Place } from "../net/admission.ts";
import { CopyBuffers } from "../net/copy_buffers.ts";
import { HandshakeError } from "../net/handshake_faults.ts";
import { closeNow, OrderlyCloser } from "../net/orderly_close.ts";
import { PeekedStream } from "../net/peeked_stream.ts";
import { type EndReason, Relay, type RelayWorld } from "../net/relay.ts";
import { Relays } from "../net/relays.ts";
import { setUpSocket, type TlsIdentity } from "../net/tcp.ts";
import { TlsDoor } from "../net/tls_door.ts";
import { tracedArrival, tracedInside } from "../net/traced_stream.ts";
import type { Endpoint, ProxyHeader } from "../wire/proxy_protocol.ts";
import { asksCapabilities } from "../wire/routing_key.ts";
import { findKey, keyFinder, takeProxyHeader } from "./arrival.ts";
import type { Backend } from "./backend.ts";
import { type Caller, type Connect, dial, type DialerWorld, type Line } from "./dialer.ts";
import type { Guard } from "./guard.ts";
import type { Pool } from "./pool.ts";
import { noRefusals, type RefusalReason, type Refusals } from "./refusals.ts";
import type { ServiceTimes } from "./report.ts";
import { RetoldAnswer } from "./retold_answer.ts";
import { ServedClient } from "./served_client.ts";
import type { Story } from "./story.ts";
import { clientTracing } from "./taps.ts";

/** What visits need. */
export interface VisitsWorld {
  readonly options: () => ServiceOptions;
  readonly pool: Pool;
  readonly guard: Guard;
  readonly story: Story;
  readonly clock: Clock;
  readonly connect: Connect;
  /** What a backend is told before anything of the client, if it is to be told. */
  readonly preface: (header: ProxyHeader) => Uint8Array | undefined;
  /** Is told which backend serves whom. */
  readonly served: DialerWorld["served"];
  /** Is told of a backend that ended a connection at once, without a word. */
  readonly doubt: (backend: Backend) => void;
  /** Is told how long everything takes. */
  readonly times: ServiceTimes;
  /** What listens to what clients say, where something does: inside of TLS, where there is TLS. */
  readonly trace: Trace | undefined;
  /** Where TLS ends here. */
  readonly tls: TlsIdentity | undefined;
}

/** Both ends of a client's connection, as they are known: by the socket or by a PROXY header. */
interface Ends {
  readonly source: Endpoint;
  readonly destination: Endpoint;
}

/** The same, with what the log calls the connection. */
type Known = Ends & Pick<AcceptedStream, "connection">;

/** Everybody who is at a service. */
export class Visits {
  readonly #world: VisitsWorld;
  readonly #dialing: DialerWorld;
  readonly #closer = new OrderlyCloser();
  readonly #relaying: RelayWorld;
  readonly #relays = new Relays<Backend>();
  readonly #tls: TlsDoor | undefined;
  /** Connections that have no relay yet. */
  readonly #arriving = new Set<ByteStream>();
  /** Clients turned away so far, by reason. */
  readonly refused: Refusals;
  #whenEmpty: (() => void) | undefined;

  /** Starts with nobody. */
  constructor(world: VisitsWorld) {
    this.#world = world;
    const { pool, connect, story, clock, served, options } = world;
    this.#dialing = {
      ...{ pool, connect, story, clock, served },
      times: world.times.connect,
      queueTimeout: () => options().queueTimeout,
      gaveUp: (reason) => this.refused[reason]++,
    };
    this.refused = noRefusals(world.tls !== undefined);
    this.#relaying = { buffers: new CopyBuffers(), closer: this.#closer, now: clock };
    const patience = { handshakeSeconds: options().handshakeTimeout };
    this.#tls = world.tls && new TlsDoor(world.tls, this.#relaying, patience);
  }

  /** Serves a connection to its end. Takes ownership. */
  readonly take = (accepted: AcceptedStream): void => {
    const { stream, remoteIp } = accepted;
    const { guard, story } = this.#world;
    const place = guard.enter();
    if (place === undefined) return this.#refuse(stream, remoteIp, "too many connections");
    this.#arriving.add(stream);
    setUpSocket(stream);
    this.#serve(accepted, place).catch((error: unknown) => {
      if (error instanceof HandshakeError) {
        return this.#refuse(stream, remoteIp, `TLS handshake failed: ${error.fault}`);
      }
      closeNow(stream);
      story.log.debug("A connection could not be served", { reason: reasonOf(error) });
    }).finally(() => {
      this.#arriving.delete(stream);
      place.leave();
      if (guard.open === 0) this.#whenEmpty?.();
    });
  };

  /**
   * Shows another certificate to whoever comes from now on, where TLS ends here.
   *
   * @throws OperationalError when the certificate or key is none; the one before stays
   */
  reloadTls(identity: TlsIdentity): void {
    this.#tls?.reload(identity);
  }

  /** Ends those that have carried nothing for too long. */
  sweep(): void {
    const now = this.#world.clock();
    this.#relays.sweep(now, this.#world.options());
    this.#tls?.sweep(now, this.#world.options());
  }

  /** Ends those with one backend, so that its clients come again, to another one. */
  cutFrom(backend: Backend): void {
    this.#relays.cutFrom(backend);
  }

  /** Lets what goes on end by itself for `graceMs`, then ends it. Nothing new may come. */
  async stop(graceMs: number): Promise<void> {
    const timer = setTimeout(() => {
      this.#closeArriving();
      this.#relays.cutAll();
      this.#tls?.cutAll();
    }, graceMs);
    if (this.#world.guard.open > 0) {
      await new Promise<void>((resolve) => this.#whenEmpty = resolve);
    }
    clearTimeout(timer);
    this.#closer.stop();
    this.#tls?.close();
  }

  #closeArriving(): void {
    for (const stream of this.#arriving) closeNow(stream);
  }

  #refuse(stream: ByteStream, ip: string, reason: RefusalReason, told: string = reason): void {
    closeNow(stream);
    this.refused[reason]++;
    this.#world.story.refused(ip, told, this.#world.clock());
  }

  async #serve(accepted: AcceptedStream, place: Place): Promise<void> {
    const { stream, remoteIp, remotePort, localIp, localPort } = accepted;
    const { guard, clock, trace } = this.#world;
    let ends: Ends = {
      source: { ip: remoteIp, port: remotePort },
      destination: { ip: localIp, port: localPort },
    };
    const tracing = clientTracing(trace, (ip) => guard.isProxy(ip));
    let client = this.#tls === undefined ? tracedArrival(accepted, tracing).stream : stream;
    if (guard.isProxy(remoteIp)) {
      const peeked = new PeekedStream(client);
      client = peeked;
      const header = await takeProxyHeader(peeked, this.#peekDeadline());
      if (typeof header === "string") {
        return this.#refuse(stream, remoteIp, "no valid PROXY header", header);
      }
      if (header.kind === "proxied") ends = header;
    }
    const { ip } = ends.source;
    const refusal = guard.judge(place, ip, clock());
    if (refusal !== undefined) return this.#refuse(stream, ip, refusal);
    const known: Known = { ...ends, connection: accepted.connection };
    if (this.#tls === undefined) return await this.#serveAdmitted(client, known, stream);
    const inside = await this.#tls.take(client);
    const { stream: heard } = tracedInside({ ...accepted, stream: inside }, tracing);
    await this.#serveAdmitted(heard, known, stream, () => inside.carriedAt)
      .finally(() => inside.close());
    await inside.gone;
  }

  async #serveAdmitted(
    stream: ByteStream,
    known: Known,
    socket: ByteStream,
    carriedAt?: () => number,
  ): Promise<void> {
    const { story, clock, options, preface, times } = this.#world;
    const { strategy, tellTlsPort } = options();
    const find = keyFinder(strategy);
    let client = stream;
    let key: string | undefined;
    let retold: number | undefined;
    if (find !== undefined || tellTlsPort !== undefined) {
      const peeked = stream instanceof PeekedStream ? stream : new PeekedStream(stream);
      client = peeked;
      const deadline = this.#peekDeadline();
      if (find !== undefined) key = await findKey(peeked, find, deadline);
      const asks = tellTlsPort !== undefined && await peeked.peekUntil(asksCapabilities, deadline);
      if (asks) retold = tellTlsPort;
    }
    const { connection, ...ends } = known;
    const { source } = ends;
    const caller: Caller = {
      ...source,
      connection,
      key: key ?? source.ip,
      preface: preface({ kind: "proxied", ...ends }),
      tried: new Set(),
      ...(retold !== undefined && { heard: (backend) => new RetoldAnswer(backend, retold) }),
    };
    const startedAt = clock();
    const span = beginSpan("balance connection");
    const line = await dial(caller, this.#dialing);
    if (line === undefined) {
      span?.end();
      return closeNow(client);
    }
    this.#arriving.delete(socket);
    const { backend, relay, end } = await this.#relay(client, line, caller, carriedAt);
    const milliseconds = clock() - startedAt;
    times.session.observe(milliseconds / 1000);
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
    carriedAt: (() => number) | undefined,
  ): Promise<{ backend: Backend; relay: Relay; end: EndReason }> {
    const { pool, clock } = this.#world;
    const served = new ServedClient(line.backend, clock);
    const relay = new Relay(client, line.stream, {
      ...this.#relaying,
      ...(carriedAt === undefined ? {} : { carriedAt }),
      replace: () => this.#replace(served, caller),
      unanswered: () => {
        if (served.isFresh) this.#world.doubt(served.backend);
      },
    });
    const end = await this.#relays.run(relay, served);
    const { backend } = served;
    backend.counts.sent += relay.sent;
    backend.counts.received += relay.received;
    pool.leave(backend);
    return { backend, relay, end };
  }

  /** Another backend for a client whose own was lost unused, if it may have one. */
  #replace(served: ServedClient, caller: Caller): Promise<ByteStream | undefined> | undefined {
    if (served.isFresh) this.#world.doubt(served.backend);
    else if (served.wasMovedLate) return undefined;
    else served.wasMovedLate = true;
    return this.#redial(served, caller);
  }

  async #redial(served: ServedClient, caller: Caller): Promise<ByteStream | undefined> {
    const { story, pool } = this.#world;
    story.retrying(caller, served.backend, "it closed the connection unused");
    caller.tried.add(served.backend);
    const other = await dial(caller, this.#dialing);
    if (other === undefined) return undefined;
    pool.leave(served.backend);
    served.isServedBy(other.backend);
    return other.stream;
  }

  #peekDeadline(): number {
    return performance.now() + this.#world.options().peekTimeout * 1000;
  }
}
