/**
 * The Parley client: the menu, and commands that do one thing. Its parts: the options
 * (`lib/config/client_options.ts`), what it does with them (`lib/client/run.ts`), and from there
 * the menu, the server and the other clients.
 */

import { CLIENT_PROGRAM } from "./lib/config/client_program.ts";
import { EXIT, runProgram } from "./lib/config/start.ts";
import { CLIENT_COMMANDS, runClient } from "./lib/client/run.ts";

const [word = "", ...rest] = Deno.args;
const runCommand = CLIENT_COMMANDS.get(word);
if (runCommand !== undefined) await runCommand(rest);

await runProgram(CLIENT_PROGRAM, Deno.args, async (line) => {
  await runClient(line);
  return EXIT.done;
});
