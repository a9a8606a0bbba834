/**
 * The Parley server, and the commands that look after its data. `server.ts --help` tells how to run
 * it.
 */

import {
  MAINTENANCE_COMMANDS,
  type MaintenanceCommand,
  maintenanceProgram,
} from "./lib/config/maintenance_options.ts";
import { runProgram } from "./lib/config/start.ts";
import { SERVER_PROGRAM, serverOptionsOf } from "./lib/config/server_options.ts";
import { runMaintenance, runServer } from "./lib/server/run.ts";

if (import.meta.main) {
  const [word, ...rest] = Deno.args;
  const command = MAINTENANCE_COMMANDS.find((command): command is MaintenanceCommand =>
    command === word
  );
  if (command === undefined) {
    await runProgram(SERVER_PROGRAM, Deno.args, (line) => runServer(serverOptionsOf(line)));
  } else {
    await runProgram(
      maintenanceProgram(command),
      rest,
      ({ options }) => runMaintenance(command, options),
    );
  }
}
