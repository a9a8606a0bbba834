/** In the directory of `--data`. */
const SERVER_FILES: ManPage["files"] = [
  ["DIR/journal.txt", "every change since users.txt, one line each"],
  [
    "DIR/users.txt",
    "users, buddies and rooms up to some change; users.previous.txt is the one before",
  ],
  ["DIR/damaged-*.txt", "what a repair could not keep"],
  ["DIR/tls.pem", "the certificate the server made for itself, and its key"],
];

/** In the directory of settings of a user, as on Linux. */
const CLIENT_FILES: ManPage["files"] = [
  [`~/.config/parley/${SETTINGS_FILE}`, "options that hold unless the command line says otherwise"],
  [`~/.config/parley/${LAST_LOGIN_FILE}`, "the server and name used last"],
  [`~/.config/parley/${KNOWN_SERVERS_FILE}`, "the certificates of servers that were met"],
  ["~/.local/state/parley/", "conversations, and lines to recall"],
];

/** The manual pages there are: one for each executable, and the files each tells of. */

import { BALANCER_PROGRAM } from "../../lib/config/balancer_program.ts";
import { CHAT_SERVER_PROGRAM } from "../../lib/config/chat_server_options.ts";
import { SETTINGS_FILE } from "../../lib/config/client_settings.ts";
import { CLIENT_PROGRAM } from "../../lib/config/client_program.ts";
import { KNOWN_SERVERS_FILE } from "../../lib/config/known_servers.ts";
import { LAST_LOGIN_FILE } from "../../lib/config/last_login.ts";
import { LOGIN_CHAT_PROGRAM } from "../../lib/config/login_chat_options.ts";
import type { OptionTable } from "../../lib/config/option.ts";
import type { Program } from "../../lib/config/program.ts";
import { SERVER_PROGRAM } from "../../lib/config/server_program.ts";
import type { ManPage } from "./page.ts";

/** Each executable and what it runs. */
export const MAN_PAGES: readonly {
  readonly executable: string;
  readonly program: Program<OptionTable>;
  readonly files: ManPage["files"];
}[] = [
  { executable: "parley-server", program: SERVER_PROGRAM, files: SERVER_FILES },
  { executable: "parley-client", program: CLIENT_PROGRAM, files: CLIENT_FILES },
  { executable: "parley-lb", program: BALANCER_PROGRAM, files: [] },
  { executable: "chatserver", program: CHAT_SERVER_PROGRAM, files: SERVER_FILES },
  { executable: "chatclient", program: LOGIN_CHAT_PROGRAM, files: CLIENT_FILES },
];
