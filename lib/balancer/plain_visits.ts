/**
 * Clients with a connection of their own to a backend: dialed, relayed, and given to another backend
 * when theirs is lost unused. What they say first may decide who gets them, and what they are told.
 */

import type { ServiceOptions } from "../config/service_options.ts";
import type { ByteStream } from "../core/ports.ts";
import { beginSpan } from "../core/spans.ts";
import type { AcceptedStream } from "../net/accept_loop.ts";
import type { RelayWorld } from "../net/relay.ts";
import { PeekedStream } from "../net/peeked_stream.ts";
import { type IdleBounds, type Relaying, Relays } from "../net/relays.ts";
import type { Endpoint, ProxyHeader } from "../wire/proxy_protocol.ts";
import { asksCapabilities } from "../wire/routing_key.ts";
import { findKey, keyFinder } from "./arrival.ts";
import type { Backend } from "./backend.ts";
import { type Carrier, LocalCarrier } from "./carrier.ts";
import { type Caller, type Connect, dial, type DialerWorld, type Line } from "./dialer.ts";
import type { ServiceTimes } from "./report.ts";
import { REMOTE_CARRIER, type RemoteClient } from "./remote_client.ts";
import { RetoldAnswer } from "./retold_answer.ts";
import { ServedClient } from "./served_client.ts";

/** What plain visits need. */
export interface PlainVisitsWorld {
  readonly dialing: DialerWorld;
  readonly connect: Connect;
  readonly relaying: RelayWorld;
  /** Is told of a backend that ended a connection at once, without a word. */
  readonly doubt: (backend: Backend) => void;
  readonly times: ServiceTimes;
  readonly options: () => Pick<ServiceOptions, "strategy" | "tellTlsPort">;
  /** What a backend is told before anything of the client, if it is to be told. */
  readonly preface: (header: ProxyHeader, backend: Backend) => Uint8Array | undefined;
}

/** Both ends of a client's connection, as they are known: by the socket or by a PROXY header. */
export interface Ends {
  readonly source: Endpoint;
  readonly destination: Endpoint;
}

/** The same, with what the log calls the connection. */
export type KnownClient = Ends & Pick<AcceptedStream, "connection">;

/** What a client said first. */
interface Said {
  /** Whose request it is, or about which room; its address where that does not matter. */
  readonly key?: string | undefined;
  /** The TLS port it is to be told of. */
  readonly retold?: number | undefined;
}

const NOBODY: ReadonlySet<Backend> = new Set();

/** How a client came here. */
export interface Arrival {
  /** Where it has a place already. */
  readonly entered?: Backend | undefined;
  /** Is told that it is relayed from now on. */
  readonly served: () => void;
  /** When something last went on behind its stream, where that passes things on itself. */
  readonly carriedAt?: (() => number) | undefined;
}

/** Everybody who is relayed. */
export class PlainVisits {
  readonly #world: PlainVisitsWorld;
  readonly #relays = new Relays<Backend>();
  readonly #here: LocalCarrier;

  /** Starts with nobody. */
  constructor(world: PlainVisitsWorld) {
    this.#world = world;
    this.#here = new LocalCarrier(world.connect);
  }

  /**
   * Finds a backend, and relays to the end. Takes ownership.
   *
   * @param deadline how long what it says first is waited for, by `performance.now()`
   */
  serve(
    client: ByteStream,
    known: KnownClient,
    deadline: number,
    arrival: Arrival,
  ): Promise<void> {
    const { strategy, tellTlsPort } = this.#world.options();
    const isHeard = keyFinder(strategy) !== undefined || tellTlsPort !== undefined;
    // Who need not be heard is not waited for: that is a function less in the way of most.
    return isHeard
      ? this.#serveHeard(client, known, deadline, arrival)
      : this.#carry(this.#here, this.#callerOf(client, known, {}), arrival);
  }

  /** The same for a client whose connection a worker holds; nobody listens to what it says. */
  serveRemote(client: RemoteClient, known: KnownClient, arrival: Arrival): Promise<void> {
    return this.#carry(REMOTE_CARRIER, this.#callerOf(client, known, {}), arrival);
  }

