/**
 * What the balancer tells a trace, where there is one: who is at either end of its sockets. It is a
 * server to its clients and a client to its servers, and called `balancer` by both.
 */

import { hostPort } from "../core/endpoint.ts";
import type { Trace } from "../core/ports.ts";
import type { SocketTrace } from "../net/traced_socket.ts";
import { type ArrivalTrace, tracedDial } from "../net/traced_stream.ts";
import type { DatagramAddress } from "../net/udp.ts";
import type { Connect } from "./dialer.ts";

const NAME = "balancer";

/** What a trace calls a backend, by its name. */
function serverName(backend: string): string {
  return `server ${backend}`;
}

/** For the connections of clients: only their bytes tell what they are there for. */
export function clientTracing(
  trace: Trace | undefined,
  isProxy: (ip: string) => boolean,
): ArrivalTrace | undefined {
  return trace && { trace, service: "any", name: NAME, isProxy };
}

/** Connects to backends so that a trace listens. */
export function tracedConnect(
  connect: (host: string, port: number) => Promise<Deno.TcpConn>,
  trace: Trace | undefined,
): Connect {
  if (trace === undefined) return connect;
  return async (host, port) => {
    const peer = serverName(hostPort(host, port));
    const tracing = { trace, service: "any", name: NAME, peer, mayRelay: true } as const;
    return tracedDial(await connect(host, port), tracing);
  };
}

/** For the sockets of datagrams, towards clients and towards backends. */
export interface DatagramTracing {
  readonly clients: SocketTrace;
  readonly backends: SocketTrace;
}

/**
 * Makes what a trace is told of datagrams.
 *
 * @param nameOf the name of the backend that takes datagrams at an address
 */
export function datagramTracing(
  trace: Trace | undefined,
  service: "buddy" | "rooms",
  nameOf: (address: DatagramAddress) => string | undefined,
): DatagramTracing | undefined {
  if (trace === undefined) return undefined;
  const peer = (address: DatagramAddress): string | undefined => {
    const name = nameOf(address);
    return name === undefined ? undefined : serverName(name);
  };
  return {
    clients: { trace, service, name: NAME, own: "server" },
    backends: { trace, service, name: NAME, own: "client", peer, mayRelay: true },
  };
}
