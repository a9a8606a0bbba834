/** How the balancer describes itself, and the commands beside balancing. */

import { BALANCER_OPTIONS } from "./balancer_options.ts";
import { completionsCommand } from "./completions_options.ts";
import { CTL_PROGRAM } from "./ctl_options.ts";
import type { Program } from "./program.ts";

/** The balancer. */
export const BALANCER_PROGRAM: Program<typeof BALANCER_OPTIONS> = {
  name: "load_balancer",
  summary: "Parley load balancer: several servers behind one address.",
  positionals: [],
  options: BALANCER_OPTIONS,
  commands: [
    { word: "ctl", help: "steer a running balancer on this machine", program: CTL_PROGRAM },
    completionsCommand("load_balancer"),
  ],
  examples: [
    ["load_balancer", "1234 over 127.0.0.1:5001 and 127.0.0.1:5002"],
    ["load_balancer --backend a:1234 --backend b:1234,weight=2", "over two machines"],
    ["load_balancer --config lab.jsonc --quiet --log json", "as a service; sees changes"],
    ["load_balancer ctl drain 0", "give backend 0 nothing new; see ctl --help"],
  ],
};
