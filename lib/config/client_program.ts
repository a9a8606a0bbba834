/** How the client describes itself, and the commands beside the menu. */

import { CLIENT_OPTIONS } from "./client_options.ts";
import { completionsCommand } from "./completions_options.ts";
import { RECEIVE_PROGRAM, SEND_FILE_PROGRAM } from "./file_options.ts";
import { LOGIN_CHAT_PROGRAM } from "./login_chat_options.ts";
import {
  ADD_PROGRAM,
  CALL_PROGRAM,
  DEL_PROGRAM,
  REG_PROGRAM,
  STATUS_PROGRAM,
} from "./one_shot_options.ts";
import type { Command, Program } from "./program.ts";
import { ROOM_PROGRAM } from "./room_options.ts";
import { SETUP_PROGRAM } from "./setup_options.ts";

const COMMANDS: readonly Command[] = [
  { word: "reg", help: "register a user", program: REG_PROGRAM },
  { word: "add", help: "make somebody a buddy", program: ADD_PROGRAM },
  { word: "del", help: "take somebody off the buddies", program: DEL_PROGRAM },
  { word: "status", help: "print who is online", program: STATUS_PROGRAM },
  { word: "call", help: "send lines to a buddy, print what the buddy says", program: CALL_PROGRAM },
  { word: "send-file", help: "send files and folders to a buddy", program: SEND_FILE_PROGRAM },
  { word: "receive", help: "wait for files and take them", program: RECEIVE_PROGRAM },
  { word: "setup", help: "ask for your server, name and habits", program: SETUP_PROGRAM },
  { word: "rooms", help: "talk with many", program: ROOM_PROGRAM },
  { word: "chat", help: "the login chat", program: LOGIN_CHAT_PROGRAM },
  completionsCommand("client"),
];

/** The client. */
export const CLIENT_PROGRAM: Program<typeof CLIENT_OPTIONS> = {
  name: "client",
  summary: "Parley client: register, see which buddies are online, and talk to them.",
  positionals: [{ name: "USER@HOST", option: "login" }],
  options: CLIENT_OPTIONS,
  commands: COMMANDS,
  examples: [
    ["client setup", "asks for your server, name and habits, once"],
    ["client", "the menu; offers the server and name used last"],
    ["client alice@lab-1", "the menu, with the server on lab-1, logged in as alice"],
    ["client --server lab-1", "the same, and nobody is logged in"],
    ["client status alice@lab-1 --json", "for a program; see client status --help"],
    ["client --transcript chat.txt", "keep what was shown and typed"],
    ["printf 'R\\nalice\\nX\\n' | client", "driven by a script"],
  ],
};
