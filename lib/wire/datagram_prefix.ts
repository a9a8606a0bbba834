/**
 * What a balancer puts in front of a datagram, so that the server knows whose it is: a PROXY
 * protocol header, version 2, family UDP, and then the datagram as the client sent it. Rule:
 * docs/protocols/balancer-datagrams.md. Pure.
 *
 * One extension of our own says that the balancer has seen a TCP connection from the client's
 * address (*proven*, protocols/buddy.md, "Limits against abuse"): it may have come to another server
 * than the datagram goes to.
 */

import { decodeProxyHeader, encodeProxyV2, type Endpoint, extensionsOf } from "./proxy_protocol.ts";

/** Whose datagram it is. */
export interface DatagramOrigin {
  /** Who sent it. */
  readonly source: Endpoint;
  /** Where the balancer took it. */
  readonly destination: Endpoint;
  /** Whether the source address was seen to be its sender's own. */
  readonly isProven: boolean;
}

/** A datagram taken apart. */
export interface PrefixedDatagram {
  /** What the balancer says of it; `undefined` when it is the balancer's own. */
  readonly origin: Omit<DatagramOrigin, "destination"> | undefined;
  /** What the client sent: a view into the datagram. */
  readonly payload: Uint8Array;
}

/** The longest prefix: addresses of IPv6 and 200 bytes of extensions. */
export const MAX_PREFIX_BYTES = 252;

/** Type of our extension: the first of those the specification leaves to applications. */
const PROVEN_TYPE = 0xe0;

const PROVEN = Uint8Array.of(PROVEN_TYPE, 0, 1, 1);
const NOTHING = new Uint8Array();

/** Writes the prefix; the datagram follows it. */
export function encodeDatagramPrefix(
  { source, destination, isProven }: DatagramOrigin,
): Uint8Array<ArrayBuffer> {
  const extensions = isProven ? PROVEN : NOTHING;
  return encodeProxyV2({ kind: "proxied", source, destination }, {
    transport: "datagram",
    extensions,
  });
}

/**
 * Takes a datagram of a balancer apart.
 *
 * @returns `undefined` when it has no prefix, `"broken"` when it begins like one and is none
 */
export function readDatagramPrefix(bytes: Uint8Array): PrefixedDatagram | "broken" | undefined {
  const decision = decodeProxyHeader(bytes);
  if (decision.state === "absent" || bytes.length === 0) return undefined;
  // A header that has not come whole never will; the text form is for connections.
  if (decision.state !== "whole" || bytes[0] !== 13 || decision.length > MAX_PREFIX_BYTES) {
    return "broken";
  }
  const { length, header } = decision;
  const payload = bytes.subarray(length);
  if (header.kind === "local") return { origin: undefined, payload };
  if ((bytes[13]! & 0xf) !== 2) return "broken";
  let isProven = false;
  for (const [type, value] of extensionsOf(bytes.subarray(0, length))) {
    if (type === PROVEN_TYPE) isProven = value[0] === 1;
  }
  return { origin: { source: header.source, isProven }, payload };
}
