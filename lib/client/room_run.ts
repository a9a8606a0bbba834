/**
 * The rooms as a command: from its words to its exit.
 */

import {
  ROOM_OPTIONS,
  ROOM_PROGRAM,
  ROOM_TLS_PORT,
  type RoomOptions,
} from "../config/room_options.ts";
import { EXIT, runProgram } from "../config/start.ts";
import { startClient, type StartLine } from "./client_start.ts";
import { conversationsFor } from "./conversations.ts";
import { bellCommand } from "./program_commands.ts";
import type { RoomServerAddress } from "./room_link.ts";
import { roomsBannerLine } from "./room_screens.ts";
import { RoomVisit } from "./room_visit.ts";
import { trustingRooms } from "./room_trust.ts";
import { withScreenSettings } from "./screen_settings.ts";
import { goodbyeLine } from "./screens.ts";

/** The option of each part of the server's address. */
const ADDRESS_OPTIONS: Readonly<Record<keyof RoomServerAddress, keyof RoomOptions>> = {
  host: "server",
  tcpPort: "tcpPort",
  udpPort: "udpPort",
};

/** Runs `client rooms` with the words behind it. */
export function runRoomsCommand(words: readonly string[]): Promise<never> {
  return runProgram(ROOM_PROGRAM, words, async (line) => {
    await runRooms(await withScreenSettings(line, ROOM_OPTIONS));
    return EXIT.done;
  });
}

/**
 * Runs until the person leaves.
 *
 * @throws OperationalError, UnreachableError when one room was asked for and cannot be had
 */
async function runRooms(line: StartLine & { readonly options: RoomOptions }): Promise<void> {
  const { action, room, user, server, udpPort, password, ...tls } = line.options;
  const { log, terminal, trace, stopped } = startClient(line);
  const conversations = conversationsFor(line.options.history, terminal);
  const tell = (text: string): void => terminal.show([{ text, tone: "faint" }]);
  const asks = (Object.keys(ADDRESS_OPTIONS) as (keyof RoomServerAddress)[])
    .filter((part) => action === "menu" && !line.given.has(ADDRESS_OPTIONS[part]));
  const tcpPort = tls.tls && !line.given.has("tcpPort") ? ROOM_TLS_PORT : tls.tcpPort;
  const visit = new RoomVisit(
    { server: { host: server, tcpPort, udpPort }, asks, secure: trustingRooms(tls, { log, tell }) },
    { terminal, log, trace, commands: { bell: bellCommand(terminal) }, conversations },
  );
  stopped.then(() => visit.stop());
  try {
    if (action === "menu") {
      terminal.show([roomsBannerLine()]);
      await visit.run();
      terminal.show([goodbyeLine()]);
    } else {
      await visit.runErrand({ kind: action, room, member: user, isProtected: password });
    }
  } finally {
    terminal.close();
  }
}
