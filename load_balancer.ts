/**
 * The Parley load balancer, and the command that steers a running one. `load_balancer.ts --help`
 * tells how to run it.
 */

import { BALANCER_PROGRAM } from "./lib/config/balancer_program.ts";
import { runCompletions } from "./lib/config/completions_run.ts";
import { CTL_PROGRAM } from "./lib/config/ctl_options.ts";
import { runProgram } from "./lib/config/start.ts";
import { runBalancer, runCtl } from "./lib/balancer/run.ts";

if (import.meta.main) {
  const [word, ...rest] = Deno.args;
  if (word === "ctl") await runProgram(CTL_PROGRAM, rest, ({ options }) => runCtl(options));
  else if (word === "completions") await runCompletions(BALANCER_PROGRAM, rest);
  else await runProgram(BALANCER_PROGRAM, Deno.args, (line) => runBalancer(line, Deno.args));
}
