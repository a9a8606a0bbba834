/** One service as a worker carries it: its listener, its settings, and those who are relayed. */

import type { Log } from "../core/ports.ts";
import { acceptConnections, type AcceptedStream } from "../net/accept_loop.ts";
import { Connector } from "../net/connector.ts";
import { Relays, sweepMs } from "../net/relays.ts";
import { type ListenAddress, listenBeside } from "../net/tcp.ts";
import type { CarryingSettings } from "./worker_messages.ts";

/** What it needs. */
export interface WorkerPortWorld {
  readonly log: Log;
  /** Takes what was accepted. */
  readonly take: (accepted: AcceptedStream) => void;
  /** Milliseconds that only go forward. */
  readonly now: () => number;
}

/** A service that lives as long as its worker. */
export class WorkerPort {
  /** Everybody who is relayed. */
  readonly relays = new Relays();
  readonly #world: WorkerPortWorld;
  #settings: CarryingSettings;
  #connector: Connector;
  #listener: Deno.TcpListener | undefined;
  #sweeping: ReturnType<typeof setInterval>;

  /** Goes by these settings, and does not listen yet. */
  constructor(settings: CarryingSettings, world: WorkerPortWorld) {
    this.#world = world;
    this.#settings = settings;
    this.#connector = new Connector(settings.connectTimeout);
    this.#sweeping = this.#sweepOften();
  }

  /** Goes by other settings from now on. */
  configure(settings: CarryingSettings): void {
    if (settings.connectTimeout !== this.#settings.connectTimeout) {
      this.#connector.retire();
      this.#connector = new Connector(settings.connectTimeout);
    }
    this.#settings = settings;
    clearInterval(this.#sweeping);
    this.#sweeping = this.#sweepOften();
  }

  /**
   * Accepts beside the other threads.
   *
   * @throws OperationalError when the port cannot be had
   */
  listen(address: ListenAddress): void {
    this.stopListening();
    this.#listener = listenBeside(address);
    void acceptConnections(this.#listener, this.#world.take, this.#world.log);
  }

  /** Accepts no more. */
  stopListening(): void {
    this.#listener?.close();
    this.#listener = undefined;
  }

  /** Connects with a backend, as a {@linkcode Connector} does. */
  readonly connect = (host: string, port: number): Promise<Deno.TcpConn> =>
    this.#connector.connect(host, port);

  #sweepOften(): ReturnType<typeof setInterval> {
    return setInterval(
      () => this.relays.sweep(this.#world.now(), this.#settings),
      sweepMs(this.#settings),
    );
  }
}
