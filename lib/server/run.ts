/**
 * The server as a program: from options to exit code.
 */

import { stopSignal, surviveUnexpected, withDeadline } from "../config/lifetime.ts";
import type { MaintenanceCommand, MaintenanceOptions } from "../config/maintenance_options.ts";
import type { ServerOptions } from "../config/server_options.ts";
import { print } from "../config/start.ts";
import type { Log } from "../core/ports.ts";
import { visibleText } from "../core/visible_text.ts";
import { dialableAddresses, ownAddresses } from "../net/interfaces.ts";
import { hostPort } from "../net/tcp.ts";
import { createLog, writeToStderr } from "../observe/log.ts";
import { openStore } from "../storage/open_store.ts";
import { maintain } from "./maintenance.ts";
import { type RunningServer, startServer } from "./start.ts";

/** Longest time from a signal to the exit, whatever hangs. */
const STOP_DEADLINE_MS = 4500;

/**
 * Runs the server until SIGINT or SIGTERM.
 *
 * @returns the exit code
 * @throws OperationalError when it cannot start
 */
export async function runServer(options: ServerOptions): Promise<number> {
  const clock = Date.now;
  const log = createLog({
    format: options.log,
    level: options.logLevel,
    clock,
    write: writeToStderr,
  });
  surviveUnexpected(log);
  const directory = options.data;
  const { store: kind, compactFrom } = options;
  const store = await openStore({ kind, directory, compactFrom, clock, log });
  let server: RunningServer;
  try {
    const sinceStart = (): number => performance.now();
    const services = {
      buddy: options.services.includes("buddy") ? options : undefined,
      rooms: options.services.includes("rooms") ? options : undefined,
      chat: options.services.includes("chat") ? options : undefined,
    };
    server = await startServer({
      ...{ ...options, limits: options, services },
      ...{ store, clock: sinceStart, log },
    });
  } catch (error) {
    await store.close();
    throw error;
  }
  const stop = stopSignal();
  announce(server, options, log);

  log.info("Stopping", { signal: await stop });
  await withDeadline(server.stop(), STOP_DEADLINE_MS, log);
  log.info("Stopped");
  return 0;
}

/** Tells people where to dial, and programs (one line on stdout) which ports were bound. */
function announce(server: RunningServer, options: ServerOptions, log: Log): void {
  log.info("Users are kept", { store: options.store, directory: options.data });
  for (const ip of dialableAddresses(options.host, ownAddresses())) {
    const { buddy, rooms, chat } = server.ports;
    for (const [who, ports] of [["buddies", buddy], ["rooms", rooms]] as const) {
      if (ports === null) continue;
      const [tcp, udp] = [hostPort(ip, ports.tcp), hostPort(ip, ports.udp)];
      log.info(`Listening for ${who}`, { tcp, udp });
    }
    if (chat !== null) log.info("Listening for the login chat", { tcp: hostPort(ip, chat.tcp) });
  }
  const ports = { ...server.ports, status: null };
  print(`ready ${JSON.stringify(ports)}\n`);
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
  print(lines.map((line) => visibleText(line) + "\n").join(""));
  return exitCode;
}
