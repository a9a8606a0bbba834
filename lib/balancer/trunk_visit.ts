/**
 * One client served by trunk: its request is read, sent to a backend among those of others, and its
 * answer written.
 *
 * Rules of this file:
 * - What goes over a trunk is one whole request that came in time. Whoever sends anything else is
 *   relayed as without a trunk, and gets every byte it would have got.
 * - A connection belongs to its visit until it is closed or relayed. Its place is given back once.
 * - A request that a trunk may have carried is asked of nobody else. Without an answer its client's
 *   connection is closed.
 * - This is the hot path of the balancer: buffers are used again, and what every request needs is
 *   chained by callbacks, without async functions.
 */

import type { ServiceOptions } from "../config/service_options.ts";
import { joinBytes } from "../core/bytes.ts";
import { MAX_BUDDY_LINE_BYTES } from "../core/limits.ts";
import type { Link, LinkedList } from "../core/linked_list.ts";
import type { ByteStream } from "../core/ports.ts";
import type { Deadline, DeadlineQueue } from "../net/deadline_queue.ts";
import { closeNow, type OrderlyCloser } from "../net/orderly_close.ts";
import { PeekedStream } from "../net/peeked_stream.ts";
import type { EndReason } from "../net/relay.ts";
import { asksCapabilities } from "../wire/routing_key.ts";
import { keyFinder } from "./arrival.ts";
import type { Backend } from "./backend.ts";
import { type DialerWorld, enterAtOnce, enterLater, type Seeker, settle } from "./dialer.ts";
import type { ServiceTimes } from "./report.ts";
import type { Client } from "./story.ts";
import type { TrunkCaller } from "./trunk_link.ts";
import type { Trunks } from "./trunks.ts";

/** What is known of a client, and what becomes of it where a trunk cannot serve it. */
export interface Guest extends Client {
  /** Relays it, to the backend where it has a place already if there is one. Takes ownership. */
  readonly relay: (client: ByteStream, entered: Backend | undefined) => void;
  /** Is told that it is gone, and nothing is left of it. */
  readonly gone: () => void;
}

/** What serving by trunk needs. */
export interface TrunkVisitsWorld extends Omit<DialerWorld, "times"> {
  readonly options: () => ServiceOptions;
  readonly trunks: Pick<Trunks, "pick">;
  readonly closer: OrderlyCloser;
  readonly times: ServiceTimes;
}

/** What visits share. */
export interface TrunkVisitWorld extends TrunkVisitsWorld {
  /** For requests and short answers; they come back when nobody uses them any more. */
  readonly buffers: {
    take(): Uint8Array<ArrayBuffer>;
    give(buffer: Uint8Array<ArrayBuffer>): void;
  };
  /** For requests to come. */
  readonly deadlines: () => DeadlineQueue;
  /** Every visit that goes on. */
  readonly visits: LinkedList<TrunkVisit>;
}

const LF = 10;
const CR = 13;

const NOBODY: ReadonlySet<Backend> = new Set();
const NO_PIECES: readonly Uint8Array[] = [];

/** One client. */
export class TrunkVisit implements TrunkCaller, Seeker {
  readonly #world: TrunkVisitWorld;
  readonly #stream: ByteStream;
  readonly #guest: Guest;
  readonly #link: Link<TrunkVisit>;
  readonly ip: string;
  readonly port: number;
  readonly connection: number | undefined;
  tried: ReadonlySet<Backend> = NOBODY;
  /** When it came, by the world's clock. */
  readonly begun: number;
  key: string;
  #buffer: Uint8Array<ArrayBuffer>;
  #length = 0;
  #pending: Promise<number | null> | undefined;
  #hasEnded = false;
  /** How long its request is, without the LF. */
  #lineLength = 0;
  /** Whether nothing more is to be expected from the client. */
  #isDone = false;
  #deadline: Deadline | undefined;
  #backend: Backend | undefined;
  /** What is being written, and pieces of its answer that wait for that. */
  #answer: Uint8Array | undefined;
  #more: readonly Uint8Array[] = NO_PIECES;
  /** Whether all of its answer has come. */
  #isWhole = false;
  #received = 0;
  #phase: "reading" | "asking" | "writing" | "over" = "reading";
  lastActivity: number;

  constructor(stream: ByteStream, guest: Guest, world: TrunkVisitWorld) {
    this.#world = world;
    this.#stream = stream;
    this.#guest = guest;
    this.#link = world.visits.add(this);
    this.ip = this.key = guest.ip;
    this.port = guest.port;
    this.connection = guest.connection;
    this.begun = this.lastActivity = world.clock();
    this.#buffer = world.buffers.take();
  }

  /** Begins to read its request. */
  begin(): void {
    this.#deadline = this.#world.deadlines().add(this.#isLate);
    this.#read();
  }

  /** Whether it has its answer, and is only to take it. */
  get isFinishing(): boolean {
    return this.#isWhole;
  }

