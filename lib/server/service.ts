/**
 * What the services of a server have in common: what they are started with, and how they stop.
 */

import type { AddressSet } from "../core/ip_address.ts";
import type { ServerLimits } from "../core/limits.ts";
import type { Clock, Log, Trace } from "../core/ports.ts";
import type { TracedService } from "../core/wire_message.ts";
import type { Admission } from "../net/admission.ts";
import type { SocketTrace } from "../net/traced_socket.ts";
import type { ArrivalTrace } from "../net/traced_stream.ts";
import type { Part } from "../observe/status_view.ts";
import type { Passwords } from "../services/passwords.ts";
import type { PresenceBook } from "../services/presence.ts";
import type { SharedState } from "../storage/shared_state.ts";
import type { Store } from "../storage/store.ts";
import type { LoginAttempts } from "./login_attempts.ts";
import type { TlsPorts } from "./tls_ports.ts";

/** What accounts with passwords are asked to be (`--accounts password`). */
export interface AccountSettings {
  /** Least length of a new password, in characters. */
  readonly minPassword: number;
  /** Whether passwords are taken over connections that others can read. */
  readonly allowCleartext: boolean;
}

/** What every service of a server is given. */
export interface ServiceParts {
  /** Address to listen on. */
  readonly host: string;
  readonly limits: ServerLimits;
  /** Counts the connections of all services together. */
  readonly admission: Admission;
  /** Addresses that the per-address limits spare. */
  readonly trusted: AddressSet;
  /** The ports where they speak TLS, where they do; whoever started them stops it. */
  readonly tls: TlsPorts | undefined;
  /** Shared by all services; whoever started them closes it. */
  readonly store: Store;
  /** Where users are heard of; only the buddy service hears of anybody. */
  readonly presence: PresenceBook;
  /** What servers share beside the store, where they do. */
  readonly shared: SharedState | undefined;
  /** Hashes for all services together. */
  readonly passwords: Passwords;
  /** Wrong passwords at all services together. */
  readonly attempts: LoginAttempts;
  /** Where whoever asks must prove who they are; everybody is believed without. */
  readonly accounts: AccountSettings | undefined;
  /** For lifetimes and rates: one that only goes forward, whoever sets the time of day. */
  readonly clock: Clock;
  readonly log: Log;
  /** What listens to everything that crosses the wire, where something does. */
  readonly trace: Trace | undefined;
  /** Whether somebody wants to know how long everything takes. */
  readonly isTimed: boolean;
}

/** A service that serves until it is stopped. */
export interface Service<Ports> {
  /** The ports it really has. */
  readonly ports: Ports;
  /** It, as the status port shows it. */
  readonly part: Part;
  /** Takes no new work, finishes what was promised, and lets go of its sockets. */
  stop(): Promise<void>;
}

/** How long answers under way may take when the server stops: the contract says 5 s in all. */
export const STOP_GRACE_MS = 3000;

/** What a service says of its sockets to a trace. */
export function tracingOf(
  service: TracedService,
  { trace, trusted }: Pick<ServiceParts, "trace" | "trusted">,
): ServerTrace | undefined {
  return trace && {
    ...{ trace, service, name: "server", own: "server" },
    isProxy: (ip) => trusted.has(ip),
  };
}

/** A trace of a service's sockets, of connections and datagrams alike. */
export type ServerTrace = ArrivalTrace & SocketTrace;
