/** The command line of `client setup`. */

import { CLIENT_OPTIONS, SCREEN_OPTIONS } from "./client_options.ts";
import { CLIENT_TLS_OPTIONS } from "./client_tls_options.ts";
import type { OptionTable } from "./option.ts";
import { COMMON_OPTIONS, type Program } from "./program.ts";

const { login, tlsPort } = CLIENT_OPTIONS;

/** Every option of the command. */
export const SETUP_OPTIONS = {
  login: { ...login, help: "server and user to begin with" },
  ...CLIENT_TLS_OPTIONS,
  tlsPort,
  plain: SCREEN_OPTIONS.plain,
  ...COMMON_OPTIONS,
} satisfies OptionTable;

/** How the command describes itself. */
export const SETUP_PROGRAM: Program<typeof SETUP_OPTIONS> = {
  name: "client setup",
  summary: "Ask for your server, name and habits, check them, and write them down.\n" +
    "They are kept in parley/client.jsonc in your directory of settings: $XDG_CONFIG_HOME or\n" +
    "~/.config, %APPDATA% on Windows, ~/Library/Application Support on macOS.",
  positionals: [{ name: "USER@HOST", option: "login" }],
  options: SETUP_OPTIONS,
  examples: [
    ["client setup", "a question at a time; Enter takes what is in brackets"],
    ["client setup alice@lab-1", "the same, with server and name filled in"],
  ],
};
