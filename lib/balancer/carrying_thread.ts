/** Everything a worker does, without being one: orders in, reports out. */

import { reasonOf } from "../core/errors.ts";
import { ForgetfulMap } from "../core/forgetful_map.ts";
import type { Log } from "../core/ports.ts";
import type { AcceptedStream } from "../net/accept_loop.ts";
import { CopyBuffers } from "../net/copy_buffers.ts";
import { OrderlyCloser } from "../net/orderly_close.ts";
import type { RelayWorld } from "../net/relay.ts";
import { WorkerClient, type WorkerClientWorld } from "./worker_client.ts";
import type { CarryingSettings, Order, Report } from "./worker_messages.ts";
import { WorkerPort } from "./worker_port.ts";

/** A port, and what its clients need. */
interface Held {
  readonly port: WorkerPort;
  readonly clients: WorkerClientWorld;
}

/** Carries for the main thread. */
export class CarryingThread {
  readonly #post: (report: Report) => void;
  readonly #log: Log;
  readonly #relaying: RelayWorld;
  /** By the number of the service. */
  readonly #ports = new Map<number, Held>();
  readonly #clients = new ForgetfulMap<number, WorkerClient>();
  #lastClient = 0;

  /** @param post takes what is to be told to the main thread */
  constructor(post: (report: Report) => void) {
    this.#post = post;
    this.#log = reportingLog(post);
    const now = (): number => performance.now();
    this.#relaying = { buffers: new CopyBuffers(), closer: new OrderlyCloser(), now };
  }

  /** Tells the main thread's log. */
  get log(): Log {
    return this.#log;
  }

  /** Does what the main thread says. */
  readonly follow = (order: Order): void => {
    switch (order.kind) {
      case "listen":
        return this.#listen(order);
      case "configure":
        return this.#ports.get(order.service)?.port.configure(order.settings);
      case "stop listening":
        return this.#ports.get(order.service)?.port.stopListening();
      case "connect":
      case "no backend":
      case "cut":
      case "close":
        return this.#clients.get(order.client)?.follow(order);
      default:
        throw new TypeError(`No such order: ${JSON.stringify(order satisfies never)}`);
    }
  };

  #listen({ service, address, settings }: Order & { readonly kind: "listen" }): void {
    const { port } = this.#port(service, settings);
    try {
      port.configure(settings);
      port.listen(address);
      this.#post({ kind: "listening", service });
    } catch (error) {
      this.#post({ kind: "not listening", service, reason: reasonOf(error) });
    }
  }

  #port(service: number, settings: CarryingSettings): Held {
    const known = this.#ports.get(service);
    if (known !== undefined) return known;
    const port = new WorkerPort(settings, {
      log: this.#log,
      take: (accepted) => this.#take(service, accepted, clients),
      now: this.#relaying.now,
    });
    const clients: WorkerClientWorld = {
      ...{ relaying: this.#relaying, relays: port.relays, connect: port.connect, post: this.#post },
      gone: (client) => this.#clients.delete(client),
    };
    const held = { port, clients };
    this.#ports.set(service, held);
    return held;
  }

  /** Tells of a client that has come. */
  #take(service: number, accepted: AcceptedStream, world: WorkerClientWorld): void {
    const { stream, remoteIp, remotePort, localIp, localPort } = accepted;
    const client = ++this.#lastClient;
    this.#clients.add(client, new WorkerClient(client, stream, world));
    this.#post({ kind: "arrived", service, client, remoteIp, remotePort, localIp, localPort });
  }
}

/** A log that the main thread writes. Lines for whoever looks for a fault are its own affair. */
function reportingLog(post: (report: Report) => void): Log {
  const at =
    (level: (Report & { readonly kind: "log" })["level"]): Log["info"] => (message, fields = {}) =>
      post({ kind: "log", level, message, fields });
  return {
    ...{ info: at("info"), warn: at("warn"), error: at("error") },
    isOn: (level) => level !== "debug",
    debug: () => {},
  };
}
