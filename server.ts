/**
 * The Parley server. `server.ts --help` tells how to run it.
 */

import { runProgram } from "./lib/config/start.ts";
import { SERVER_PROGRAM } from "./lib/config/server_options.ts";
import { runServer } from "./lib/server/run.ts";

if (import.meta.main) {
  await runProgram(SERVER_PROGRAM, Deno.args, ({ options }) => runServer(options));
}
