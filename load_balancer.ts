/**
 * The Parley load balancer, and the command that steers a running one. `load_balancer.ts --help`
 * tells how to run it.
 */

import { BALANCER_PROGRAM } from "./lib/config/balancer_options.ts";
import { runProgram } from "./lib/config/start.ts";
import { runBalancer } from "./lib/balancer/run.ts";

if (import.meta.main) {
  await runProgram(BALANCER_PROGRAM, Deno.args, runBalancer);
}
