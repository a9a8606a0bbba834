/**
 * The rooms as a command: from its words to its exit.
 */

import { ROOM_PROGRAM, type RoomOptions } from "../config/room_options.ts";
import { EXIT, runProgram } from "../config/start.ts";
import { reasonOf } from "../core/errors.ts";
import { createLog, writeToStderr } from "../observe/log.ts";
import type { RoomServerAddress } from "./room_link.ts";
import { roomsBannerLine } from "./room_screens.ts";
import { RoomVisit } from "./room_visit.ts";
import { goodbyeLine } from "./screens.ts";
import { screenTrace } from "./screen_trace.ts";
import { onStopSignals } from "./stop_signals.ts";
import { openTerminal } from "./terminal.ts";
import { transcribe } from "./transcript.ts";

/** The option of each part of the server's address. */
const ADDRESS_OPTIONS: Readonly<Record<keyof RoomServerAddress, keyof RoomOptions>> = {
  host: "server",
  tcpPort: "tcpPort",
  udpPort: "udpPort",
};

/** Runs `client rooms` with the words behind it. */
export function runRoomsCommand(words: readonly string[]): Promise<never> {
  return runProgram(ROOM_PROGRAM, words, async ({ options, given }) => {
    await runRooms(given.has("logLevel") ? options : { ...options, logLevel: "warn" }, given);
    return EXIT.done;
  });
}

/**
 * Runs until the person leaves.
 *
 * @throws OperationalError, UnreachableError when one room was asked for and cannot be had
 */
async function runRooms(options: RoomOptions, given: ReadonlySet<string>): Promise<void> {
  const { action, room, user, server, tcpPort, udpPort, transcript, password } = options;
  const log = createLog({
    format: options.log,
    level: options.logLevel,
    clock: Date.now,
    write: writeToStderr,
  });
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    log.error("Unexpected error", { reason: reasonOf(event.reason) });
  });
  const stop = Promise.withResolvers<void>();
  const screen = openTerminal(stop.resolve);
  const terminal = transcript === undefined ? screen : transcribe(screen, transcript);
  const asks = (Object.keys(ADDRESS_OPTIONS) as (keyof RoomServerAddress)[])
    .filter((part) => action === "menu" && !given.has(ADDRESS_OPTIONS[part]));
  const visit = new RoomVisit(
    { server: { host: server, tcpPort, udpPort }, asks },
    { terminal, log, trace: screenTrace(options, screen) },
  );
  onStopSignals(stop.resolve);
  stop.promise.then(() => visit.stop());
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
