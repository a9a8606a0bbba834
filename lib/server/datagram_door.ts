/**
 * The door of a UDP service: whose a datagram is, and where an answer to it goes.
 *
 * Datagrams of balancers we trust may begin with a prefix that tells who sent them; the answer goes
 * back to the balancer, which passes it on. Nobody else's prefix is believed: it is a datagram like
 * any other, and a wrong one.
 */

import type { AddressSet } from "../core/ip_address.ts";
import type { DatagramAddress } from "../net/udp.ts";
import { readDatagramPrefix } from "../wire/datagram_prefix.ts";

/** A datagram as a service takes it; good only as long as the bytes it came in. */
export interface ArrivedDatagram {
  /** What the client sent. */
  readonly bytes: Uint8Array;
  /** The client. */
  readonly from: DatagramAddress;
  /** Where answers go: the client, or the balancer in between. */
  readonly via: DatagramAddress;
  /** Whether a balancer has seen that the client's address is its own. */
  readonly isProven: boolean;
}

/** Lets a datagram in; `undefined` for one whose prefix cannot be read. */
export function openDatagram(
  bytes: Uint8Array,
  via: DatagramAddress,
  trusted: AddressSet,
): ArrivedDatagram | undefined {
  const prefixed = trusted.has(via.ip) ? readDatagramPrefix(bytes) : undefined;
  if (prefixed === "broken") return undefined;
  const payload = prefixed?.payload ?? bytes;
  const { source, isProven } = prefixed?.origin ?? { source: via, isProven: false };
  return { bytes: payload, from: source, via, isProven };
}
