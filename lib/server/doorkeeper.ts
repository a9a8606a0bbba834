/**
 * The door of a TCP service: connections are let in within the limits, or turned away at once.
 *
 * Connections from balancers we trust may begin with a PROXY header, which tells whose they really
 * are: that client is then limited and logged, and the service knows no other. They need not: a
 * health check or a plain client on the balancer's machine begins with its request, and the first
 * bytes tell which it is. Nobody else's header is believed; it is a request like any other, and a
 * wrong one.
 */

import type { AddressSet } from "../core/ip_address.ts";
import type { IncomingStream, Log } from "../core/ports.ts";
import { acceptConnections } from "../net/accept_loop.ts";
import type { Admission } from "../net/admission.ts";
import { closeNow } from "../net/orderly_close.ts";
import { PeekedStream } from "../net/peeked_stream.ts";
import { type ArrivalTrace, tracedArrival } from "../net/traced_stream.ts";
import { decideProxyHeader } from "../wire/proxy_protocol.ts";

/** At most one line in this time about connections turned away. */
const REFUSAL_LOG_MS = 10_000;

/** What a door is between. */
export interface Door {
  readonly listener: Deno.TcpListener;
  readonly admission: Admission;
  /** Balancers, whose PROXY headers are believed. */
  readonly trusted: AddressSet;
  /** Seconds such a header may take to come. */
  readonly readDeadlineSeconds: number;
  readonly log: Log;
  /** What listens to every connection, where something does. */
  readonly tracing?: ArrivalTrace | undefined;
  /** Serves one connection to its end. Takes ownership; never rejects. */
  readonly serve: (incoming: IncomingStream) => Promise<void>;
}

/** Lets connections in until the listener is closed, then resolves. */
export async function keepDoor(door: Door): Promise<void> {
  const letIn = admitter(door);
  /** Those whose first bytes have not come yet. */
  const arriving = new Map<PeekedStream, Promise<void>>();
  await acceptConnections(door.listener, (accepted) => {
    const incoming = tracedArrival(accepted, door.tracing);
    if (!door.trusted.has(incoming.remoteIp)) return letIn(incoming);
    const stream = new PeekedStream(incoming.stream);
    const identifying = identify({ ...incoming, stream }, door.readDeadlineSeconds)
      .then((client) => client === undefined ? closeNow(stream) : letIn(client))
      .finally(() => arriving.delete(stream));
    arriving.set(stream, identifying);
  }, door.log);
  for (const stream of arriving.keys()) closeNow(stream);
  await Promise.all(arriving.values());
}

/** Whose connection it is; `undefined` when it is nobody's: gone, or with a broken header. */
async function identify(
  incoming: IncomingStream & { readonly stream: PeekedStream },
  seconds: number,
): Promise<IncomingStream | undefined> {
  const { stream } = incoming;
  try {
    const deadline = performance.now() + seconds * 1000;
    const decision = await stream.peekUntil(decideProxyHeader, deadline);
    if (decision?.state === "broken") return undefined;
    // Nothing, or half a header, when the time is over: the session has an answer to that.
    if (decision?.state !== "whole") return incoming;
    stream.skip(decision.length);
    const { header } = decision;
    return header.kind === "proxied" ? { ...incoming, remoteIp: header.source.ip } : incoming;
  } catch {
    return undefined;
  }
}

function admitter({ admission, serve, log }: Door): (incoming: IncomingStream) => void {
  let refused = 0;
  let toldAt = -Infinity;
  return (incoming) => {
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
  };
}
