/**
 * Which datagrams may be answered at all. Rule: protocols/buddy.md, "Limits against abuse".
 */

import { isLoopback, isUnanswerable } from "../core/ip_address.ts";
import type { OwnAddress } from "./interfaces.ts";
import type { DatagramAddress } from "./udp.ts";

/** False when answering a datagram would be answering many, nobody, or ourselves. */
export function isAnswerable(
  from: DatagramAddress,
  ownPort: number,
  own: () => readonly OwnAddress[],
): boolean {
  if (from.port === 0 || isUnanswerable(from.ip)) return false;
  if (isLoopback(from.ip)) return from.port !== ownPort;
  return !own().some(({ ip, broadcast }) =>
    broadcast === from.ip || (ip === from.ip && from.port === ownPort)
  );
}
