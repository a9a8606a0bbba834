/** A client whose connection a worker holds: connected and relayed as the main thread says. */

import { OperationalError, reasonOf } from "../core/errors.ts";
import type { ByteStream } from "../core/ports.ts";
import { closeNow } from "../net/orderly_close.ts";
import { Relay, type RelayWorld } from "../net/relay.ts";
import type { Relays } from "../net/relays.ts";
import { introduced } from "./carrier.ts";
import type { Connect } from "./dialer.ts";
import { Stay } from "./served_client.ts";
import type { ClientOrder, ClientReport } from "./worker_messages.ts";

/** What clients of a worker need. */
export interface WorkerClientWorld {
  readonly relaying: RelayWorld;
  readonly relays: Relays;
  readonly connect: Connect;
  /** Tells the main thread. */
  readonly post: (report: ClientReport) => void;
  /** Is told of a client that is over. */
  readonly gone: (client: number) => void;
}

/** One of them. */
export class WorkerClient {
  readonly #id: number;
  readonly #stream: ByteStream;
  readonly #world: WorkerClientWorld;
  readonly #stay: Stay;
  #isConnecting = false;
  #relay: Relay | undefined;
  /** Waits for a backend in place of one that was lost. */
  #moving: PromiseWithResolvers<ByteStream | undefined> | undefined;

  /** Takes ownership of `stream`. */
  constructor(id: number, stream: ByteStream, world: WorkerClientWorld) {
    this.#id = id;
    this.#stream = stream;
    this.#world = world;
    this.#stay = new Stay(world.relaying.now);
  }

  /** Does what the main thread says. */
  follow(order: ClientOrder): void {
    if (order.kind === "connect") this.#connect(order);
    else if (order.kind === "no backend") this.#moveTo(undefined);
    else if (order.kind === "cut") this.#relay?.cut(order.reason);
    else this.#close();
  }

  #connect({ host, port, preface }: ClientOrder & { readonly kind: "connect" }): void {
    this.#isConnecting = true;
    const connecting = this.#world.connect(host, port);
    const opening = preface === undefined ? connecting : introduced(connecting, preface);
    opening.then(this.#connected, this.#failed);
  }

  readonly #connected = (stream: ByteStream): void => {
    this.#isConnecting = false;
    this.#world.post({ kind: "connected", client: this.#id });
    this.#stay.begin();
    if (this.#relay === undefined) void this.#carry(stream);
    else this.#moveTo(stream);
  };

  readonly #failed = (error: unknown): void => {
    this.#isConnecting = false;
    const isOurs = error instanceof OperationalError;
    this.#world.post({ kind: "failed", client: this.#id, reason: reasonOf(error), isOurs });
  };

  #moveTo(stream: ByteStream | undefined): void {
    this.#moving?.resolve(stream);
    this.#moving = undefined;
  }

  async #carry(stream: ByteStream): Promise<void> {
    const { relaying, relays, post, gone } = this.#world;
    const relay = new Relay(this.#stream, stream, {
      ...relaying,
      replace: () => this.#replace(),
      unanswered: () => {
        if (this.#stay.isFresh) post({ kind: "unanswered", client: this.#id });
      },
    });
    this.#relay = relay;
    const end = await relays.run(relay);
    const { sent, received } = relay;
    post({ kind: "ended", client: this.#id, end, sent, received });
    gone(this.#id);
  }

  /** Asks for another backend, if there may be one. */
  #replace(): Promise<ByteStream | undefined> | undefined {
    const { isFresh } = this.#stay;
    if (!this.#stay.move(isFresh)) return undefined;
    this.#world.post({ kind: "lost", client: this.#id, isFresh });
    this.#moving = Promise.withResolvers();
    return this.#moving.promise;
  }

  /** Closes it. What is being connected for it finds out, and ends. */
  #close(): void {
    closeNow(this.#stream);
    if (!this.#isConnecting) this.#world.gone(this.#id);
  }
}
