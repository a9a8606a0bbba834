/**
 * A UDP socket that a trace listens to. Made only where there is a trace.
 */

import type { Trace, TracedEnd } from "../core/ports.ts";
import type { TracedService } from "../core/wire_message.ts";
import type { ListenAddress } from "./tcp.ts";
import {
  type DatagramAddress,
  type DatagramHandler,
  DatagramSocket,
  type Destination,
} from "./udp.ts";

/** What a trace is told of a socket. */
export interface SocketTrace {
  /** What listens. */
  readonly trace: Trace;
  /** What the socket is for. */
  readonly service: TracedService;
  /** What we are called. */
  readonly name: string | undefined;
  /** What the other side is called, where that is known. */
  readonly peer?: ((address: DatagramAddress) => string | undefined) | undefined;
  /** Which end we are: a server gets requests and sends answers. */
  readonly own: "client" | "server";
}

/** Tells a trace of every datagram, and changes nothing. */
class TracedSocket extends DatagramSocket {
  readonly #tracing: SocketTrace;

  constructor(address: ListenAddress, tracing: SocketTrace) {
    super(address);
    this.#tracing = tracing;
  }

  override receive(handle: DatagramHandler, maxBytes: number): Promise<void> {
    return super.receive((bytes, from) => {
      this.#tell(bytes, { ...from, name: this.#tracing.peer?.(from) }, undefined);
      handle(bytes, from);
    }, maxBytes);
  }

  override send(bytes: Uint8Array, to: DatagramAddress): void {
    this.#tellSent(bytes, to);
    super.send(bytes, to);
  }

  override sendNow(bytes: Uint8Array, to: DatagramAddress): Promise<void> {
    this.#tellSent(bytes, to);
    return super.sendNow(bytes, to);
  }

  override sendTo(bytes: Uint8Array, to: Destination): boolean {
    const isSent = super.sendTo(bytes, to);
    if (isSent) this.#tellSent(bytes, { ip: to.hostname.replace(/^::ffff:/, ""), port: to.port });
    return isSent;
  }

  #tellSent(bytes: Uint8Array, to: DatagramAddress): void {
    this.#tell(bytes, undefined, { ...to, name: this.#tracing.peer?.(to) });
  }

  #tell(bytes: Uint8Array, from: TracedEnd | undefined, to: TracedEnd | undefined): void {
    const { trace, service, name, own } = this.#tracing;
    const self = { name, port: this.port };
    const isToServer = (own === "server") === (from !== undefined);
    trace.datagram({ service, from: from ?? self, to: to ?? self, isToServer, bytes });
  }
}

/**
 * Binds a socket, one that a trace listens to where there is a trace.
 *
 * @throws OperationalError naming the address and what to do
 */
export function openSocket(
  address: ListenAddress,
  tracing: SocketTrace | undefined,
): DatagramSocket {
  return tracing === undefined ? new DatagramSocket(address) : new TracedSocket(address, tracing);
}
