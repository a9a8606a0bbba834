/**
 * The Parley load balancer. It is not built yet, and says so instead of pretending.
 */

import { BALANCER_PROGRAM } from "./lib/config/balancer_options.ts";
import { runProgram } from "./lib/config/start.ts";
import { runBalancer } from "./lib/balancer/run.ts";

if (import.meta.main) {
  await runProgram(BALANCER_PROGRAM, Deno.args, runBalancer);
}
