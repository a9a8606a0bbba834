/** The command lines of the client's commands for scripts: each does one thing and ends. */

import { CLIENT_OPTIONS } from "./client_options.ts";
import { userAddress, userId } from "./login_address.ts";
import { type OptionTable, type OptionValues, seconds, secondsOrOff, toggle } from "./option.ts";
import { COMMON_OPTIONS, type Positional, type Program } from "./program.ts";

const { server, tcpPort, udpPort, tls, tlsPort, ca, acceptNewKey } = CLIENT_OPTIONS;
const { passwordFile, allowCleartextPasswords } = CLIENT_OPTIONS;

const buddy = userId("buddy", "BUDDY", "the buddy");
/** Which server, and how to speak to it. */
export const SERVER_PLACE_OPTIONS = {
  server,
  tcpPort,
  udpPort,
  tls,
  tlsPort,
  ca,
  acceptNewKey,
  passwordFile,
  allowCleartextPasswords,
} satisfies OptionTable;

/** Every option of `client reg`. */
export const REG_OPTIONS = {
  user: userAddress("user", "the new user"),
  ...SERVER_PLACE_OPTIONS,
  ...COMMON_OPTIONS,
} satisfies OptionTable;

/** Every option of `client add` and `client del`. */
export const PAIR_OPTIONS = {
  user: userAddress("user", "whose buddy"),
  buddy,
  ...SERVER_PLACE_OPTIONS,
  ...COMMON_OPTIONS,
} satisfies OptionTable;

/** Every option of `client status`. */
export const STATUS_OPTIONS = {
  user: userAddress("user", "whose buddies"),
  json: toggle("json", "one JSON object a line: time, buddy, status, ip, port"),
  watch: toggle("watch", "go on, and print what changes until Ctrl-C"),
  refresh: seconds("refresh", 2, "seconds between two looks with --watch"),
  ...SERVER_PLACE_OPTIONS,
  ...COMMON_OPTIONS,
} satisfies OptionTable;

/** Every option of `client call`. */
export const CALL_OPTIONS = {
  user: userAddress("user", "who calls"),
  buddy,
  wait: secondsOrOff("wait", 0, "seconds to listen on after the end of the input"),
  ...SERVER_PLACE_OPTIONS,
  ...COMMON_OPTIONS,
} satisfies OptionTable;

/** Options that say which server, and for whom. */
export type OneShotOptions = OptionValues<typeof REG_OPTIONS>;

const USER: Positional = { name: "USER", option: "user", required: true };
const BUDDY: Positional = { name: "BUDDY", option: "buddy", required: true };

/** How `client reg` describes itself. */
export const REG_PROGRAM: Program<typeof REG_OPTIONS> = {
  name: "client reg",
  summary: "Register a user. USER may be USER@HOST[:PORT], here and in the other commands.",
  positionals: [USER],
  options: REG_OPTIONS,
  examples: [
    ["client reg alice --server lab-1", "exit code 1 when alice is taken"],
    ["client reg alice@lab-1", "the same"],
  ],
};

/** How `client add` describes itself. */
export const ADD_PROGRAM: Program<typeof PAIR_OPTIONS> = {
  name: "client add",
  summary: "Make BUDDY a buddy of USER.",
  positionals: [USER, BUDDY],
  options: PAIR_OPTIONS,
  examples: [["client add alice@lab-1 bob", "exit code 1 when one of them does not exist"]],
};

/** How `client del` describes itself. */
export const DEL_PROGRAM: Program<typeof PAIR_OPTIONS> = {
  name: "client del",
  summary: "Take BUDDY off the buddies of USER.",
  positionals: [USER, BUDDY],
  options: PAIR_OPTIONS,
  examples: [["client del alice@lab-1 bob", "also done when bob was no buddy"]],
};

/** How `client status` describes itself. */
export const STATUS_PROGRAM: Program<typeof STATUS_OPTIONS> = {
  name: "client status",
  summary: "Print the buddies of USER and where they are.\n" +
    "With --json a line is an object of time (UTC), buddy, status (ONLINE, AWAY, OFFLINE), ip and\n" +
    "port. What is not known is null; so is the status of somebody who is a buddy no more.",
  positionals: [USER],
  options: STATUS_OPTIONS,
  examples: [
    ["client status alice@lab-1", "a table"],
    ["client status alice@lab-1 --json", "for a program"],
    ["client status alice@lab-1 --watch", "who comes and goes, until Ctrl-C"],
  ],
};

/** How `client call` describes itself. */
export const CALL_PROGRAM: Program<typeof CALL_OPTIONS> = {
  name: "client call",
  summary: "Call BUDDY and send what is read from the standard input: a line is a message.\n" +
    "What BUDDY says is printed. A line with q alone ends the call, as the end of the input does.",
  positionals: [USER, BUDDY],
  options: CALL_OPTIONS,
  examples: [
    [
      "echo 'the build is done' | client call alice@lab-1 bob",
      "exit code 1 when bob does not answer",
    ],
    ["echo 'lunch?' | client call alice@lab-1 bob --wait 60", "and print what bob says to it"],
  ],
};
