/**
 * A TCP port and a UDP port that are served together, or not at all.
 */

import { listenTcp } from "./tcp.ts";
import { openSocket, type SocketTrace } from "./traced_socket.ts";
import type { DatagramSocket } from "./udp.ts";

/** Where a service listens. */
export interface PortPair {
  /** Accepts connections. */
  readonly listener: Deno.TcpListener;
  /** Takes datagrams. */
  readonly socket: DatagramSocket;
}

/**
 * Binds both ports; 0 asks the system for a free one. `tracing` listens to the UDP one.
 *
 * @throws OperationalError when one cannot be had; the other is free again then
 */
export function bindPortPair(
  hostname: string,
  { tcpPort, udpPort }: { readonly tcpPort: number; readonly udpPort: number },
  tracing?: SocketTrace,
): PortPair {
  const listener = listenTcp({ hostname, port: tcpPort });
  try {
    return { listener, socket: openSocket({ hostname, port: udpPort }, tracing) };
  } catch (error) {
    listener.close();
    throw error;
  }
}