  #read(): void {
    this.#pending = this.#stream.read(this.#buffer.subarray(this.#length));
    this.#pending.then(this.#hasRead, this.#hasFailed);
  }

  readonly #hasRead = (count: number | null): void => {
    // It came too late; whoever relays has it.
    if (this.#phase !== "reading") return;
    this.#pending = undefined;
    const before = this.#length;
    if (count === null) {
      this.#hasEnded = this.#isDone = true;
      return before === 0 ? this.#finish("ended") : this.#takeLine(before);
    }
    this.#length += count;
    const at = this.#buffer.indexOf(LF, before);
    if (at >= 0 && at < this.#length) {
      this.#isDone = before === 0 && at + 1 === this.#length;
      return this.#takeLine(at);
    }
    if (this.#length > MAX_BUDDY_LINE_BYTES + 1) return this.#relay();
    this.#read();
  };

  readonly #isLate = (): void => this.#relay();

  /** The client is gone, or was closed by whoever was faster. */
  readonly #hasFailed = (): void => this.#finish("client reset");

  /** Has a request of so many bytes, and perhaps a CR at its end. */
  #takeLine(length: number): void {
    const text = length > 0 && this.#buffer[length - 1] === CR ? length - 1 : length;
    if (text > MAX_BUDDY_LINE_BYTES) return this.#relay();
    this.#deadline!.cancel();
    this.#lineLength = length;
    this.#phase = "asking";
    const { strategy, tellTlsPort } = this.#world.options();
    const find = keyFinder(strategy);
    if (find !== undefined || tellTlsPort !== undefined) {
      const line = this.#buffer.subarray(0, text);
      const found = find?.(line, true);
      if (found?.state === "found") this.key = found.key;
      // That answer is told by the balancer, which listens to connections and to no trunk.
      if (tellTlsPort !== undefined && asksCapabilities(line, true)) return this.#relay();
    }
    this.#enter();
  }

  /** Takes a place at a backend; where there is none at once, it is waited for. */
  #enter(): void {
    const { pool, options, clock } = this.#world;
    const found = enterAtOnce(this, this.#world);
    if (typeof found !== "string") return this.#ask(found);
    const deadline = clock() + options().queueTimeout * 1000;
    enterLater(this, this.#world, found, deadline).then((backend) => {
      if (this.#phase !== "asking") {
        if (backend !== undefined) pool.leave(backend);
      } else if (backend === undefined) this.#finish("no backend");
      else this.#ask(backend);
    });
  }

  /** Sends the request, by trunk if there is one. */
  #ask(backend: Backend): void {
    const { trunks, times, clock, story } = this.#world;
    const link = trunks.pick(backend);
    if (link === undefined) return this.#relay(backend);
    this.#backend = backend;
    link.send(this, this.#buffer.subarray(0, this.#lineLength));
    const { counts } = backend;
    counts.connected++;
    counts.trunked++;
    counts.sent += this.#lineLength + 1;
    this.lastActivity = clock();
    times.connect.observe((this.lastActivity - this.begun) / 1000);
    story.carried(this, backend);
    settle(this, backend, this.#world);
  }

  answered(answer: Uint8Array, isLast: boolean): void {
    this.#backend!.counts.received += answer.length;
    if (isLast) this.#leave();
    if (this.#phase === "over") return;
    this.#received += answer.length;
    this.#isWhole = isLast;
    if (this.#phase === "writing") return this.#writeMore(answer.slice());
    if (answer.length === 0) return this.#finish("ended");
    this.#phase = "writing";
    this.lastActivity = this.#world.clock();
    if (answer.length > this.#buffer.length) return this.#write(answer.slice());
    this.#buffer.set(answer);
    this.#write(this.#buffer.subarray(0, answer.length));
  }

  lost(wasSent: boolean): void {
    const backend = this.#leave();
    if (this.#phase === "over") return;
    if (wasSent) return this.#finish("backend reset");
    this.tried = new Set([...this.tried, backend]);
    this.#world.story.retrying(this, backend, "its trunk was lost");
    this.#enter();
  }

  /** Ends it at once. */
  cut(end: EndReason): void {
    this.#finish(end);
  }

  #leave(): Backend {
    const backend = this.#backend!;
    this.#world.pool.leave(backend);
    return backend;
  }

  #write(rest: Uint8Array): void {
    this.#answer = rest;
    this.#stream.write(rest).then(this.#hasWritten, this.#hasFailed);
  }

  readonly #hasWritten = (count: number): void => {
    if (this.#phase !== "writing") return;
    const rest = this.#answer!;
    const isDone = count === rest.length;
    if (isDone && this.#isWhole && this.#more.length === 0) return this.#finish("ended");
    this.lastActivity = this.#world.clock();
    if (!isDone) return this.#write(rest.subarray(count));
    this.#answer = undefined;
    const more = this.#more;
    this.#more = NO_PIECES;
    if (more.length > 0) this.#write(joinBytes(more));
  };

  /** Writes the next piece of a long answer, behind those before it. */
  #writeMore(piece: Uint8Array): void {
    if (this.#answer === undefined) this.#write(piece);
    else this.#more = [...this.#more, piece];
  }

  /** Has it relayed as without a trunk, with all that was read of it. */
  #relay(entered?: Backend): void {
    this.#phase = "over";
    this.#deadline!.cancel();
    this.#world.visits.remove(this.#link);
    const client = PeekedStream.begun(this.#stream, this.#buffer, {
      count: this.#length,
      pending: this.#pending,
      hasEnded: this.#hasEnded,
    });
    this.#guest.relay(client, entered);
  }

  #finish(end: EndReason): void {
    if (this.#phase === "over") return;
    const { visits, buffers, story, times, clock, closer } = this.#world;
    this.#phase = "over";
    this.#deadline!.cancel();
    visits.remove(this.#link);
    const milliseconds = clock() - this.begun;
    times.session.observe(milliseconds / 1000);
    if (this.#backend !== undefined) {
      const sent = this.#lineLength + 1;
      story.closed(this, {
        backend: this.#backend.name,
        ...{ sent, received: this.#received, milliseconds, end },
      });
    }
    if (end === "ended") {
      // Whatever else ended it, something may still be read into it, or written out of it.
      buffers.give(this.#buffer);
      if (!this.#isDone) {
        closer.close(this.#stream).then(this.#guest.gone);
        return;
      }
    }
    closeNow(this.#stream);
    this.#guest.gone();
  }
}
