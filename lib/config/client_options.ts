/** The command line of `client.ts`. */

import { UsageError } from "../core/errors.ts";
import { parseUserId, type UserId } from "../core/user_id.ts";
import { type Option, type OptionTable, type OptionValues, port, seconds, text } from "./option.ts";
import { COMMON_OPTIONS, type Program } from "./program.ts";
import { CLIENT_TRACE_OPTIONS } from "./trace_option.ts";

const user: Option<UserId | undefined> = {
  flag: "user",
  valueName: "ID",
  default: undefined,
  help: "log in as this user at start",
  parse([given = ""], label) {
    const id = parseUserId(given);
    if (id !== undefined) return id;
    throw new UsageError(
      `Cannot use ${label} "${given}": expected 1 to 32 of A-Z a-z 0-9 . _ -, a letter or digit first`,
    );
  },
};

/** Every option of the client. */
export const CLIENT_OPTIONS = {
  server: text("server", "HOST", "127.0.0.1", "name or address of the server"),
  tcpPort: port("tcp-port", 1234, "the server's TCP port"),
  udpPort: port("udp-port", 1235, "the server's UDP port"),
  messagePort: port("message-port", 0, "port to take chats on; 0 asks the system for a free one"),
  user,
  refresh: seconds("refresh", 10, "seconds between telling and asking presence"),
  transcript: text("transcript", "FILE", undefined, "keep what was shown and typed in a file"),
  ...CLIENT_TRACE_OPTIONS,
  ...COMMON_OPTIONS,
} satisfies OptionTable;

/** The client's options, read. */
export type ClientOptions = OptionValues<typeof CLIENT_OPTIONS>;

/** How the client describes itself. */
export const CLIENT_PROGRAM: Program<typeof CLIENT_OPTIONS> = {
  name: "client",
  summary: "Parley client: register, see which buddies are online, and talk to them.",
  positionals: [],
  options: CLIENT_OPTIONS,
  examples: [
    ["client --server lab-1", "the menu, with the server on lab-1"],
    ["client --server lab-1 --user alice", "the same, logged in as alice"],
    ["client --transcript chat.txt", "keep what was shown and typed"],
    ["printf 'R\\nalice\\nX\\n' | client", "driven by a script"],
  ],
};
