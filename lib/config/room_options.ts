/** The command line of `client.ts rooms`. */

import {
  MEMBER_NAME_RULE,
  parseMemberName,
  parseRoomName,
  ROOM_NAME_RULE,
} from "../core/room_name.ts";
import { UsageError } from "../core/errors.ts";
import { CLIENT_OPTIONS, SCREEN_OPTIONS } from "./client_options.ts";
import { CLIENT_TLS_OPTIONS } from "./client_tls_options.ts";
import {
  choice,
  type Option,
  type OptionTable,
  type OptionValues,
  port,
  toggle,
} from "./option.ts";
import { COMMON_OPTIONS, type Program } from "./program.ts";
import { CLIENT_TRACE_OPTIONS } from "./trace_option.ts";

function name<Name extends string>(
  flag: string,
  parse: (text: string) => Name | undefined,
  rule: string,
  help: string,
): Option<Name | undefined> {
  return {
    flag,
    valueName: flag.toUpperCase(),
    default: undefined,
    help,
    parse([given = ""], label) {
      const parsed = parse(given);
      if (parsed !== undefined) return parsed;
      throw new UsageError(`Cannot use ${label} "${given}": expected ${rule}`);
    },
  };
}

const { server } = CLIENT_OPTIONS;

/** The TCP port for rooms that speaks TLS, unless somebody says otherwise. */
export const ROOM_TLS_PORT = 9093;

/** Every option of the rooms. There is none for a password: others see arguments. */
export const ROOM_OPTIONS = {
  action: choice("action", ["menu", "create", "join"], "menu", "what to do"),
  room: name(
    "room",
    parseRoomName,
    ROOM_NAME_RULE,
    "the room to create or join",
  ),
  user: name(
    "user",
    parseMemberName,
    MEMBER_NAME_RULE,
    "your name in the room",
  ),
  password: toggle("password", "ask for a password that joining the new room shall take"),
  server,
  tcpPort: port("tcp-port", 9090, `the server's TCP port for rooms; ${ROOM_TLS_PORT} with --tls`),
  udpPort: port("udp-port", 9091, "the server's UDP port for rooms"),
  ...CLIENT_TLS_OPTIONS,
  ...SCREEN_OPTIONS,
  ...CLIENT_TRACE_OPTIONS,
  ...COMMON_OPTIONS,
} satisfies OptionTable;

/** The options of the rooms, read. */
export type RoomOptions = OptionValues<typeof ROOM_OPTIONS>;

/** How the rooms describe themselves. */
export const ROOM_PROGRAM: Program<typeof ROOM_OPTIONS> = {
  name: "client rooms",
  summary: "Parley rooms: create a room or join one, and talk to everybody in it.",
  positionals: [
    { name: "create|join", option: "action" },
    { name: "ROOM", option: "room" },
    { name: "USER", option: "user" },
  ],
  options: ROOM_OPTIONS,
  examples: [
    ["client rooms", "asks for the server, then the menu"],
    ["client rooms create lab alice --server lab-1", "open a room and talk in it"],
    ["client rooms join lab bob --server lab-1", "talk in a room somebody has opened"],
    ["printf 'hello\\nq\\n' | client rooms join lab bob", "by a script"],
  ],
};
