/**
 * Clients on their way through a service, from the accept to the end of their relay.
 *
 * Rules of this file:
 * - Whatever one connection does, the others go on: each is served by a promise of its own that
 *   never rejects.
 * - A connection's life: a place, PROXY header and key where they are needed, a backend, the relay.
 *   Until the relay has it, it belongs to this file. Its place is given back when nothing of it is left.
 * - A reload changes what the next connection meets, never one that is there.
 */

import type { ServiceOptions } from "../config/service_options.ts";
import { reasonOf } from "../core/errors.ts";
import { LinkedList } from "../core/linked_list.ts";
import type { ByteStream, Clock, Trace } from "../core/ports.ts";
import type { AcceptedStream } from "../net/accept_loop.ts";
import { CopyBuffers } from "../net/copy_buffers.ts";
import { HandshakeError } from "../net/handshake_faults.ts";
import { closeNow, OrderlyCloser } from "../net/orderly_close.ts";
import { PeekedStream } from "../net/peeked_stream.ts";
import { type TlsIdentity } from "../net/tcp.ts";
import { TlsDoor } from "../net/tls_door.ts";
import { tracedArrival, tracedInside } from "../net/traced_stream.ts";
import type { ProxyHeader } from "../wire/proxy_protocol.ts";
import { takeProxyHeader } from "./arrival.ts";
import type { Backend } from "./backend.ts";
import type { Connect, DialerWorld } from "./dialer.ts";
import type { Guard } from "./guard.ts";
import { type Arrival, type Ends, PlainVisits } from "./plain_visits.ts";
import type { Pool } from "./pool.ts";
import type { RemoteArrival } from "./remote_client.ts";
import { noRefusals, type RefusalReason, type Refusals } from "./refusals.ts";
import type { ServiceTimes } from "./report.ts";
import type { Story } from "./story.ts";
import { clientTracing } from "./taps.ts";
import type { Trunks } from "./trunks.ts";
import { TrunkVisits } from "./trunk_visits.ts";
import { type AnyVisit, type Closable, type Known, knownOf, type Visit } from "./visit.ts";

/** What visits need. */
export interface VisitsWorld {
  readonly options: () => ServiceOptions;
  readonly pool: Pool;
  readonly guard: Guard;
  readonly story: Story;
  readonly clock: Clock;
  readonly connect: Connect;
  /** What a backend is told before anything of the client, if it is to be told. */
  readonly preface: (header: ProxyHeader, backend: Backend) => Uint8Array | undefined;
  /** Is told which backend serves whom. */
  readonly served: DialerWorld["served"];
  /** Is told of a backend that ended a connection at once, without a word. */
  readonly doubt: (backend: Backend) => void;
  /** Is told how long everything takes. */
  readonly times: ServiceTimes;
  /** What carries requests to backends that offer it. */
  readonly trunks: Trunks;
  /** What listens to what clients say, where something does: inside of TLS, where there is TLS. */
  readonly trace: Trace | undefined;
  /** Where TLS ends here. */
  readonly tls: TlsIdentity | undefined;
}

/** Everybody who is at a service. */
export class Visits {
  readonly #world: VisitsWorld;
  readonly #closer = new OrderlyCloser();
  readonly #plain: PlainVisits;
  readonly #byTrunk: TrunkVisits;
  readonly #tls: TlsDoor | undefined;
  /** Connections that have no relay yet. */
  readonly #arriving = new LinkedList<Closable>();
  /** Clients turned away so far, by reason. */
  readonly refused: Refusals;
  #whenEmpty: (() => void) | undefined;

