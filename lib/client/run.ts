/**
 * Builds the client from its options and runs it.
 */

import type { ClientOptions } from "../config/client_options.ts";
import { ROOM_OPTIONS } from "../config/room_options.ts";
import { reasonOf } from "../core/errors.ts";
import { listenEverywhere } from "../net/tcp.ts";
import { createLog, writeToStderr } from "../observe/log.ts";
import { bannerLine } from "./screens.ts";
import { runLoginChatCommand } from "./login_chat_run.ts";
import { runRoomsCommand } from "./room_run.ts";
import { screenTrace } from "./screen_trace.ts";
import { Session } from "./session.ts";
import { onStopSignals } from "./stop_signals.ts";
import { openTerminal } from "./terminal.ts";
import { transcribe } from "./transcript.ts";

/** Runs a command with the words behind it, to its end; it exits by itself. */
export type RunCommand = (words: readonly string[]) => Promise<never>;

/** What the first word of the command line may be, and what runs then instead of the menu. */
export const CLIENT_COMMANDS: ReadonlyMap<string, RunCommand> = new Map<string, RunCommand>([
  ["chat", runLoginChatCommand],
  ["rooms", runRoomsCommand],
]);

/**
 * Runs the client until its user leaves, its input ends, or a signal ends it.
 *
 * @throws OperationalError when the message port or the transcript cannot be had
 */
export async function runClient(options: ClientOptions): Promise<void> {
  const { server, tcpPort, udpPort, refresh, user } = options;
  const log = createLog({
    format: options.log,
    level: options.logLevel,
    clock: Date.now,
    write: writeToStderr,
  });
  // A bug in one corner must not cost its user the chat in another.
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    log.error("Unexpected error", { reason: reasonOf(event.reason) });
  });
  const listener = listenEverywhere(options.messagePort);
  const messagePort = listener.addr.port;
  const stop = Promise.withResolvers<void>();
  const screen = openTerminal(stop.resolve);
  const terminal = options.transcript === undefined
    ? screen
    : transcribe(screen, options.transcript);
  const trace = screenTrace(options, screen);
  terminal.show([bannerLine(server, tcpPort, messagePort)]);
  const session = new Session({
    server: { host: server, tcpPort },
    presence: { udpPort, messagePort, refreshSeconds: refresh },
    user,
    rooms: {
      server: {
        host: server,
        tcpPort: ROOM_OPTIONS.tcpPort.default,
        udpPort: ROOM_OPTIONS.udpPort.default,
      },
      asks: ["host", "tcpPort", "udpPort"],
    },
  }, { terminal, listener, clock: Date.now, log, trace });
  onStopSignals(stop.resolve);
  stop.promise.then(() => session.stop());
  await session.run();
}
