/**
 * The Parley server, the login chat alone, and the commands that look after the data. `server.ts --help` tells how to run
 * it.
 */

import { CHAT_SERVER_PROGRAM, chatServerOptions } from "./lib/config/chat_server_options.ts";
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
  if (word === "chat") {
    await runProgram(
      CHAT_SERVER_PROGRAM,
      rest,
      ({ options }) => runServer(chatServerOptions(options)),
    );
  }
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
