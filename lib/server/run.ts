/**
 * The server as a program: from options to exit code.
 */

import { stopSignal, surviveUnexpected, withDeadline } from "../config/lifetime.ts";
import type { MaintenanceCommand, MaintenanceOptions } from "../config/maintenance_options.ts";
import type { MigrateOptions } from "../config/migrate_options.ts";
import type { ServerOptions } from "../config/server_options.ts";
import { print, shownLog, shownText } from "../config/start.ts";
import { hostPort } from "../core/endpoint.ts";
import type { Log } from "../core/ports.ts";
import { visibleText } from "../core/visible_text.ts";
import { dialableAddresses, ownAddresses } from "../net/interfaces.ts";
import { openProgramLog, type ProgramLog } from "../observe/program_log.ts";
import { openStatus } from "../observe/status_server.ts";
import { wirePages } from "../observe/wire_pages.ts";
import { TRACE_WARNING, watchWire } from "../observe/wire_watch.ts";
import type { SharedState } from "../storage/shared_state.ts";
import { createDescriber } from "../wire/describe.ts";
import type { Store } from "../storage/store.ts";
import { StoreMeter } from "../storage/store_meter.ts";
import { openChosenSharing, openChosenStore, shownPlaces } from "./backends.ts";
import { maintain } from "./maintenance.ts";
import { migrate } from "./migrate.ts";
import { observeServer } from "./observed.ts";
import { tellOfReadable } from "./private_files.ts";
import type { AccountSettings } from "./service.ts";
import { type RunningServer, startServer } from "./start.ts";
import { keepTls, type OpenedTls, openTls } from "./tls_run.ts";

const CLEARTEXT_WARNING =
  "Passwords are taken without TLS, too: whoever sees the network reads them";

/** Longest time from a signal to the exit, whatever hangs. */
const STOP_DEADLINE_MS = 4500;

/**
 * Runs the server until SIGINT or SIGTERM.
 *
 * @returns the exit code
 * @throws OperationalError when it cannot start
 */
export async function runServer(options: ServerOptions): Promise<number> {
  const lines = openProgramLog(options);
  try {
    return await serve(options, lines);
  } finally {
    await lines.finish();
  }
}

async function serve(options: ServerOptions, { log, trace }: ProgramLog): Promise<number> {
  surviveUnexpected(log);
  const meter = new StoreMeter();
  const store = await openChosenStore(options, shownLog(log), meter);
  const wire = watchWire(options, createDescriber(), trace);
  if (wire !== undefined) log.warn(TRACE_WARNING);
  if (options.allowCleartextPasswords) log.warn(CLEARTEXT_WARNING);
  let shared: SharedState | undefined;
  let server: RunningServer;
  let tls: OpenedTls | undefined;
  try {
    shared = await openChosenSharing(options, log);
    const sinceStart = (): number => performance.now();
    const services = {
      buddy: options.services.includes("buddy") ? options : undefined,
      rooms: options.services.includes("rooms") ? options : undefined,
      chat: options.services.includes("chat") ? options : undefined,
    };
    tls = await openTls(options);
    await tellOfReadable(options, log);
    if (options.accounts === "password") await tellUnclaimed(store, log);
    server = await startServer({
      ...{ ...options, limits: options, services, accounts: accountsOf(options) },
      ...{ store, shared, tls, clock: sinceStart, log, trace: wire?.trace },
      isTimed: options.status !== undefined,
    });
  } catch (error) {
    shared?.close();
    await store.close();
    throw error;
  }
  const observed = observeServer(server, { ...options, meter, places: shownPlaces(options) });
  const pages = wirePages(observed.program, wire?.record);
  const status = await openStatus(options, observed, {
    ...{ giveUp: () => server.stop(), log, more: pages },
  });
  const stop = stopSignal();
  announce(server, options, { status: status?.port ?? null, log });
  keepTls(server, tls, options, log);

  log.info("Stopping", { signal: await stop });
  status?.stopping();
  // Whoever asks meanwhile is told that it is draining.
  const stopping = server.stop().then(() => status?.stop());
  await withDeadline(stopping, STOP_DEADLINE_MS, log);
  log.info("Stopped");
  return 0;
}

/** What accounts are asked to be; `undefined` where everybody is believed. */
function accountsOf(options: ServerOptions): AccountSettings | undefined {
  const { accounts, minPassword, allowCleartextPasswords: allowCleartext } = options;
  return accounts === "open" ? undefined : { minPassword, allowCleartext };
}

/** Tells of names that were registered when nobody needed a password: the first to come has them. */
async function tellUnclaimed(store: Store, log: Log): Promise<void> {
  const names = await store.usersWithoutPassword();
  if (names === 0) return;
  log.warn("Names have no password yet: whoever logs in first has them", { names });
}

/** Tells people where to dial, and programs (one line on stdout) which ports were bound. */
function announce(
  server: RunningServer,
  options: ServerOptions,
  { status, log }: { readonly status: number | null; readonly log: Log },
): void {
  log.info("Users are kept", shownPlaces(options));
  if (options.accounts === "password") {
    const services = options.services.join(",");
    log.info("Names have passwords; what cannot be guarded is not served", { services });
  }
  for (const ip of dialableAddresses(options.host, ownAddresses())) {
    const { buddy, rooms, chat } = server.ports;
    for (const [who, ports] of [["buddies", buddy], ["rooms", rooms]] as const) {
      if (ports === null) continue;
      const [tcp, udp] = [hostPort(ip, ports.tcp), hostPort(ip, ports.udp)];
      log.info(`Listening for ${who}`, { tcp, udp, ...tlsAt(ip, ports) });
    }
    if (chat !== null) {
      const tcp = hostPort(ip, chat.tcp);
      log.info("Listening for the login chat", { tcp, ...tlsAt(ip, chat) });
    }
  }
  const ports = { ...server.ports, status };
  print(`ready ${JSON.stringify(ports)}\n`);
}

function tlsAt(ip: string, { tls }: { readonly tls?: number }): { readonly tls?: string } {
  return tls === undefined ? {} : { tls: hostPort(ip, tls) };
}

/**
 * Runs a maintenance command.
 *
 * @returns the exit code
 * @throws OperationalError when the directory cannot be used
 */
export async function runMaintenance(
  command: MaintenanceCommand,
  options: MaintenanceOptions,
): Promise<number> {
  const { lines, exitCode } = await maintain(command, options);
  // Names of files are anybody's text.
  print(lines.map((line) => shownText(visibleText(line)) + "\n").join(""));
  return exitCode;
}

/**
 * Copies one store into another.
 *
 * @returns the exit code
 * @throws OperationalError when a place cannot be used
 */
export async function runMigration(options: MigrateOptions): Promise<number> {
  const lines = await migrate(options);
  print(lines.map((line) => shownText(visibleText(line)) + "\n").join(""));
  return 0;
}
