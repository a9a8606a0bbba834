/**
 * What a line typed in a room means. Pure.
 */

import { ROOM_WORDS } from "../wire/ucrp.ts";
import { commandsAt, readSlashLine, type SlashCommand, type SlashLine } from "./slash_commands.ts";

/** Lines that leave the room, as any client of the protocol has them. */
const LEAVING: readonly string[] = ["exit", "quit", "q"];

/** The words of the protocol: sent as text they would be obeyed. */
const RESERVED: readonly string[] = [ROOM_WORDS.register, ROOM_WORDS.leave, ROOM_WORDS.closed];

/** What a line typed in a room means. */
export type RoomLine =
  | SlashLine
  | { readonly kind: "nothing" }
  | { readonly kind: "reserved"; readonly text: string };

/** Reads a line typed in a room. @param commands those that may be typed there */
export function readRoomLine(
  line: string,
  commands: readonly SlashCommand[] = commandsAt("room"),
): RoomLine {
  const bare = line.trim();
  if (bare === "") return { kind: "nothing" };
  if (LEAVING.includes(bare)) return { kind: "place", word: "q" };
  const read = readSlashLine(line, commands);
  return read.kind === "text" && RESERVED.includes(read.text)
    ? { kind: "reserved", text: read.text }
    : read;
}
