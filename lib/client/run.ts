/**
 * Builds the client from its options and runs it.
 */

import type { ClientOptions } from "../config/client_options.ts";
import { ROOM_OPTIONS } from "../config/room_options.ts";
import { listenEverywhere } from "../net/tcp.ts";
import { startClient, type StartLine } from "./client_start.ts";
import { runLoginChatCommand } from "./login_chat_run.ts";
import {
  runAddCommand,
  runCallCommand,
  runDelCommand,
  runRegCommand,
  runStatusCommand,
} from "./one_shot_run.ts";
import { runRoomsCommand } from "./room_run.ts";
import { bannerLine } from "./screens.ts";
import { Session } from "./session.ts";

/** Runs a command with the words behind it, to its end; it exits by itself. */
export type RunCommand = (words: readonly string[]) => Promise<never>;

/** What the first word of the command line may be, and what runs then instead of the menu. */
export const CLIENT_COMMANDS: ReadonlyMap<string, RunCommand> = new Map<string, RunCommand>([
  ["reg", runRegCommand],
  ["add", runAddCommand],
  ["del", runDelCommand],
  ["status", runStatusCommand],
  ["call", runCallCommand],
  ["rooms", runRoomsCommand],
  ["chat", runLoginChatCommand],
]);

/**
 * Runs the client until its user leaves, its input ends, or a signal ends it.
 *
 * @throws OperationalError when the message port or the transcript cannot be had
 */
export async function runClient(
  line: StartLine & { readonly options: ClientOptions },
): Promise<void> {
  const { server, tcpPort, udpPort, refresh, user } = line.options;
  const listener = listenEverywhere(line.options.messagePort);
  const messagePort = listener.addr.port;
  const filesListener = listenEverywhere(line.options.filesPort);
  const { log, terminal, stopped } = startClient(line);
  terminal.show([bannerLine(server, tcpPort, messagePort)]);
  const session = new Session({
    server: { host: server, tcpPort },
    presence: { udpPort, messagePort, refreshSeconds: refresh },
    user,
    filesFolder: line.options.files,
    rooms: {
      server: {
        host: server,
        tcpPort: ROOM_OPTIONS.tcpPort.default,
        udpPort: ROOM_OPTIONS.udpPort.default,
      },
      asks: ["host", "tcpPort", "udpPort"],
    },
  }, { terminal, listener, filesListener, clock: Date.now, log });
  stopped.then(() => session.stop());
  await session.run();
}
