/**
 * A running server: store, services and sockets joined, without command line or signals.
 */

import { parseAddressSet } from "../core/ip_address.ts";
import type { ServerLimits } from "../core/limits.ts";
import { MAX_BUDDY_LINE_BYTES } from "../core/limits.ts";
import type { Clock, IncomingStream, Log } from "../core/ports.ts";
import { acceptConnections } from "../net/accept_loop.ts";
import { Admission } from "../net/admission.ts";
import { ownAddresses } from "../net/interfaces.ts";
import { closeNow } from "../net/orderly_close.ts";
import { listenTcp } from "../net/tcp.ts";
import { DatagramSocket } from "../net/udp.ts";
import { Presence } from "../services/presence.ts";
import { Roster } from "../services/roster.ts";
import type { Store } from "../storage/store.ts";
import { AnswerBudget } from "./answer_budget.ts";
import { BuddyRequests } from "./buddy_requests.ts";
import { BuddySessions } from "./buddy_session.ts";
import { PresenceAnswers, viewFromElsewhere } from "./presence_answers.ts";

/** What a server needs to start. */
export interface ServerSettings {
  readonly host: string;
  /** Ports; 0 asks the system for a free one. */
  readonly tcpPort: number;
  readonly udpPort: number;
  readonly advertise: string | undefined;
  readonly presenceTtl: number;
  readonly trustProxy: readonly string[];
  readonly limits: ServerLimits;
  /** The server closes it when it stops. */
  readonly store: Store;
  /** For lifetimes and rates: one that only goes forward, whoever sets the time of day. */
  readonly clock: Clock;
  readonly log: Log;
}

/** A server that serves until it is stopped. */
export interface RunningServer {
  /** The ports it really has. */
  readonly buddy: { readonly tcp: number; readonly udp: number };
  /** Takes no new work, finishes what was promised, and lets go of everything. */
  stop(): Promise<void>;
}

/** How long answers under way may take when the server stops: the contract says 5 s in all. */
const STOP_GRACE_MS = 3000;

/** At most one line in this time about connections turned away. */
const REFUSAL_LOG_MS = 10_000;

/**
 * Binds the ports and starts serving.
 *
 * @throws OperationalError when a port cannot be had; the store is the caller's to close then
 */
export function startServer(settings: ServerSettings): RunningServer {
  const { host, store, clock, log } = settings;
  const listener = listenTcp({ hostname: host, port: settings.tcpPort });
  let socket: DatagramSocket;
  try {
    socket = new DatagramSocket({ hostname: host, port: settings.udpPort });
  } catch (error) {
    listener.close();
    throw error;
  }

  const presence = new Presence(settings.presenceTtl, clock);
  const roster = new Roster(store, presence);
  const trusted = parseAddressSet(settings.trustProxy);
  const budget = new AnswerBudget(trusted, clock());
  const view = viewFromElsewhere(settings.advertise, ownAddresses);
  const requests = new BuddyRequests({ roster, presence, view, log });
  const sessions = new BuddySessions((line, fromIp) => {
    budget.prove(fromIp, clock());
    return requests.answer(line, fromIp);
  }, settings.limits.readDeadlineSeconds);
  const answers = new PresenceAnswers({
    roster,
    presence,
    budget,
    view,
    own: ownAddresses,
    clock,
    send: (answer, to) => socket.send(answer, to),
    port: socket.port,
  });

  const admission = new Admission(settings.limits, trusted);
  const admit = admitter(admission, sessions, log);
  const accepting = acceptConnections(listener, admit, log);
  const receiving = socket.receive((datagram, from) => {
    answers.take(datagram, from).catch((error: unknown) =>
      log.error("A datagram could not be handled", { reason: String(error) })
    );
  }, MAX_BUDDY_LINE_BYTES + 2);

  return {
    buddy: { tcp: (listener.addr as Deno.NetAddr).port, udp: socket.port },
    async stop() {
      listener.close();
      socket.close();
      // A connection may have been accepted a moment ago: its session is stopped with the others.
      await Promise.all([accepting, receiving]);
      await sessions.stop(STOP_GRACE_MS);
      await store.close();
    },
  };
}

/** Lets connections in, or turns them away at once, within the limits. */
function admitter(
  admission: Admission,
  sessions: BuddySessions,
  log: Log,
): (incoming: IncomingStream) => void {
  let refused = 0;
  let toldAt = -Infinity;
  return (incoming) => {
    const { stream, remoteIp } = incoming;
    const now = performance.now();
    const refusal = admission.admit(remoteIp, now);
    if (refusal === undefined) {
      sessions.serve(incoming).then(() => admission.leave(remoteIp));
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
