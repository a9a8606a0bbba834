/**
 * The balancer as a program: from options to exit code.
 */

import { servicesOf, threadsOf } from "../config/balancer_options.ts";
import { BALANCER_PROGRAM } from "../config/balancer_program.ts";
import type { CommandLine } from "../config/command_line.ts";
import type { CtlOptions } from "../config/ctl_options.ts";
import { stopSignal, surviveUnexpected, withDeadline } from "../config/lifetime.ts";
import { print } from "../config/start.ts";
import { reasonOf } from "../core/errors.ts";
import type { Log } from "../core/ports.ts";
import { serveHttp } from "../net/http.ts";
import { openProgramLog, type ProgramLog } from "../observe/program_log.ts";
import { openStatus } from "../observe/status_server.ts";
import { wirePages } from "../observe/wire_pages.ts";
import { TRACE_WARNING, watchWire } from "../observe/wire_watch.ts";
import { createDescriber } from "../wire/describe.ts";
import { ADMIN_PATHS, administer, answerAdmin } from "./admin.ts";
import type { Backend } from "./backend.ts";
import { Balancer } from "./balancer.ts";
import { steer } from "./ctl.ts";
import { observeBalancer } from "./observed.ts";
import { Reloads } from "./reloads.ts";
import { storyFormat } from "./story.ts";

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
  const lines = openProgramLog(options, (isFile) => storyFormat(options.logLevel, isFile));
  try {
    return await balance(line, words, lines);
  } finally {
    await lines.finish();
  }
}

async function balance(
  line: Line,
  words: readonly string[],
  { log, trace }: ProgramLog,
): Promise<number> {
  const { options } = line;
  const threads = threadsOf(options);
  surviveUnexpected(log);
  const wire = watchWire(options, createDescriber(), trace);
  if (wire !== undefined) log.warn(TRACE_WARNING);
  const balancer = await Balancer.start({
    services: servicesOf(line),
    isQuiet: options.quiet,
    threads,
    log,
    trace: wire?.trace,
    clock: () => performance.now(),
    random: Math.random,
    readFile,
  });
  const stop = stopSignal();
  const { services } = balancer;
  const changed = ({ index, name }: Backend, service: string, what: string): void =>
    log.info(`Backend ${index}: ${what} (${name})`, { service, backend: name, set: what });
  const observed = observeBalancer(balancer, (request) => answerAdmin(services, request, changed));
  const pages = wirePages(observed.program, wire?.record);
  const status = await openStatus(options, observed, {
    ...{ giveUp: () => balancer.stop(0), log, more: pages },
  });
  const admin = serveAdmin((request) => administer(services, request, changed), line, log);
  const reloads = new Reloads({ balancer, options, words, log, readFile });
  announce(balancer, { admin, status: status?.port ?? null });

  log.info("Stopping", { signal: await stop });
  reloads.stop();
  const graceMs = reloads.options.stopGrace * 1000;
  status?.stopping();
  // Whoever asks meanwhile is told that it is draining.
  const stopping = balancer.stop(graceMs).then(() => status?.stop());
  await withDeadline(stopping, graceMs + LAST_STEPS_MS, log);
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
function serveAdmin(
  answer: (request: Request) => Response,
  { options, given }: Line,
  log: Log,
): number | null {
  const { adminPort: port } = options;
  try {
    return serveHttp({ hostname: "127.0.0.1", port }, answer, ADMIN_PATHS).port;
  } catch (error) {
    if (given.has("adminPort")) throw error;
    log.warn(`Going on without the admin endpoint: ${reasonOf(error)}`, { admin: port });
    return null;
  }
}

/** Tells programs (one line on stdout) which ports were bound. */
function announce(
  balancer: Balancer,
  ports: { readonly admin: number | null; readonly status: number | null },
): void {
  const services = Object.fromEntries(
    [...balancer.services].map(([name, { port, udpPort }]) => [name, { tcp: port, udp: udpPort }]),
  );
  print(`ready ${JSON.stringify({ services, ...ports })}\n`);
}
