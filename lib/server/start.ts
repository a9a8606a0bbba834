/**
 * A running server: the store and the services joined, without command line or signals.
 */

import { parseAddressSet } from "../core/ip_address.ts";
import { DRAIN_SECONDS, type ServerLimits } from "../core/limits.ts";
import type { Clock, Log, Trace } from "../core/ports.ts";
import { Admission } from "../net/admission.ts";
import type { HandshakeFaults } from "../net/handshake_faults.ts";
import type { TlsIdentity } from "../net/tcp.ts";
import type { Part } from "../observe/status_view.ts";
import { Passwords } from "../services/passwords.ts";
import { Presence } from "../services/presence.ts";
import { SharedPresence } from "../services/shared_presence.ts";
import type { SharedState, SharingHealth } from "../storage/shared_state.ts";
import type { Store, StoreHealth } from "../storage/store.ts";
import { type BuddyPorts, type BuddySettings, startBuddies } from "./buddy_service.ts";
import { type ChatPorts, type ChatSettings, startChat } from "./chat_service.ts";
import { type RoomPorts, type RoomSettings, startRooms } from "./room_service.ts";
import { LoginAttempts } from "./login_attempts.ts";
import type { AccountSettings, Service, ServiceParts } from "./service.ts";
import { TlsPorts, type TlsSettings } from "./tls_ports.ts";

/** What a server needs to start. */
export interface ServerSettings {
  readonly host: string;
  /** Each service that shall run. */
  readonly services: {
    readonly buddy?: BuddySettings | undefined;
    readonly rooms?: RoomSettings | undefined;
    readonly chat?: ChatSettings | undefined;
  };
  /** Where they speak TLS, too. */
  readonly tls?: TlsSettings | undefined;
  readonly trustProxy: readonly string[];
  readonly limits: ServerLimits;
  /** The server closes it when it stops. */
  readonly store: Store;
  /** What it shares with other servers, where it does; the server closes it when it stops. */
  readonly shared?: SharedState | undefined;
  /** Those of the design unless given. */
  readonly passwords?: Passwords;
  /** Where whoever asks must prove who they are; everybody is believed without. */
  readonly accounts?: AccountSettings | undefined;
  /** Whether to measure how long everything takes, for the status port; not unless told so. */
  readonly isTimed?: boolean;
  /** For lifetimes and rates: one that only goes forward, whoever sets the time of day. */
  readonly clock: Clock;
  readonly log: Log;
  /** What listens to everything that crosses the wire, where something does. */
  readonly trace?: Trace | undefined;
}

/** The ports of each service; `null` for one that does not run. */
export interface ServerPorts {
  readonly buddy: BuddyPorts | null;
  readonly rooms: RoomPorts | null;
  readonly chat: ChatPorts | null;
}

/** A server that serves until it is stopped. */
export interface RunningServer {
  /** The ports it really has. */
  readonly ports: ServerPorts;
  /** Each service that runs, as the status port shows it. */
  readonly parts: Readonly<Record<string, Part>>;
  /** Who is let in, and how many are. */
  readonly admission: Admission;
  /** TLS handshakes that came to nothing so far; `undefined` for a server without a TLS port. */
  readonly handshakeFaults: Readonly<HandshakeFaults> | undefined;
  /** How what it relies on works at the moment; `sharing` is null for a server that shares nothing. */
  health(): { readonly store: StoreHealth; readonly sharing: SharingHealth | null };
  /**
   * Shows another certificate to whoever comes from now on.
   *
   * @throws OperationalError when the certificate or key is none; the one before stays
   */
  reloadTls(identity: TlsIdentity): void;
  /** Takes no new work, finishes what was promised, and lets go of everything. */
  stop(): Promise<void>;
}

/**
 * Binds the ports of every service and starts serving.
 *
 * @throws OperationalError when a port cannot be had; the store is the caller's to close then
 */
export async function startServer(settings: ServerSettings): Promise<RunningServer> {
  const { services: wanted, limits, store, shared, clock } = settings;
  const presenceTtl = wanted.buddy?.presenceTtl ?? 0;
  const trusted = parseAddressSet(settings.trustProxy);
  const admission = new Admission(limits, trusted);
  const tls = settings.tls && new TlsPorts(settings.host, settings.tls, settings.log);
  const parts: ServiceParts = {
    ...settings,
    ...{ trusted, admission, shared, tls, trace: settings.trace },
    isTimed: settings.isTimed ?? false,
    presence: shared === undefined
      ? new Presence(presenceTtl, clock)
      : new SharedPresence(shared, presenceTtl, clock),
    passwords: settings.passwords ?? new Passwords(),
    attempts: new LoginAttempts(trusted),
    accounts: settings.accounts,
  };
  const running: Service<unknown>[] = [];
  const seen: Record<string, Part> = {};
  const stop = async (): Promise<void> => {
    await Promise.all(running.map((service) => service.stop()));
    await tls?.stop(DRAIN_SECONDS * 1000);
  };
  function start<Settings, Ports>(
    name: string,
    begin: (settings: Settings, parts: ServiceParts) => Service<Ports>,
    service: Settings | undefined,
  ): Ports | null {
    if (service === undefined) return null;
    const started = begin(service, parts);
    running.push(started);
    seen[name] = started.part;
    return started.ports;
  }
  try {
    const ports = {
      buddy: start("buddy", startBuddies, wanted.buddy),
      rooms: start("rooms", startRooms, wanted.rooms),
      chat: start("chat", startChat, wanted.chat),
    };
    return {
      ports,
      parts: seen,
      admission,
      handshakeFaults: tls?.faults,
      health: () => ({ store: store.health(), sharing: shared?.health() ?? null }),
      reloadTls: (identity) => tls?.reload(identity),
      async stop() {
        await stop();
        shared?.close();
        await store.close();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
