/**
 * The Parley client. Its parts: the options (`lib/config/client_options.ts`), what it does with
 * them (`lib/client/run.ts`), and from there the menu, the server and the other clients.
 */

import { CLIENT_PROGRAM } from "./lib/config/client_options.ts";
import { EXIT, runProgram } from "./lib/config/start.ts";
import { runClient } from "./lib/client/run.ts";

await runProgram(CLIENT_PROGRAM, Deno.args, async ({ options, given }) => {
  await runClient(given.has("logLevel") ? options : { ...options, logLevel: "warn" });
  return EXIT.done;
});
