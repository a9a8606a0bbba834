/**
 * The balancer as a program: from options to exit code.
 */

import { servicesOf } from "../config/balancer_options.ts";
import { BALANCER_PROGRAM } from "../config/balancer_program.ts";
import type { CommandLine } from "../config/command_line.ts";
import type { CtlOptions } from "../config/ctl_options.ts";
import { stopSignal, surviveUnexpected, withDeadline } from "../config/lifetime.ts";
import { print } from "../config/start.ts";
import { OperationalError } from "../core/errors.ts";
import type { Log } from "../core/ports.ts";
import { listenReason } from "../net/system_error.ts";
import { writeToStderr } from "../observe/log.ts";
import { administer } from "./admin.ts";
import { Balancer } from "./balancer.ts";
import { steer } from "./ctl.ts";
import { Reloads } from "./reloads.ts";
import { createStoryLog } from "./story.ts";

/** Time for what comes after the grace for connections: closing sockets, the last lines. */
const LAST_STEPS_MS = 500;

type Line = CommandLine<typeof BALANCER_PROGRAM.options>;

const readFile = (path: string): Promise<string> => Deno.readTextFile(path);

/**
 * Runs the balancer until SIGINT or SIGTERM.
 *
 * @param words the command line itself: a reload reads it again
 * @returns the exit code
 * @throws OperationalError when it cannot start
 */
export async function runBalancer(line: Line, words: readonly string[]): Promise<number> {
  const { options } = line;
  const log = createStoryLog({
    format: options.log,
    level: options.logLevel,
    clock: Date.now,
    write: writeToStderr,
  });
  surviveUnexpected(log);
  const balancer = await Balancer.start({
    services: servicesOf(line),
    isQuiet: options.quiet,
    log,
    clock: () => performance.now(),
    random: Math.random,
    readFile,
  });
  const stop = stopSignal();
  const admin = serveAdmin(balancer, line, log);
  const reloads = new Reloads({ balancer, options, words, log, readFile });
  announce(balancer, admin);

  log.info("Stopping", { signal: await stop });
  reloads.stop();
  const graceMs = reloads.options.stopGrace * 1000;
  await withDeadline(balancer.stop(graceMs), graceMs + LAST_STEPS_MS, log);
  log.info("Stopped");
  return 0;
}

/**
 * Steers a running balancer.
 *
 * @returns the exit code
 * @throws UnreachableError when there is none, OperationalError when it refuses
 */
export async function runCtl(options: CtlOptions): Promise<number> {
  const lines = await steer(options);
  print(lines.map((line) => line + "\n").join(""));
  return 0;
}

/**
 * Opens the admin endpoint. Nobody may have asked for it by name: then a second balancer on this
 * machine goes without.
 *
 * @returns its port, `null` without
 */
function serveAdmin(balancer: Balancer, { options, given }: Line, log: Log): number | null {
  const { adminPort: port } = options;
  try {
    const { addr } = Deno.serve(
      { hostname: "127.0.0.1", port, onListen: () => {} },
      (request) =>
        administer(balancer.services, request, ({ index, name }, service, what) => {
          log.info(`Backend ${index}: ${what} (${name})`, { service, backend: name, set: what });
        }),
    );
    return addr.port;
  } catch (error) {
    const trouble = `the admin endpoint on 127.0.0.1:${port}: ${listenReason(error)}`;
    if (given.has("adminPort")) throw new OperationalError(`Cannot open ${trouble}`);
    log.warn(`Going on without ${trouble}`, { admin: port });
    return null;
  }
}

/** Tells programs (one line on stdout) which ports were bound. */
function announce(balancer: Balancer, admin: number | null): void {
  const services = Object.fromEntries(
    [...balancer.services].map(([name, { port, udpPort }]) => [name, { tcp: port, udp: udpPort }]),
  );
  print(`ready ${JSON.stringify({ services, admin, status: null })}\n`);
}
