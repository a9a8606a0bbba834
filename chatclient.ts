/**
 * The client of the login chat alone, with its classic command line: `chatclient HOST PORT USER`.
 * `client.ts chat` is the same.
 */

import { asInstalled } from "./lib/config/installed.ts";
import { LOGIN_CHAT_PROGRAM } from "./lib/config/login_chat_options.ts";
import { runLoginChatCommand } from "./lib/client/login_chat_run.ts";

if (import.meta.main) {
  await runLoginChatCommand(Deno.args, asInstalled(LOGIN_CHAT_PROGRAM, "chatclient"));
}
