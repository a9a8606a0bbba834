/** The command line of `server.ts chat`: the login chat without the other services. */

import { CHAT_OPTIONS } from "./chat_options.ts";
import { LOG_FILE_OPTIONS } from "./log_options.ts";
import { defaultsOf, type OptionTable, type OptionValues } from "./option.ts";
import { COMMON_OPTIONS, type Program } from "./program.ts";
import { SERVER_OPTIONS, type ServerOptions } from "./server_options.ts";
import { TRACE_OPTIONS } from "./trace_option.ts";
import { STATUS_OPTIONS } from "./status_options.ts";
import { CHAT_TLS_PORT, checkTls, TLS_OPTIONS } from "./tls_options.ts";

const { chatPort, ...CHAT_LIMITS } = CHAT_OPTIONS;
const { data, host, store, presence, waitForBackends, compactFrom, trustProxy } = SERVER_OPTIONS;
const { maxConnections, maxConnectionsPerAddress, connectionRate, connectionBurst } =
  SERVER_OPTIONS;

/** Every option of a server for the login chat alone. */
export const CHAT_SERVER_OPTIONS = {
  chatPort,
  chatTlsPort: CHAT_TLS_PORT,
  ...TLS_OPTIONS,
  data,
  host,
  ...CHAT_LIMITS,
  store,
  presence,
  waitForBackends,
  compactFrom,
  trustProxy,
  maxConnections,
  maxConnectionsPerAddress,
  connectionRate,
  connectionBurst,
  ...STATUS_OPTIONS,
  ...TRACE_OPTIONS,
  ...LOG_FILE_OPTIONS,
  ...COMMON_OPTIONS,
} satisfies OptionTable;

/** How a server for the login chat alone describes itself. */
export const CHAT_SERVER_PROGRAM: Program<typeof CHAT_SERVER_OPTIONS> = {
  name: "server chat",
  summary: "Parley login chat: people log in with a password and talk to all, or to one.\n" +
    "Beside a buddy server on the same DIR it cannot see who is online there: a name without a\n" +
    "password may be taken here from anywhere. Let one server run both where that matters.",
  positionals: [{ name: "PORT", option: "chatPort" }],
  options: CHAT_SERVER_OPTIONS,
  examples: [
    ["server chat", "serve on 9092, files in ./data"],
    ["server chat 7777 --data data1", "on another port, files in data1"],
    ["server chat --max-clients 30", "for a class of thirty"],
  ],
};

/**
 * The options of a whole server that runs the login chat and nothing else.
 *
 * @throws UsageError when options do not go together
 */
export function chatServerOptions(
  options: OptionValues<typeof CHAT_SERVER_OPTIONS>,
): ServerOptions {
  checkTls(options, [options.chatTlsPort]);
  return { ...defaultsOf(SERVER_OPTIONS), ...options, services: ["chat"] };
}
