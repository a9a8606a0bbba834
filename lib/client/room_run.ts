/**
 * The rooms as a command: from its words to its exit.
 */

import { ROOM_OPTIONS, ROOM_PROGRAM, type RoomOptions } from "../config/room_options.ts";
import { EXIT, runProgram } from "../config/start.ts";
import { startClient, type StartLine } from "./client_start.ts";
import { conversationsFor } from "./conversations.ts";
import { bellCommand } from "./program_commands.ts";
import type { RoomServerAddress } from "./room_link.ts";
import { roomsBannerLine } from "./room_screens.ts";
import { RoomVisit } from "./room_visit.ts";
import { securePlace } from "./secure_place.ts";
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
  const { action, room, user, server, tcpPort, udpPort, password } = line.options;
  const { log, terminal, trace, stopped } = startClient(line);
  const conversations = conversationsFor(line.options.history, terminal);
  const tell = (text: string): void => terminal.show([{ text, tone: "faint" }]);
  // The port is the one that speaks TLS, if TLS is to be spoken.
  const tlsPort = line.options.tls ? tcpPort : undefined;
  const { secure } = await securePlace(
    { host: server, tcpPort },
    { ...line.options, tlsPort },
    { log, tell },
  ).catch((error) => {
    terminal.close();
    throw error;
  });
  // Another server than the trusted one would be refused.
  const mayAsk = action === "menu" && secure === undefined;
  const asks = (Object.keys(ADDRESS_OPTIONS) as (keyof RoomServerAddress)[])
    .filter((part) => mayAsk && !line.given.has(ADDRESS_OPTIONS[part]));
  const visit = new RoomVisit(
    { server: { host: server, tcpPort, udpPort }, asks, dial: secure?.dial },
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
