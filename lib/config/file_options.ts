/** The command lines of `client send-file` and `client receive`. */

import { CLIENT_OPTIONS } from "./client_options.ts";
import { userAddress, userId } from "./login_address.ts";
import { SERVER_PLACE_OPTIONS } from "./one_shot_options.ts";
import { choice, type OptionTable, texts, toggle } from "./option.ts";
import { COMMON_OPTIONS, type Program } from "./program.ts";

const { filesPort } = CLIENT_OPTIONS;

/** Every option of `client send-file`. */
export const SEND_FILE_OPTIONS = {
  user: userAddress("user", "who sends"),
  buddy: userId("buddy", "BUDDY", "the buddy"),
  paths: texts("path", "PATH", "a file or folder to send, repeatable"),
  ...SERVER_PLACE_OPTIONS,
  ...COMMON_OPTIONS,
} satisfies OptionTable;

/** What to do about names that are taken, in a command. */
const taken = choice(
  "taken",
  ["rename", "overwrite", "skip"],
  "rename",
  "what to do about names that are taken",
);

/** Every option of `client receive`. */
export const RECEIVE_OPTIONS = {
  user: userAddress("user", "who receives"),
  folder: { ...CLIENT_OPTIONS.files, flag: "folder" },
  yes: toggle("yes", "take and resume what buddies offer from their own address; ask nothing"),
  taken,
  keep: toggle("keep", "go on after the first transfer, until Ctrl-C"),
  filesPort,
  ...SERVER_PLACE_OPTIONS,
  ...COMMON_OPTIONS,
} satisfies OptionTable;

/** How `client send-file` describes itself. */
export const SEND_FILE_PROGRAM: Program<typeof SEND_FILE_OPTIONS> = {
  name: "client send-file",
  summary:
    "Send files and folders to BUDDY, who is asked. Done when BUDDY has checked all of it;\n" +
    "what was cut off before goes on where it stopped.",
  positionals: [
    { name: "USER", option: "user", required: true },
    { name: "BUDDY", option: "buddy", required: true },
    { name: "PATH", option: "paths", required: true, repeats: true },
  ],
  options: SEND_FILE_OPTIONS,
  examples: [
    ["client send-file alice@lab-1 bob big.iso", "exit code 1 when bob does not take it"],
    ["client send-file alice@lab-1 bob photos notes.txt", "a folder and a file"],
  ],
};

/** How `client receive` describes itself. */
export const RECEIVE_PROGRAM: Program<typeof RECEIVE_OPTIONS> = {
  name: "client receive",
  summary: "Wait for files for USER, ask about each offer, and put them into FOLDER.\n" +
    "USER is shown as away meanwhile, and takes no calls. Ends after one transfer.",
  positionals: [
    { name: "USER", option: "user", required: true },
    { name: "FOLDER", option: "folder", required: true },
  ],
  options: RECEIVE_OPTIONS,
  examples: [
    ["client receive bob@lab-1 downloads", "asks before anything is taken"],
    ["client receive bob@lab-1 inbox --yes --keep", "a letter box for buddies"],
  ],
};
