/**
 * A TCP port and a UDP port that are served together, or not at all.
 */

import { listenTcp } from "./tcp.ts";
import { DatagramSocket } from "./udp.ts";

/** Where a service listens. */
export interface PortPair {
  /** Accepts connections. */
  readonly listener: Deno.TcpListener;
  /** Takes datagrams. */
  readonly socket: DatagramSocket;
}

/**
 * Binds both ports; 0 asks the system for a free one.
 *
 * @throws OperationalError when one cannot be had; the other is free again then
 */
export function bindPortPair(hostname: string, tcpPort: number, udpPort: number): PortPair {
  const listener = listenTcp({ hostname, port: tcpPort });
  try {
    return { listener, socket: new DatagramSocket({ hostname, port: udpPort }) };
  } catch (error) {
    listener.close();
    throw error;
  }
}
