/** One worker, as the main thread has it: started, told what to do, listened to, and mourned. */

import { OperationalError, systemReason } from "../core/errors.ts";
import { ForgetfulMap } from "../core/forgetful_map.ts";
import type { Log } from "../core/ports.ts";
import { nextConnection } from "../net/accept_loop.ts";
import type { ListenAddress } from "../net/tcp.ts";
import { Outbox } from "./outbox.ts";
import { type RemoteArrival, RemoteClient } from "./remote_client.ts";
import type { Arrival, CarryingSettings, Order, Report } from "./worker_messages.ts";

/** What a link needs. */
export interface WorkerLinkWorld {
  readonly log: Log;
  /** Takes a client that has come to a service. */
  readonly take: (service: number, arrival: RemoteArrival) => void;
}

/** A worker that lives until it is ended, or fails. */
export class WorkerLink {
  /** Its number in all, from 2: the main thread is the first. */
  readonly number: number;
  readonly #world: WorkerLinkWorld;
  readonly #worker: Worker;
  readonly #outbox: Outbox<Order>;
  readonly #clients = new ForgetfulMap<number, RemoteClient>();
  readonly #starting = Promise.withResolvers<void>();
  #isStarted = false;
  /** Services it has been told to listen for, and has not answered. */
  readonly #answers = new Map<number, PromiseWithResolvers<void>>();
  #isGone = false;

  /**
   * Starts it.
   *
   * @throws OperationalError when there can be no thread
   */
  constructor(number: number, world: WorkerLinkWorld) {
    this.number = number;
    this.#world = world;
    try {
      this.#worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    } catch (error) {
      throw this.#startError(error);
    }
    // Whoever does not wait for the start is told of a failure by the other way.
    this.#starting.promise.catch(() => {});
    this.#outbox = new Outbox((orders) => this.#isGone || this.#worker.postMessage(orders));
    this.#worker.onmessage = ({ data: reports }: MessageEvent<readonly Report[]>) =>
      reports.forEach(this.#hear);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#fail(event.message);
    };
  }

  /**
   * Resolves when it takes orders.
   *
   * @throws OperationalError when it cannot be started
   */
  started(): Promise<void> {
    return this.#starting.promise;
  }

  /** Tells it what to do. */
  get post(): (order: Order) => void {
    return this.#outbox.post;
  }

  /**
   * Has it listen beside the main thread.
   *
   * @throws OperationalError when it cannot
   */
  listen(service: number, address: ListenAddress, settings: CarryingSettings): Promise<void> {
    const answer = Promise.withResolvers<void>();
    if (this.#isGone) answer.resolve();
    else {
      this.#answers.set(service, answer);
      this.post({ kind: "listen", service, address, settings });
    }
    return answer.promise;
  }

  /** Ends it at once, with all that it has. */
  end(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#worker.terminate();
    for (const [, client] of this.#clients.entries()) client.lose();
    this.#clients.clear();
  }

  #fail(reason: string): void {
    if (this.#isGone) return;
    const clients = this.#clients.size;
    this.end();
    this.#starting.reject(this.#startError(reason));
    for (const { reject } of this.#answers.values()) reject(this.#startError(reason));
    this.#answers.clear();
    if (!this.#isStarted) return;
    const message = `Worker ${this.number} has failed, the others go on: ${reason}`;
    this.#world.log.error(message, { worker: this.number, reason, clients });
  }

  #startError(error: unknown): OperationalError {
    return new OperationalError(`Cannot start worker ${this.number}: ${systemReason(error)}`);
  }

  readonly #hear = (report: Report): void => {
    switch (report.kind) {
      case "arrived":
        return this.#arrived(report);
      case "started":
        this.#isStarted = true;
        return this.#starting.resolve();
      case "listening":
        return this.#answered(report.service)?.resolve();
      case "not listening":
        return this.#answered(report.service)?.reject(new OperationalError(report.reason));
      case "broken":
        return this.#fail(report.reason);
      case "log":
        return this.#world.log[report.level](report.message, {
          worker: this.number,
          ...report.fields,
        });
      default:
        return this.#clients.get(report.client)?.hear(report);
    }
  };

  #arrived({ service, client: id, remoteIp, remotePort, localIp, localPort }: Arrival): void {
    const { post } = this;
    const stream = new RemoteClient(id, { post, gone: this.#gone });
    this.#clients.add(id, stream);
    const connection = nextConnection();
    this.#world.take(service, { stream, connection, remoteIp, remotePort, localIp, localPort });
  }

  readonly #gone = (client: number): void => {
    this.#clients.delete(client);
  };

  #answered(service: number): PromiseWithResolvers<void> | undefined {
    const answer = this.#answers.get(service);
    this.#answers.delete(service);
    return answer;
  }
}
