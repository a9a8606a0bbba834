/** The command line of `load_balancer.ts`. */

import { COMMON_OPTIONS, type Program } from "./program.ts";

/** How the balancer describes itself. */
export const BALANCER_PROGRAM: Program<typeof COMMON_OPTIONS> = {
  name: "load_balancer",
  summary: "Parley load balancer: several servers behind one address. Not built yet.",
  positionals: [],
  options: COMMON_OPTIONS,
  examples: [["server", "one server takes every client until then"]],
};
