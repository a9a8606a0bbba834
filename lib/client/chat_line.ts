/**
 * What a line typed in a chat means. Rules: protocols/buddy.md, "Peer chat" 5 and 7. Pure.
 */

import { line, type ScreenLine } from "./screen_line.ts";
import { commandHelpLines, commandsAt, readSlashLine, type SlashLine } from "./slash_commands.ts";

const COMMANDS = commandsAt("chat");

/** Reads a line typed in a chat: `q` alone ends it, as with any client of the protocol. */
export function readChatLine(text: string): SlashLine {
  return text === "q" ? { kind: "place", word: "q" } : readSlashLine(text, COMMANDS);
}

/** The text of `/help`. */
export function chatHelpLines(peer: string): ScreenLine[] {
  return [
    line(`Lines go to ${peer}, but for these (// sends one /):`),
    ...commandHelpLines(COMMANDS),
  ];
}
