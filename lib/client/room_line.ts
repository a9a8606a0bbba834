/**
 * What a line typed in a room means, and the commands there are, described once. Pure.
 */

import { nearest } from "../config/nearest.ts";
import { ROOM_WORDS } from "../wire/ucrp.ts";

/** Lines that leave the room, as any client of the protocol has them. */
const LEAVING: readonly string[] = ["exit", "quit", "q"];

/** The words of the protocol: sent as text they would be obeyed. */
const RESERVED: readonly string[] = [ROOM_WORDS.register, ROOM_WORDS.leave, ROOM_WORDS.closed];

/** A `/` command of a room. */
export interface RoomCommand {
  readonly word: "who" | "help" | "q";
  readonly typed: string;
  readonly help: string;
}

/** Every command of a room. */
export const ROOM_COMMANDS: readonly RoomCommand[] = [
  { word: "q", typed: "exit, quit, q or /q", help: "leaves the room" },
  { word: "who", typed: "/who", help: "tells who is here" },
  { word: "help", typed: "/help", help: "shows this" },
];

/** What a line typed in a room means. */
export type RoomLine =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "leave" }
  | { readonly kind: "who" | "help" | "nothing" }
  | { readonly kind: "reserved"; readonly text: string }
  | { readonly kind: "unknown"; readonly word: string; readonly meant: string | undefined };

/** Reads a line typed in a room. */
export function readRoomLine(line: string): RoomLine {
  const bare = line.trim();
  if (bare === "") return { kind: "nothing" };
  if (LEAVING.includes(bare)) return { kind: "leave" };
  if (line.startsWith("/") && !line.startsWith("//")) return readCommand(line);
  const text = line.startsWith("//") ? line.slice(1) : line;
  return RESERVED.includes(text) ? { kind: "reserved", text } : { kind: "text", text };
}

function readCommand(line: string): RoomLine {
  const word = line.slice(1).split(/\s/, 1)[0]!.toLowerCase();
  if (LEAVING.includes(word)) return { kind: "leave" };
  if (word === "who" || word === "help") return { kind: word };
  const meant = nearest(word, [...ROOM_COMMANDS.map(({ word }) => word), ...LEAVING]);
  return { kind: "unknown", word, meant };
}