  async #serveHeard(
    stream: ByteStream,
    known: KnownClient,
    deadline: number,
    arrival: Arrival,
  ): Promise<void> {
    const { strategy, tellTlsPort } = this.#world.options();
    const find = keyFinder(strategy);
    const client = stream instanceof PeekedStream ? stream : new PeekedStream(stream);
    const key = find && await findKey(client, find, deadline);
    const asks = tellTlsPort !== undefined && await client.peekUntil(asksCapabilities, deadline);
    const retold = asks ? tellTlsPort : undefined;
    await this.#carry(this.#here, this.#callerOf(client, known, { key, retold }), arrival);
  }

  #callerOf<Client>(
    client: Client,
    { connection, source, destination }: KnownClient,
    { key, retold }: Said,
  ): Caller<Client> {
    const { ip, port } = source;
    return {
      client,
      ip,
      port,
      connection,
      key: key ?? ip,
      preface: (backend) => this.#world.preface({ kind: "proxied", source, destination }, backend),
      tried: NOBODY,
      heard: retold === undefined ? undefined : (backend) => new RetoldAnswer(backend, retold),
    };
  }

  async #carry<Client, Stream>(
    carrier: Carrier<Client, Stream>,
    caller: Caller<Client>,
    arrival: Arrival,
  ): Promise<void> {
    const { dialing, times } = this.#world;
    const { clock, story, pool } = dialing;
    const startedAt = clock();
    const span = beginSpan("balance connection");
    const line = await dial(caller, dialing, carrier, arrival.entered);
    if (line === undefined) {
      span?.end();
      return carrier.close(caller.client);
    }
    arrival.served();
    const served = new ServedClient(line.backend, clock);
    const relay = this.#relay(carrier, line, caller, { served, carriedAt: arrival.carriedAt });
    const end = await this.#relays.run(relay, served);
    const { backend } = served;
    backend.counts.sent += relay.sent;
    backend.counts.received += relay.received;
    pool.leave(backend);
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

  /** Ends those that have carried nothing for too long. */
  sweep(now: number, bounds: IdleBounds): void {
    this.#relays.sweep(now, bounds);
  }

  /** Ends those with one backend, so that its clients come again, to another one. */
  cutFrom(backend: Backend): void {
    this.#relays.cutFrom(backend);
  }

  /** Ends all. */
  cutAll(): void {
    this.#relays.cutAll();
  }

  /** Stands between client and backend, and then another one, where the first is lost unused. */
  #relay<Client, Stream>(
    carrier: Carrier<Client, Stream>,
    line: Line<Stream>,
    caller: Caller<Client>,
    { served, carriedAt }: Pick<Arrival, "carriedAt"> & { readonly served: ServedClient },
  ): Relaying {
    const { relaying: { buffers, closer, now }, doubt } = this.#world;
    return carrier.relay(caller.client, line.stream, {
      buffers,
      closer,
      now,
      carriedAt,
      replace: (isFresh = served.isFresh) => {
        if (isFresh) doubt(served.backend);
        return served.move(isFresh) ? this.#redial(carrier, served, caller) : undefined;
      },
      unanswered: (isFresh = served.isFresh) => {
        if (isFresh) doubt(served.backend);
      },
    });
  }

  /** Another backend for a client whose own was lost unused. */
  async #redial<Client, Stream>(
    carrier: Carrier<Client, Stream>,
    served: ServedClient,
    caller: Caller<Client>,
  ): Promise<Stream | undefined> {
    const { story, pool } = this.#world.dialing;
    story.retrying(caller, served.backend, "it closed the connection unused");
    caller.tried = new Set([...caller.tried, served.backend]);
    const other = await dial(caller, this.#world.dialing, carrier);
    if (other === undefined) return undefined;
    pool.leave(served.backend);
    served.isServedBy(other.backend);
    return other.stream;
  }
}
