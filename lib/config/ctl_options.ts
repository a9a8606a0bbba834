/** The command line of `load_balancer.ts ctl`, which steers a running balancer. */

import { UsageError } from "../core/errors.ts";
import { numberIn, WEIGHT_RANGE } from "./backend_option.ts";
import { ADMIN_PORT } from "./balancer_options.ts";
import { type OptionTable, type OptionValues, port, text } from "./option.ts";
import { COMMON_OPTIONS, type Program } from "./program.ts";

/** What it is depends on the others, so it is no flag to learn. */
const WORD = "a word behind ctl";

/** Every option of the command; the words after it are read by {@linkcode ctlRequest}. */
export const CTL_OPTIONS = {
  first: { ...text("first", "WORD", "status", WORD), isUnlisted: true },
  second: { ...text("second", "WORD", undefined, WORD), isUnlisted: true },
  third: { ...text("third", "WORD", undefined, WORD), isUnlisted: true },
  fourth: { ...text("fourth", "WORD", undefined, WORD), isUnlisted: true },
  adminPort: port("admin-port", ADMIN_PORT, "port of the balancer's admin endpoint"),
  ...COMMON_OPTIONS,
} satisfies OptionTable;

/** The options of the command, read. */
export type CtlOptions = OptionValues<typeof CTL_OPTIONS>;

/** How the command describes itself. */
export const CTL_PROGRAM: Program<typeof CTL_OPTIONS> = {
  name: "load_balancer ctl",
  summary: "Steer a running load balancer on this machine: " +
    "[SERVICE] status|drain|maintain|ready|weight [BACKEND] [N].",
  positionals: [
    { name: "SERVICE", option: "first" },
    { name: "COMMAND", option: "second" },
    { name: "BACKEND", option: "third" },
    { name: "N", option: "fourth" },
  ],
  options: CTL_OPTIONS,
  examples: [
    ["load_balancer ctl", "how every backend does"],
    ["load_balancer ctl drain 0", "nothing new for backend 0, what it has goes on"],
    ["load_balancer ctl maintain lab-2:1234", "the same without health checks"],
    ["load_balancer ctl ready 0", "in use again"],
    ["load_balancer ctl rooms weight 1 5", "of the service rooms, where there are several"],
  ],
};

/** What to ask the balancer. */
export type CtlRequest =
  | { readonly kind: "status" }
  | { readonly kind: "change"; readonly path: string };

const CHANGES = ["drain", "maintain", "ready", "weight"];

/**
 * Reads the words of the command.
 *
 * @throws UsageError saying which word is wrong
 */
export function ctlRequest({ first, second, third, fourth }: CtlOptions): CtlRequest {
  const words = [first, second, third, fourth].filter((word) => word !== undefined);
  const at = words.findIndex((word) => word === "status" || CHANGES.includes(word));
  if (at !== 0 && at !== 1) {
    throw new UsageError(`Cannot use "${words[0]}": expected status, ${CHANGES.join(", ")}`);
  }
  const service = at === 1 ? words[0]! : "-";
  const [command = "", backend, weight, extra] = words.slice(at);
  const refuse = (what: string): never => {
    throw new UsageError(`Cannot ${command}: ${what} (see load_balancer ctl --help)`);
  };
  if (command === "status") {
    return words.length === 1 ? { kind: "status" } : refuse("status takes no more words");
  }
  if (backend === undefined) refuse("which backend? Give its number or HOST:PORT");
  if (command === "weight") {
    if (numberIn(weight ?? "", WEIGHT_RANGE) === undefined) refuse("a weight is 0 to 1000");
  } else if (weight !== undefined) refuse(`"${weight}" is too much`);
  if (extra !== undefined) refuse(`"${extra}" is too much`);
  const path = [service, backend!, command, ...(weight === undefined ? [] : [weight])];
  return { kind: "change", path: "/" + path.map(encodeURIComponent).join("/") };
}
