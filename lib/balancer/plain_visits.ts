/**
 * Clients with a connection of their own to a backend: dialed, relayed, and given to another backend
 * when theirs is lost unused.
 */

import type { ByteStream } from "../core/ports.ts";
import { beginSpan } from "../core/spans.ts";
import { closeNow } from "../net/orderly_close.ts";
import { type EndReason, Relay, type RelayWorld } from "../net/relay.ts";
import { type IdleBounds, Relays } from "../net/relays.ts";
import type { Backend } from "./backend.ts";
import { type Caller, dial, type DialerWorld, type Line } from "./dialer.ts";
import type { ServiceTimes } from "./report.ts";
import { ServedClient } from "./served_client.ts";

/** What plain visits need. */
export interface PlainVisitsWorld {
  readonly dialing: DialerWorld;
  readonly relaying: RelayWorld;
  /** Is told of a backend that ended a connection at once, without a word. */
  readonly doubt: (backend: Backend) => void;
  readonly times: ServiceTimes;
}

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

  /** Starts with nobody. */
  constructor(world: PlainVisitsWorld) {
    this.#world = world;
  }

  /** Finds a backend, and relays to the end. Takes ownership. */
  async serve(client: ByteStream, caller: Caller, arrival: Arrival): Promise<void> {
    const { dialing, times } = this.#world;
    const { clock, story } = dialing;
    const startedAt = clock();
    const span = beginSpan("balance connection");
    const line = await dial(caller, dialing, arrival.entered);
    if (line === undefined) {
      span?.end();
      return closeNow(client);
    }
    arrival.served();
    const { backend, relay, end } = await this.#relay(client, line, caller, arrival);
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

  /** Relays to the end, over another backend when the first is lost unused. */
  async #relay(
    client: ByteStream,
    line: Line,
    caller: Caller,
    { carriedAt }: Arrival,
  ): Promise<{ backend: Backend; relay: Relay; end: EndReason }> {
    const { dialing: { pool, clock }, relaying, doubt } = this.#world;
    const served = new ServedClient(line.backend, clock);
    const relay = new Relay(client, line.stream, {
      ...relaying,
      ...(carriedAt === undefined ? {} : { carriedAt }),
      replace: () => this.#replace(served, caller),
      unanswered: () => {
        if (served.isFresh) doubt(served.backend);
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
    const { story, pool } = this.#world.dialing;
    story.retrying(caller, served.backend, "it closed the connection unused");
    caller.tried.add(served.backend);
    const other = await dial(caller, this.#world.dialing);
    if (other === undefined) return undefined;
    pool.leave(served.backend);
    served.isServedBy(other.backend);
    return other.stream;
  }
}
