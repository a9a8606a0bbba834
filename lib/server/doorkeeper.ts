/**
 * The door of a TCP service: connections are let in within the limits, or turned away at once. Each
 * counts in all from the moment it is accepted, and under its client's address once that is known.
 *
 * Connections from balancers we trust may begin with a PROXY header, which tells whose they really
 * are: that client is then limited and logged, and the service knows no other. They need not: a
 * health check or a plain client on the balancer's machine begins with its request, and the first
 * bytes tell which it is. Nobody else's header is believed; it is a request like any other, and a
 * wrong one.
 */

import type { AddressSet } from "../core/ip_address.ts";
import { NowAndThen } from "../core/now_and_then.ts";
import type { ByteStream, Log } from "../core/ports.ts";
import { acceptConnections, type AcceptedStream } from "../net/accept_loop.ts";
import type { Admission, Place } from "../net/admission.ts";
import { closeNow } from "../net/orderly_close.ts";
import { PeekedStream } from "../net/peeked_stream.ts";
import { type ArrivalTrace, tracedArrival } from "../net/traced_stream.ts";
import { decideProxyHeader } from "../wire/proxy_protocol.ts";
import type { DoorMeter, DoorRefusal } from "./door_meter.ts";

/** What a door is between. */
export interface Door {
  readonly listener: Deno.TcpListener;
  readonly admission: Admission;
  /** Counts who is let in, and who is not. */
  readonly meter: DoorMeter;
  /** Balancers, whose PROXY headers are believed. */
  readonly trusted: AddressSet;
  /** Seconds such a header may take to come. */
  readonly readDeadlineSeconds: number;
  readonly log: Log;
  /** What listens to every connection, where something does. */
  readonly tracing?: ArrivalTrace | undefined;
  /** Serves one connection to its end. Takes ownership; never rejects. */
  readonly serve: (incoming: AcceptedStream) => Promise<void>;
}

/** Lets connections in until the listener is closed, then resolves. */
export async function keepDoor(door: Door): Promise<void> {
  const tell = refusalTeller(door);
  const refuse = (stream: ByteStream, reason: DoorRefusal, from: string): void => {
    closeNow(stream);
    tell(reason, from);
  };
  /** Those whose first bytes have not come yet. */
  const arriving = new Map<PeekedStream, Promise<void>>();
  /** Takes ownership of the connection and its place. */
  const letIn = (incoming: AcceptedStream, place: Place): void => {
    const refusal = place.claim(incoming.remoteIp, performance.now());
    if (refusal === undefined) {
      door.meter.admitted++;
      door.serve(incoming).then(() => place.leave());
      return;
    }
    place.leave();
    refuse(incoming.stream, refusal, incoming.remoteIp);
  };
  await acceptConnections(door.listener, (accepted) => {
    const incoming = tracedArrival(accepted, door.tracing);
    const place = door.admission.enter();
    if (place === undefined) {
      return refuse(incoming.stream, "too many connections", incoming.remoteIp);
    }
    if (!door.trusted.has(incoming.remoteIp)) return letIn(incoming, place);
    const stream = new PeekedStream(incoming.stream);
    const identifying = identify({ ...incoming, stream }, door.readDeadlineSeconds)
      .then((client) => {
        if (typeof client === "object") return letIn(client, place);
        place.leave();
        if (client === "gone") return closeNow(stream);
        refuse(stream, client, incoming.remoteIp);
      })
      .finally(() => arriving.delete(stream));
    arriving.set(stream, identifying);
  }, door.log);
  for (const stream of arriving.keys()) closeNow(stream);
  await Promise.all(arriving.values());
}

/** Whose connection it is, or why it is nobody's. */
async function identify(
  incoming: AcceptedStream & { readonly stream: PeekedStream },
  seconds: number,
): Promise<AcceptedStream | "gone" | "broken PROXY header"> {
  const { stream } = incoming;
  try {
    const deadline = performance.now() + seconds * 1000;
    const decision = await stream.peekUntil(decideProxyHeader, deadline);
    if (decision?.state === "broken") return "broken PROXY header";
    const own = { ...incoming, isTrusted: true };
    // Nothing, or half a header, when the time is over: the session has an answer to that.
    if (decision?.state !== "whole") return own;
    stream.skip(decision.length);
    const { header } = decision;
    return header.kind === "proxied" ? { ...incoming, remoteIp: header.source.ip } : own;
  } catch {
    return "gone";
  }
}

/** Counts those who are turned away, and tells of them now and then. */
export function refusalTeller(
  { log, meter }: Pick<Door, "log" | "meter">,
): (reason: DoorRefusal, from: string) => void {
  const refusals = new NowAndThen();
  return (reason, from) => {
    meter.refused[reason]++;
    const since = refusals.count(performance.now());
    if (since !== undefined) log.warn("Connections are turned away", { reason, from, since });
  };
}
