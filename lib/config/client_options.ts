/** The command line of `client.ts`. */

import { loginAddress, userId, USUAL_PLACE } from "./login_address.ts";
import {
  choice,
  openToggle,
  optionalRemotePort,
  type OptionTable,
  type OptionValues,
  port,
  seconds,
  text,
  toggle,
} from "./option.ts";
import { CLIENT_ACCOUNT_OPTIONS } from "./client_account_options.ts";
import { CLIENT_TLS_OPTIONS } from "./client_tls_options.ts";
import { COMMON_OPTIONS } from "./program.ts";
import { CLIENT_TRACE_OPTIONS } from "./trace_option.ts";

/** How what is shown looks and sounds, at a terminal. */
export const SCREEN_OPTIONS = {
  plain: toggle("plain", "for screen readers: nothing redrawn, no cursor moved, words for colours"),
  bell: choice("bell", ["off", "pm", "all"], "pm", "ring never, for what is for you, or always"),
  transcript: text("transcript", "FILE", undefined, "keep what was shown and typed in a file"),
  history: openToggle(
    "history",
    "keep what is said in text files; at a terminal unless --no-history",
  ),
} satisfies OptionTable;

/** Every option of the client. */
export const CLIENT_OPTIONS = {
  login: loginAddress("login", "server and user in one word: log in there"),
  server: text("server", "HOST", USUAL_PLACE.server, "name or address of the server"),
  tcpPort: port("tcp-port", USUAL_PLACE.tcpPort, "the server's TCP port"),
  udpPort: port("udp-port", USUAL_PLACE.udpPort, "the server's UDP port"),
  ...CLIENT_TLS_OPTIONS,
  ...CLIENT_ACCOUNT_OPTIONS,
  tlsPort: optionalRemotePort("tls-port", "the server's TLS port; it is asked if not given"),
  messagePort: port("message-port", 0, "port to take chats on; 0 asks the system for a free one"),
  filesPort: port("files-port", 0, "port to be offered files on; 0 asks the system for a free one"),
  files: text("files", "FOLDER", ".", "where received files go"),
  user: userId("user", "ID", "log in as this user at start"),
  refresh: seconds("refresh", 10, "seconds between telling and asking presence"),
  ...SCREEN_OPTIONS,
  ...CLIENT_TRACE_OPTIONS,
  ...COMMON_OPTIONS,
} satisfies OptionTable;

/** The client's options, read. */
export type ClientOptions = OptionValues<typeof CLIENT_OPTIONS>;
