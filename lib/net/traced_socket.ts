/**
 * A UDP socket that a trace listens to. Made only where there is a trace.
 */

import { socketIp } from "../core/ip_address.ts";
import type { Trace } from "../core/ports.ts";
import type { TracedService } from "../core/wire_message.ts";
import type { ListenAddress } from "./tcp.ts";
import { type DatagramAddress, DatagramSocket, type SystemSocket } from "./udp.ts";

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
  /** Whose datagrams may begin with a balancer's prefix; nobody's unless given. */
  readonly isProxy?: ((ip: string) => boolean) | undefined;
  /** Whether we are a balancer, whose own may. */
  readonly mayRelay?: boolean;
}

/** Tells a trace of every datagram, and changes nothing. */
class TracedSocket implements SystemSocket {
  readonly addr: Deno.Addr;
  readonly #socket: SystemSocket;
  readonly #tracing: SocketTrace;

  constructor(socket: SystemSocket, tracing: SocketTrace) {
    this.#socket = socket;
    this.#tracing = tracing;
    this.addr = socket.addr;
  }

  async receive(into?: Uint8Array<ArrayBuffer>): ReturnType<SystemSocket["receive"]> {
    const [bytes, from] = await this.#socket.receive(into);
    this.#tell(bytes, from, false);
    return [bytes, from];
  }

  send(bytes: Uint8Array, to: Deno.Addr): Promise<number> {
    this.#tell(bytes, to, true);
    return this.#socket.send(bytes, to);
  }

  close(): void {
    this.#socket.close();
  }

  #tell(bytes: Uint8Array, address: Deno.Addr, isSent: boolean): void {
    const { trace, service, name, peer, own, isProxy, mayRelay } = this.#tracing;
    const self = { name, port: (this.addr as Deno.NetAddr).port };
    const { hostname, port } = address as Deno.NetAddr;
    const there = { ip: socketIp(hostname), port };
    const other = { ...there, name: peer?.(there) };
    const [from, to] = isSent ? [self, other] : [other, self];
    trace.datagram({
      ...{ service, from, to, bytes },
      isToServer: (own === "client") === isSent,
      mayRelay: (isSent ? mayRelay : isProxy?.(there.ip)) ?? false,
    });
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
  return new DatagramSocket(address, tracing && ((socket) => new TracedSocket(socket, tracing)));
}
