/**
 * The Parley server, the login chat alone, and the commands that look after the data.
 * `server.ts --help` tells how to run it.
 */

import { CHAT_SERVER_PROGRAM, chatServerOptions } from "./lib/config/chat_server_options.ts";
import { runCompletions } from "./lib/config/completions_run.ts";
import { maintenanceCommand, maintenanceProgram } from "./lib/config/maintenance_options.ts";
import { MIGRATE_PROGRAM } from "./lib/config/migrate_options.ts";
import { runProgram } from "./lib/config/start.ts";
import { serverOptionsOf } from "./lib/config/server_options.ts";
import { SERVER_PROGRAM } from "./lib/config/server_program.ts";
import { runMaintenance, runMigration, runServer } from "./lib/server/run.ts";

if (import.meta.main) {
  const [word, ...rest] = Deno.args;
  const command = maintenanceCommand(word);
  if (word === "chat") {
    await runProgram(
      CHAT_SERVER_PROGRAM,
      rest,
      ({ options }) => runServer(chatServerOptions(options)),
    );
  } else if (word === "migrate") {
    await runProgram(MIGRATE_PROGRAM, rest, ({ options }) => runMigration(options));
  } else if (word === "completions") {
    await runCompletions(SERVER_PROGRAM, rest);
  } else if (command !== undefined) {
    await runProgram(
      maintenanceProgram(command),
      rest,
      ({ options }) => runMaintenance(command, options),
    );
  } else {
    await runProgram(SERVER_PROGRAM, Deno.args, (line) => runServer(serverOptionsOf(line)));
  }
}
