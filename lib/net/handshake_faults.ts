/**
 * Why TLS handshakes with clients come to nothing, as they are counted. Pure.
 */

import { systemCode } from "./system_error.ts";
import { reasonOf } from "../core/errors.ts";

/**
 * What went wrong:
 *
 * - `no TLS`: what came is no TLS, as from a client that was given the wrong port
 * - `alert`: the client broke it off and said why, most often that it does not trust the certificate
 * - `incompatible`: no version or cipher that both sides speak
 * - `hung up`: the client went away, as port scanners and health checks do
 * - `too slow`: it did not end in time
 * - `own trouble`: nothing the client did
 */
export type HandshakeFault =
  | "no TLS"
  | "alert"
  | "incompatible"
  | "hung up"
  | "too slow"
  | "own trouble";

/** How many handshakes came to nothing, by what went wrong. */
export type HandshakeFaults = Record<HandshakeFault, number>;

/** Nothing went wrong so far. */
export function noHandshakeFaults(): HandshakeFaults {
  return {
    "no TLS": 0,
    alert: 0,
    incompatible: 0,
    "hung up": 0,
    "too slow": 0,
    "own trouble": 0,
  };
}

/** A handshake that came to nothing. */
export class HandshakeError extends Error {
  /** Kept when the code is minified. */
  override readonly name = "HandshakeError";
  /** What went wrong. */
  readonly fault: HandshakeFault;

  /** Adds what TLS said of it, if it did. */
  constructor(fault: HandshakeFault, cause?: unknown) {
    super(cause === undefined ? fault : `${fault} (${reasonOf(cause)})`, { cause });
    this.fault = fault;
  }
}

/** What an error of a TLS handshake with a client means. */
export function handshakeFault(error: unknown): HandshakeFault {
  // Nobody but its deadline closes a connection that shakes hands, and a stop, which counts no more.
  if (error instanceof Deno.errors.BadResource || systemCode(error) === "EINTR") return "too slow";
  const said = reasonOf(error);
  if (said.startsWith("received corrupt message")) return "no TLS";
  if (said.startsWith("received fatal alert")) return "alert";
  return said.startsWith("peer is incompatible") ? "incompatible" : "hung up";
}
