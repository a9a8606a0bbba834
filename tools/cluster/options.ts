/** The command line of `deno task cluster`. */

import {
  type Option,
  type OptionValues,
  text,
  toggle,
  wholeNumber,
} from "../../lib/config/option.ts";
import { COMMON_OPTIONS, type Program } from "../../lib/config/program.ts";

/** What the servers read themselves; it may hold a password. */
function sharedText(flag: string, valueName: string, help: string): Option<string | undefined> {
  return { ...text(flag, valueName, undefined, help), secret: true };
}

const OPTIONS = {
  data: text("data", "DIR", undefined, "keep users there; a temporary directory otherwise"),
  host: text("host", "ADDR", "127.0.0.1", "where the balancer listens; 0.0.0.0 lets others in"),
  servers: wholeNumber("servers", 3, { min: 1, max: 9 }, "how many servers"),
  store: sharedText("store", "text|postgres://...", "where users are kept, as for the server"),
  presence: sharedText("presence", "memory|redis://...", "what else is shared, as for the server"),
  freePorts: toggle("free-ports", "take free ports for the balancer, not the usual ones"),
  ...COMMON_OPTIONS,
};

/** What a cluster is asked to be. */
export type ClusterOptions = Pick<
  OptionValues<typeof OPTIONS>,
  "data" | "host" | "servers" | "store" | "presence" | "freePorts"
>;

/** How the tool describes itself. */
export const CLUSTER_PROGRAM: Program<typeof OPTIONS> = {
  name: "cluster",
  summary: "Several Parley servers that are one system, on this machine.",
  positionals: [],
  options: OPTIONS,
  examples: [
    ["deno task cluster", "three servers and a balancer, until Ctrl-C"],
    ["deno task cluster --data ./data", "keep users in ./data"],
    ["deno task cluster --host 0.0.0.0", "for everybody on the network"],
  ],
};
