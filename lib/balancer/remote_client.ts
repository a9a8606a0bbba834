/**
 * A client whose connection a worker holds, as the main thread knows it: what it is told becomes
 * orders, and reports become what happened to it.
 */

import { OperationalError, UnreachableError } from "../core/errors.ts";
import type { AcceptedStream } from "../net/accept_loop.ts";
import type { EndReason } from "../net/relay.ts";
import type { Relaying } from "../net/relays.ts";
import type { Backend } from "./backend.ts";
import type { Carriage, Carrier } from "./carrier.ts";
import type { Caller } from "./dialer.ts";
import type { ClientOrder, ClientReport } from "./worker_messages.ts";

/** A connection that a worker has made, and holds. */
type Held = true;

/** A client that came to a worker. */
export interface RemoteArrival extends Omit<AcceptedStream, "stream"> {
  /** The client itself. */
  readonly stream: RemoteClient;
}

/** What a client needs of the link with its worker. */
export interface RemoteClientWorld {
  /** Takes orders for the worker. */
  readonly post: (order: ClientOrder) => void;
  /** Is told that nothing more will be heard of it. */
  readonly gone: (client: number) => void;
}

/** Until it is over: a client to be connected, then what stands between it and its backend. */
export class RemoteClient implements Relaying {
  readonly #id: number;
  readonly #world: RemoteClientWorld;
  readonly #carried = Promise.withResolvers<Carriage<Held>>();
  readonly #ended = Promise.withResolvers<EndReason>();
  /** A connection that is being made. */
  #opening: PromiseWithResolvers<Held> | undefined;
  #moving: Promise<void> | undefined;
  /** Closed, or lost with its worker. */
  #isGone = false;
  /** Bytes its backends were sent; known at the end. */
  sent = 0;
  /** Bytes that came from them; known at the end. */
  received = 0;
  /** The worker looks after those that carry nothing. */
  readonly lastActivity = Infinity;
  /** See {@linkcode lastActivity}. */
  readonly isFinishing = false;

  /** @param id what its worker calls it */
  constructor(id: number, world: RemoteClientWorld) {
    this.#id = id;
    this.#world = world;
  }

  /** Has it connected. Rejects as a `Connect` does. */
  open(host: string, port: number, preface: Uint8Array | undefined): Promise<Held> {
    if (this.#isGone) return Promise.reject(goneError());
    this.#opening = Promise.withResolvers();
    this.#world.post({ kind: "connect", client: this.#id, host, port, preface });
    return this.#opening.promise;
  }

  /** It is carried from now on, and what becomes of it is told there. */
  isCarried(carriage: Carriage<Held>): void {
    this.#carried.resolve(carriage);
  }

  /** Resolves when it is over. */
  async run(): Promise<EndReason> {
    const end = await this.#ended.promise;
    // Whoever finds it another backend still counts on it.
    await this.#moving;
    return end;
  }

  /** Ends it. */
  cut(reason: EndReason): void {
    this.#world.post({ kind: "cut", client: this.#id, reason });
  }

  /** Closes it, where nobody serves it yet. While it is being connected, its worker finds out. */
  close(): void {
    this.#world.post({ kind: "close", client: this.#id });
    if (this.#opening !== undefined) return;
    this.#isGone = true;
    this.#world.gone(this.#id);
  }

  /** Its worker sets its sockets up. */
  setUp(): void {}

  /** Its worker has something to say. */
  hear(report: ClientReport): void {
    switch (report.kind) {
      case "connected":
        return this.#opened()?.resolve(true);
      case "failed":
        return this.#opened()?.reject(
          report.isOurs ? new OperationalError(report.reason) : new UnreachableError(report.reason),
        );
      case "lost":
        this.#moving = this.#move(report.isFresh);
        return;
      case "unanswered":
        this.#carried.promise.then(({ unanswered }) => unanswered(true));
        return;
      case "ended":
        this.sent = report.sent;
        this.received = report.received;
        this.#world.gone(this.#id);
        return this.#ended.resolve(report.end);
    }
  }

  /** Its worker is gone, and its connection as well. */
  lose(): void {
    this.#isGone = true;
    this.#opened()?.reject(goneError());
    this.#ended.resolve("worker lost");
  }

  #opened(): PromiseWithResolvers<Held> | undefined {
    const opening = this.#opening;
    this.#opening = undefined;
    return opening;
  }

  async #move(isFresh: boolean): Promise<void> {
    const { replace } = await this.#carried.promise;
    if (await replace(isFresh) !== undefined) return;
    this.#world.post({ kind: "no backend", client: this.#id });
  }
}

function goneError(): OperationalError {
  return new OperationalError("the client's connection is gone");
}

/** Has clients carried by the workers that hold them. */
export const REMOTE_CARRIER: Carrier<RemoteClient, Held> = {
  open: (caller: Caller<RemoteClient>, backend: Backend) => {
    const { host, port } = backend.settings;
    return caller.client.open(host, port, caller.preface(backend));
  },
  relay: (client, _held, carriage) => {
    client.isCarried(carriage);
    return client;
  },
  close: (client) => client.close(),
};
