/**
 * How a TLS client begins (RFC 8446, 5.1): a record of type, version and length, with its hello in
 * it. Pure. Whoever looks before TLS does needs nothing of it for clients that trickle, or that speak
 * something else.
 */

import type { HandshakeFault } from "./handshake_faults.ts";

/** Type, version (2 bytes), length (2 bytes). */
const HEADER_BYTES = 5;

const ALERT = 21;
const HANDSHAKE = 22;

/** Longest record without encryption, in bytes. */
const MAX_RECORD_BYTES = 2 ** 14;

/** So much of a hello is enough to let TLS wait for the rest: most are shorter. */
const ENOUGH_BYTES = 1024;

/**
 * Whether a client has begun a handshake, or what went wrong; `undefined` for not enough yet.
 *
 * @param isEnd whether no more bytes will come
 */
export function decideHello(
  bytes: Uint8Array,
  isEnd: boolean,
): "begun" | HandshakeFault | undefined {
  const [type = HANDSHAKE, major = 3, , high = 0, low = 0] = bytes;
  if (type === ALERT) return "alert";
  const length = high * 256 + low;
  if (type !== HANDSHAKE || major !== 3 || length > MAX_RECORD_BYTES) return "no TLS";
  if (
    bytes.length >= Math.min(HEADER_BYTES + length, ENOUGH_BYTES) && bytes.length >= HEADER_BYTES
  ) {
    return "begun";
  }
  return isEnd ? "hung up" : undefined;
}
