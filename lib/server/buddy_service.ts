/**
 * The buddy service: requests over TCP and presence over UDP, joined with their sockets.
 */

import { StorageError } from "../core/errors.ts";
import { Histogram } from "../core/histogram.ts";
import { MAX_BUDDY_LINE_BYTES } from "../core/limits.ts";
import type { IncomingStream } from "../core/ports.ts";
import { ownAddresses } from "../net/interfaces.ts";
import { bindPortPair } from "../net/port_pair.ts";
import { Roster } from "../services/roster.ts";
import { MAX_PREFIX_BYTES } from "../wire/datagram_prefix.ts";
import { AnswerBudget } from "../net/answer_budget.ts";
import { Accounts } from "../services/accounts.ts";
import { LoginSessions } from "../services/login_sessions.ts";
import { AccountGuard } from "./account_guard.ts";
import { buddyPart } from "./buddy_part.ts";
import { buddyMeter, BuddyRequests } from "./buddy_requests.ts";
import { type Answer, BuddySessions } from "./buddy_session.ts";
import { openDatagram } from "./datagram_door.ts";
import { DoorMeter } from "./door_meter.ts";
import { keepDoor } from "./doorkeeper.ts";
import { LoginTries } from "./login_tries.ts";
import { PresenceAnswers, viewFromElsewhere } from "./presence_answers.ts";
import { type Service, type ServiceParts, STOP_GRACE_MS, tracingOf } from "./service.ts";
import { portIn } from "./tls_ports.ts";
import { TrunkSessions } from "./trunk_sessions.ts";

/** What the buddy service is asked to be. */
export interface BuddySettings {
  /** Ports; 0 asks the system for a free one. */
  readonly tcpPort: number;
  readonly udpPort: number;
  /** What others are told instead of loopback. */
  readonly advertise: string | undefined;
  /** Seconds a user stays online without a new SET. */
  readonly presenceTtl: number;
}

/** The ports of the buddy service. */
export interface BuddyPorts {
  readonly tcp: number;
  readonly udp: number;
  /** Where there is one. */
  readonly tls?: number;
}

/**
 * Binds the ports and starts serving.
 *
 * @throws OperationalError when a port cannot be had
 */
export function startBuddies(
  settings: BuddySettings,
  parts: ServiceParts,
): Service<BuddyPorts> {
  const { host, limits, admission, trusted, tls, clock, log, isTimed } = parts;
  const { store, presence } = parts;
  const tracing = tracingOf("buddy", parts);
  const secure = tls?.of("buddy");
  const { listener, socket } = bindPortPair(host, settings, tracing);

  const roster = new Roster(store, presence);
  const budget = new AnswerBudget(trusted, clock());
  const view = viewFromElsewhere(settings.advertise, ownAddresses);
  const guard = guardOf(roster, parts);
  const meter = buddyMeter({ isTimed, log, hasAccounts: guard !== undefined });
  const requests = new BuddyRequests({
    ...{ roster, presence, view, meter, log, guard },
    offered: { get: true, info: true, accounts: guard !== undefined, tls: secure?.number },
  });
  const doorMeter = new DoorMeter("buddy");
  const answer: Answer = (line, from) => {
    budget.prove(from.remoteIp, clock());
    return requests.answer(line, from);
  };
  const trunks = new TrunkSessions({
    answer,
    admission,
    log,
    meter: doorMeter,
    seconds: meter.seconds,
  });
  const sessions = new BuddySessions({
    answer,
    readDeadlineSeconds: limits.readDeadlineSeconds,
    tally: meter,
    trunk: trunks.serve,
  });
  const seconds = isTimed ? new Histogram() : undefined;
  const answers = new PresenceAnswers({
    roster,
    presence,
    budget,
    view,
    own: ownAddresses,
    clock,
    send: (answer, to) => socket.sendText(answer, to),
    port: socket.port,
    seconds,
    guard,
  });

  const door = {
    admission,
    meter: doorMeter,
    trusted,
    readDeadlineSeconds: limits.readDeadlineSeconds,
    log,
    tracing,
    serve: (incoming: IncomingStream) => sessions.serve(incoming),
  };
  const accepting = Promise.all([keepDoor({ ...door, listener }), secure?.keep(door)]);
  const failed = (error: unknown): void => {
    // The store has told of its failure in the log; there is nobody else to tell.
    if (error instanceof StorageError) return;
    log.error("A datagram could not be handled", { reason: String(error) });
  };
  const receiving = socket.receive((datagram, sender) => {
    const arrived = openDatagram(datagram, sender, trusted);
    if (arrived === undefined) {
      answers.counts.malformed++;
      return;
    }
    const { bytes, from, via, isProven } = arrived;
    if (isProven) budget.prove(from.ip, clock());
    const taking = answers.take(bytes, from, via);
    if (taking instanceof Promise) taking.catch(failed);
  }, MAX_PREFIX_BYTES + MAX_BUDDY_LINE_BYTES + 2);

  const tcp = (listener.addr as Deno.NetAddr).port;
  const ports = { tcp, udp: socket.port, ...portIn(secure) };
  return {
    ports,
    part: buddyPart({
      ...{ ports, door: doorMeter, meter, counts: answers.counts, seconds, presence, guard },
      trunks: () => trunks.open,
    }),
    async stop() {
      listener.close();
      secure?.close();
      socket.close();
      // A connection may have been accepted a moment ago: its session is stopped with the others.
      await Promise.all([accepting, receiving]);
      await Promise.all([sessions.stop(STOP_GRACE_MS), trunks.stop(STOP_GRACE_MS)]);
    },
  };
}

/** What judges who asks, where accounts have passwords. */
function guardOf(roster: Roster, parts: ServiceParts): AccountGuard | undefined {
  const { accounts: settings, store, passwords, presence, attempts, clock, log } = parts;
  if (settings === undefined) return undefined;
  const { minPassword, allowCleartext } = settings;
  const mayRegister = (ip: string): boolean => attempts.mayRegister(ip, clock());
  return new AccountGuard({
    accounts: new Accounts({ store, passwords, presence, minPassword, mayRegister }),
    tries: new LoginTries({ attempts, clock, log }),
    sessions: new LoginSessions(clock),
    ...{ roster, allowCleartext, log },
  });
}
