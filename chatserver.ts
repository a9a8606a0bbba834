/**
 * The server of the login chat alone, with its classic command line: `chatserver PORT`.
 * `server.ts chat` is the same.
 */

import { CHAT_SERVER_PROGRAM, chatServerOptions } from "./lib/config/chat_server_options.ts";
import { asInstalled } from "./lib/config/installed.ts";
import { runProgram } from "./lib/config/start.ts";
import { runServer } from "./lib/server/run.ts";

if (import.meta.main) {
  await runProgram(
    asInstalled(CHAT_SERVER_PROGRAM, "chatserver"),
    Deno.args,
    ({ options }) => runServer(chatServerOptions(options)),
  );
}