  /** Starts with nobody. */
  constructor(world: VisitsWorld) {
    this.#world = world;
    const { pool, connect, story, clock, served, options, doubt, times, trunks } = world;
    const closer = this.#closer;
    const dialing: DialerWorld = {
      ...{ pool, story, clock, served },
      times: times.connect,
      queueTimeout: () => options().queueTimeout,
      gaveUp: (reason) => this.refused[reason]++,
    };
    const relaying = { buffers: new CopyBuffers(), closer, now: clock };
    const { preface } = world;
    this.#plain = new PlainVisits({
      ...{ dialing, connect, relaying, doubt, times, options, preface },
    });
    this.#byTrunk = new TrunkVisits({ ...dialing, times, options, trunks, closer });
    this.refused = noRefusals(world.tls !== undefined);
    const patience = { handshakeSeconds: options().handshakeTimeout };
    this.#tls = world.tls && new TlsDoor(world.tls, relaying, patience);
  }

  /** Serves a connection to its end. Takes ownership. */
  readonly take = (accepted: AcceptedStream): void => {
    const visit = this.#enter(accepted);
    if (visit === undefined) return;
    const isStraight = this.#tls === undefined && !this.#world.guard.isProxy(accepted.remoteIp);
    if (isStraight) return this.#serveStraight(visit);
    this.#untilGone(visit, this.#serve(visit));
  };

  /** Serves a connection that a worker holds to its end: one that nobody has to listen to. */
  readonly takeRemote = (accepted: RemoteArrival): void => {
    const visit = this.#enter(accepted);
    if (visit === undefined || !this.#isLetIn(visit)) return;
    const known = knownOf(visit);
    const served = (): void => this.#arriving.remove(visit.arriving);
    this.#untilGone(visit, this.#plain.serveRemote(accepted.stream, known, { served }));
  };

  /** Takes a place for a client, or closes it. */
  #enter<Accepted extends AcceptedStream | RemoteArrival>(
    accepted: Accepted,
  ): Visit<Accepted> | undefined {
    const { stream, remoteIp } = accepted;
    const place = this.#world.guard.enter();
    if (place !== undefined) return { accepted, place, arriving: this.#arriving.add(stream) };
    this.#refuse(stream, remoteIp, "too many connections");
    return undefined;
  }

  /** Whether a client may come in of which the socket tells all there is to know; or it goes. */
  #isLetIn(visit: AnyVisit): boolean {
    const { stream, remoteIp } = visit.accepted;
    const { guard, clock } = this.#world;
    const refusal = guard.judge(visit.place, remoteIp, clock());
    if (refusal === undefined) return true;
    this.#refuse(stream, remoteIp, refusal);
    this.#leave(visit);
    return false;
  }

  /** Waits for the end of a client's connection, and gives its place back. */
  #untilGone(visit: AnyVisit, serving: Promise<void>): void {
    const { stream, remoteIp } = visit.accepted;
    serving.catch((error: unknown) => {
      if (error instanceof HandshakeError) {
        return this.#refuse(stream, remoteIp, `TLS handshake failed: ${error.fault}`);
      }
      closeNow(stream);
      const reason = reasonOf(error);
      this.#world.story.log.debug("A connection could not be served", { reason });
    }).then(() => this.#leave(visit));
  }

  #leave({ arriving, place }: AnyVisit): void {
    this.#arriving.remove(arriving);
    place.leave();
    if (this.#world.guard.open === 0) this.#whenEmpty?.();
  }

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
    this.#plain.sweep(now, this.#world.options());
    this.#byTrunk.sweep(now);
    this.#tls?.sweep(now, this.#world.options());
  }

  /** Ends those with one backend, so that its clients come again, to another one. */
  cutFrom(backend: Backend): void {
    this.#plain.cutFrom(backend);
  }

  /** Lets what goes on end by itself for `graceMs`, then ends it. Nothing new may come. */
  async stop(graceMs: number): Promise<void> {
    const timer = setTimeout(() => {
      this.#closeArriving();
      this.#plain.cutAll();
      this.#byTrunk.cutAll();
      this.#tls?.cutAll();
    }, graceMs);
    if (this.#world.guard.open > 0) {
      await new Promise<void>((resolve) => this.#whenEmpty = resolve);
    }
    clearTimeout(timer);
    this.#closer.stop();
    this.#byTrunk.close();
    this.#tls?.close();
  }

  #closeArriving(): void {
    for (const stream of this.#arriving.values()) closeNow(stream);
  }

  #refuse(stream: Closable, ip: string, reason: RefusalReason, told: string = reason): void {
    closeNow(stream);
    this.refused[reason]++;
    this.#world.story.refused(ip, told, this.#world.clock());
  }

  async #serve(visit: Visit): Promise<void> {
    const { accepted, place } = visit;
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
    const { source, destination } = ends;
    const { connection } = accepted;
    const known: Known = { source, destination, connection, arriving: visit.arriving };
    if (this.#tls === undefined) return await this.#serveAdmitted(client, known);
    const inside = await this.#tls.take(client);
    const { stream: heard } = tracedInside({ ...accepted, stream: inside }, tracing);
    await this.#serveAdmitted(heard, known, () => inside.carriedAt)
      .finally(() => inside.close());
    await inside.gone;
  }

  /**
   * Serves a client of which the socket tells all there is to know. This is the hot path: no promise
   * and no function that waits before there is something to wait for.
   */
  #serveStraight(visit: Visit): void {
    if (!this.#isLetIn(visit)) return;
    const { accepted } = visit;
    const { remoteIp: ip, remotePort: port, connection } = accepted;
    const { trace, trunks } = this.#world;
    const client = tracedArrival(accepted, clientTracing(trace, () => false)).stream;
    const known = knownOf(visit);
    if (!trunks.isInUse) {
      return this.#untilGone(visit, this.#servePlain(client, known, this.#peekDeadline(), {}));
    }
    this.#byTrunk.take(client, {
      ...{ ip, port, connection },
      relay: (client, entered) =>
        this.#untilGone(visit, this.#servePlain(client, known, 0, { entered })),
      gone: () => this.#leave(visit),
    });
  }

  /** Serves a client that may come in, to its end. */
  async #serveAdmitted(
    client: ByteStream,
    known: Known,
    carriedAt?: () => number,
  ): Promise<void> {
    if (!this.#world.trunks.isInUse) {
      return await this.#servePlain(client, known, this.#peekDeadline(), { carriedAt });
    }
    await new Promise<void>((resolve, reject) => {
      this.#byTrunk.take(client, {
        ...known.source,
        connection: known.connection,
        relay: (client, entered) =>
          this.#servePlain(client, known, 0, { entered, carriedAt }).then(resolve, reject),
        gone: resolve,
      });
    });
  }

  /** Serves a client over a connection of its own. */
  #servePlain(
    client: ByteStream,
    known: Known,
    deadline: number,
    { entered, carriedAt }: Omit<Arrival, "served">,
  ): Promise<void> {
    const served = (): void => this.#arriving.remove(known.arriving);
    return this.#plain.serve(client, known, deadline, { entered, carriedAt, served });
  }

  #peekDeadline(): number {
    return performance.now() + this.#world.options().peekTimeout * 1000;
  }
}
