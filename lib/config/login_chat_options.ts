/** The command line of `client.ts chat`. */

import { CLIENT_OPTIONS, SCREEN_OPTIONS } from "./client_options.ts";
import { CLIENT_TLS_OPTIONS } from "./client_tls_options.ts";
import { type OptionTable, type OptionValues, remotePort } from "./option.ts";
import { COMMON_OPTIONS, type Program } from "./program.ts";
import { CLIENT_TRACE_OPTIONS } from "./trace_option.ts";

const { server, user } = CLIENT_OPTIONS;

/** Every option of the login chat client. There is none for the password: others see arguments. */
export const LOGIN_CHAT_OPTIONS = {
  server,
  chatPort: remotePort("chat-port", 9092, "the server's login chat port"),
  ...CLIENT_TLS_OPTIONS,
  user: { ...user, help: "who logs in; a new name is registered" },
  ...SCREEN_OPTIONS,
  ...CLIENT_TRACE_OPTIONS,
  ...COMMON_OPTIONS,
} satisfies OptionTable;

/** The login chat client's options, read. */
export type LoginChatOptions = OptionValues<typeof LOGIN_CHAT_OPTIONS>;

/** How the login chat client describes itself. */
export const LOGIN_CHAT_PROGRAM: Program<typeof LOGIN_CHAT_OPTIONS> = {
  name: "client chat",
  summary: "Parley login chat: log in with a password, talk to all or to one.",
  positionals: [
    { name: "HOST", option: "server" },
    { name: "PORT", option: "chatPort" },
    { name: "USER", option: "user" },
  ],
  options: LOGIN_CHAT_OPTIONS,
  examples: [
    ["client chat lab-1 9092 alice", "log in as alice; the password is asked for"],
    ["printf 'secret\\nWHO\\nEX\\n' | client chat lab-1 9092 alice", "by a script: password first"],
  ],
};
