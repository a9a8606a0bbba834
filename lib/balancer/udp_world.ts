/** What both ways of passing datagrams on share: presence and rooms. */

import type { ServiceOptions } from "../config/service_options.ts";
import { copyOf } from "../core/bytes.ts";
import type { Histogram } from "../core/histogram.ts";
import type { Clock } from "../core/ports.ts";
import type { AnswerBudget } from "../net/answer_budget.ts";
import type { OwnAddress } from "../net/interfaces.ts";
import { openSocket, type SocketTrace } from "../net/traced_socket.ts";
import type { DatagramAddress, DatagramSocket } from "../net/udp.ts";
import { isLoopback } from "../core/ip_address.ts";
import { encodeDatagramPrefix } from "../wire/datagram_prefix.ts";
import type { Backend } from "./backend.ts";
import type { Pool } from "./pool.ts";
import type { BackendAddresses } from "./udp_addresses.ts";
import type { Drops } from "./udp_drops.ts";
import type { Places } from "./udp_places.ts";

/** The options datagrams go by. */
export type UdpOptions = Pick<
  ServiceOptions,
  "host" | "udpSendProxy" | "udpAnswerTimeout" | "udpIdleTimeout"
>;

/** What passing on needs. */
export interface UdpWorld {
  readonly options: () => UdpOptions;
  readonly pool: Pool;
  readonly addresses: BackendAddresses;
  readonly places: Places;
  readonly budget: AnswerBudget;
  readonly drops: Drops;
  readonly clock: Clock;
  /** This machine's own addresses. */
  readonly own: () => readonly OwnAddress[];
  /** The port clients send to. */
  readonly port: number;
  /** What listens to the sockets towards backends, where something does. */
  readonly tracing?: SocketTrace | undefined;
  /** Is told how long one in sixteen GETs took, in seconds. */
  readonly times: Histogram;
  /** Tells of something that concerns the service as a whole. */
  readonly note: (message: string) => void;
  /** Sends to a client, from that port. `bytes` must stay as they are. */
  readonly reply: (bytes: Uint8Array, to: DatagramAddress) => void;
}

/** Somebody who is served over TCP. */
export interface ServedClient {
  readonly ip: string;
  /** What the choice of a backend went by: a room, or the address. */
  readonly key: string;
}

/** A way of passing datagrams on. */
export interface Forwarding {
  /** Takes a client's datagram; `bytes` is valid only until it returns. */
  take(bytes: Uint8Array, client: DatagramAddress): void;
  /** Says that a backend serves a client over TCP from now on. */
  served(client: ServedClient, backend: Backend): void;
  /** Says that a backend serves again that had failed, without having been down. */
  recovered(backend: Backend): void;
  /** Lets time pass, and looks at which backends are up. */
  sweep(): void;
  /** Lets go of every socket. */
  stop(): Promise<void>;
}

/** Opens a socket towards a backend: nobody from elsewhere can reach one towards this machine. */
export function openTowards(
  { ip }: DatagramAddress,
  tracing: SocketTrace | undefined,
): DatagramSocket {
  return openSocket({ hostname: localHost(ip), port: 0 }, tracing);
}

/** The address a socket towards an address is bound to. */
export function localHost(ip: string): string {
  if (isLoopback(ip)) return ip.includes(":") ? "::1" : "127.0.0.1";
  return ip.includes(":") ? "::" : "0.0.0.0";
}

/**
 * What goes in front of a client's datagram, if anything does.
 *
 * @param client whom the backend shall take for the sender
 */
export function prefixFor(
  client: DatagramAddress,
  { options, port, budget, clock }: UdpWorld,
): Uint8Array | undefined {
  const { udpSendProxy, host } = options();
  if (!udpSendProxy) return undefined;
  const isWildcard = host === "0.0.0.0" || host === "::";
  // Which of our addresses the client sent to, the system does not tell.
  const ip = isWildcard ? (client.ip.includes(":") ? "::" : "0.0.0.0") : host;
  return encodeDatagramPrefix({
    source: client,
    destination: { ip, port },
    isProven: budget.isProven(client.ip, clock()),
  });
}

/** A datagram as a backend gets it: a copy, with the prefix in front. */
export function prefixed(prefix: Uint8Array | undefined, bytes: Uint8Array): Uint8Array {
  return copyOf(prefix === undefined ? [bytes] : [prefix, bytes]);
}
