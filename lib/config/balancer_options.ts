/** The command line of `load_balancer.ts`. */

import { UsageError } from "../core/errors.ts";
import { BALANCER_LIMITS, MAX_BALANCER_WORKERS } from "../core/limits.ts";
import type { CommandLine } from "./command_line.ts";
import { readObject } from "./config_file.ts";
import { LOG_FILE_OPTIONS } from "./log_options.ts";
import {
  type Option,
  type OptionTable,
  type OptionValues,
  port,
  seconds,
  toggle,
  wholeNumber,
} from "./option.ts";
import { COMMON_OPTIONS } from "./program.ts";
import { STATUS_OPTIONS } from "./status_options.ts";
import { checkService, SERVICE_OPTIONS, type ServiceOptions } from "./service_options.ts";
import { TRACE_OPTIONS } from "./trace_option.ts";

/** The port of the admin endpoint on loopback unless told otherwise. */
export const ADMIN_PORT = 1239;

/** The name of the service that flags describe. */
export const FLAG_SERVICE = "buddy";

/** Services by name, each with its options. */
export type Services = ReadonlyMap<string, ServiceOptions>;

const SERVICE_NAME = /^[a-z][a-z0-9-]{0,31}$/;

/** Several services, each an object of service options under its name. */
const services: Option<Services> = {
  flag: "services",
  valueName: "JSON",
  default: new Map(),
  shownDefault: "none",
  help: "several services by name, best in a config file",
  structured: true,
  parse([given = ""], label) {
    const named = Object.entries(parseJson(given, label));
    if (named.length === 0) throw new UsageError(`Cannot use ${label}: it needs a service`);
    return new Map(named.map(([name, content]) => [name, parseService(name, content, label)]));
  },
};

function parseJson(text: string, label: string): Record<string, unknown> {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    // Said below.
  }
  if (content !== null && typeof content === "object" && !Array.isArray(content)) {
    return content as Record<string, unknown>;
  }
  throw new UsageError(`Cannot use ${label}: expected an object, { "buddy": { ... } }`);
}

function parseService(name: string, content: unknown, label: string): ServiceOptions {
  if (!SERVICE_NAME.test(name)) {
    throw new UsageError(
      `Cannot use ${label}: "${name}" is no name of a service (lower-case letters, digits, "-")`,
    );
  }
  const what = `service "${name}" of ${label}`;
  const given = readObject(content, { options: SERVICE_OPTIONS, what, where: what });
  const values = Object.entries(SERVICE_OPTIONS).map(([key, option]: [string, Option<unknown>]) => {
    const value = given.get(key);
    return [key, value === undefined ? option.default : option.parse(value.texts, value.label)];
  });
  return checkService(Object.fromEntries(values), what);
}

/** Every option of the balancer. */
export const BALANCER_OPTIONS = {
  ...SERVICE_OPTIONS,
  services,
  adminPort: port("admin-port", ADMIN_PORT, "loopback port of the admin endpoint, for ctl"),
  stopGrace: seconds(
    "stop-grace",
    BALANCER_LIMITS.stopGraceSeconds,
    "seconds connections may go on after SIGTERM",
  ),
  workers: wholeNumber(
    "workers",
    BALANCER_LIMITS.workers,
    { min: 1, max: MAX_BALANCER_WORKERS },
    "threads that carry plain connections, on Linux; without trunks",
  ),
  quiet: toggle("quiet", "do not tell of every connection"),
  ...STATUS_OPTIONS,
  ...TRACE_OPTIONS,
  ...LOG_FILE_OPTIONS,
  ...COMMON_OPTIONS,
} satisfies OptionTable;

/** The balancer's options, read. */
export type BalancerOptions = OptionValues<typeof BALANCER_OPTIONS>;

/**
 * The services a command line asks for: those of `services`, or the one that flags describe.
 *
 * @throws UsageError when both are there, or options of a service do not go together
 */
export function servicesOf(
  { options, given }: CommandLine<typeof BALANCER_OPTIONS>,
): Services {
  if (options.services.size === 0) {
    return new Map([[FLAG_SERVICE, checkService(options, "these options")]]);
  }
  const extra = Object.keys(SERVICE_OPTIONS).find((name) => given.has(name));
  if (extra !== undefined) {
    throw new UsageError(
      `Cannot use "${extra}" beside "services": each service says its own`,
    );
  }
  return options.services;
}

/**
 * How many threads carry connections, the main one included.
 *
 * @param os the system, as Deno names it
 * @throws UsageError where there can be no more than one
 */
export function threadsOf(
  { workers, trace }: Pick<BalancerOptions, "workers" | "trace">,
  os: typeof Deno.build.os = Deno.build.os,
): number {
  if (workers === 1) return 1;
  if (os !== "linux") {
    throw new UsageError(
      `Cannot use --workers ${workers} here: only Linux shares a port between threads, leave it out`,
    );
  }
  if (trace) {
    throw new UsageError(
      `Cannot use --trace with --workers ${workers}: it would show one thread only; ` +
        `leave one of them out`,
    );
  }
  return workers;
}
