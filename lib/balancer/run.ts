/**
 * The balancer as a program: from options to exit code.
 */

import { BALANCER_PROGRAM, servicesOf } from "../config/balancer_options.ts";
import type { CommandLine } from "../config/command_line.ts";
import { stopSignal, surviveUnexpected, withDeadline } from "../config/lifetime.ts";
import { print } from "../config/start.ts";
import { writeToStderr } from "../observe/log.ts";
import { Balancer } from "./balancer.ts";
import { createStoryLog } from "./story.ts";

/** Time for what comes after the grace for connections: closing sockets, the last lines. */
const LAST_STEPS_MS = 500;

/**
 * Runs the balancer until SIGINT or SIGTERM.
 *
 * @returns the exit code
 * @throws OperationalError when it cannot start
 */
export async function runBalancer(
  line: CommandLine<typeof BALANCER_PROGRAM.options>,
): Promise<number> {
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
    readFile: (path) => Deno.readTextFile(path),
  });
  const stop = stopSignal();
  announce(balancer);

  log.info("Stopping", { signal: await stop });
  const graceMs = options.stopGrace * 1000;
  await withDeadline(balancer.stop(graceMs), graceMs + LAST_STEPS_MS, log);
  log.info("Stopped");
  return 0;
}

/** Tells programs (one line on stdout) which ports were bound. */
function announce(balancer: Balancer): void {
  const services = Object.fromEntries(
    [...balancer.services].map(([name, { port }]) => [name, { tcp: port, udp: null }]),
  );
  print(`ready ${JSON.stringify({ services, status: null })}\n`);
}
