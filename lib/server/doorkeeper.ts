/**
 * The door of a TCP service: connections are let in within the limits, or turned away at once.
 */

import type { IncomingStream, Log } from "../core/ports.ts";
import { acceptConnections } from "../net/accept_loop.ts";
import type { Admission } from "../net/admission.ts";
import { closeNow } from "../net/orderly_close.ts";

/** At most one line in this time about connections turned away. */
const REFUSAL_LOG_MS = 10_000;

/** What a door is between. */
export interface Door {
  readonly listener: Deno.TcpListener;
  readonly admission: Admission;
  readonly log: Log;
  /** Serves one connection to its end. Takes ownership; never rejects. */
  readonly serve: (incoming: IncomingStream) => Promise<void>;
}

/** Lets connections in until the listener is closed, then resolves. */
export function keepDoor({ listener, admission, log, serve }: Door): Promise<void> {
  let refused = 0;
  let toldAt = -Infinity;
  return acceptConnections(listener, (incoming) => {
    const { stream, remoteIp } = incoming;
    const now = performance.now();
    const refusal = admission.admit(remoteIp, now);
    if (refusal === undefined) {
      serve(incoming).then(() => admission.leave(remoteIp));
      return;
    }
    closeNow(stream);
    refused++;
    if (now - toldAt > REFUSAL_LOG_MS) {
      log.warn("Connections are turned away", { reason: refusal, from: remoteIp, since: refused });
      toldAt = now;
      refused = 0;
    }
  }, log);
}
