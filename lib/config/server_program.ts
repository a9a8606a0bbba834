/** How the server describes itself, and the commands beside serving. */

import { CHAT_SERVER_PROGRAM } from "./chat_server_options.ts";
import { completionsCommand } from "./completions_options.ts";
import { MAINTENANCE_COMMANDS, maintenanceProgram } from "./maintenance_options.ts";
import { MIGRATE_PROGRAM } from "./migrate_options.ts";
import type { Command, Program } from "./program.ts";
import { SERVER_OPTIONS } from "./server_options.ts";

const COMMANDS: readonly Command[] = [
  { word: "chat", help: "serve the login chat alone", program: CHAT_SERVER_PROGRAM },
  ...MAINTENANCE_COMMANDS.map((word) => {
    const program = maintenanceProgram(word);
    return { word, help: program.summary, program };
  }),
  { word: "migrate", help: MIGRATE_PROGRAM.summary, program: MIGRATE_PROGRAM },
  completionsCommand("server"),
];

/** The server. */
export const SERVER_PROGRAM: Program<typeof SERVER_OPTIONS> = {
  name: "server",
  summary: "Parley server: buddies and who is online, rooms to talk in, a login chat.",
  positionals: [
    { name: "TCP_PORT", option: "tcpPort" },
    { name: "UDP_PORT", option: "udpPort" },
    { name: "DATA_DIR", option: "data" },
  ],
  options: SERVER_OPTIONS,
  commands: COMMANDS,
  examples: [
    ["server", "serve on 1234 and 1235, files in ./data"],
    ["server 5001 5002 data1", "a second server beside it, for buddies alone"],
    ["server --services rooms --rooms-tcp-port 9190", "rooms alone, on another port"],
    ["server --host :: --log json", "IPv4 and IPv6, logs for a machine"],
    ["server 0 0 --store memory", "free ports, nothing kept"],
    ["server --tls-port 1236", "TLS, too; the fingerprint of its certificate is shown"],
    ["server --config site.jsonc", "a site: store and presence as URLs in a file of its own"],
  ],
};
