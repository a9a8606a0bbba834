/**
 * The commands, described once: the letters of the menu and the words that start with `/` in a
 * chat. The menu and both help texts are made from these tables.
 */

import { nearest } from "../config/nearest.ts";
import type { ScreenLine } from "./screen_line.ts";

/** A letter of the menu. */
export type Letter = "R" | "L" | "A" | "D" | "S" | "M" | "G" | "Y" | "N" | "X" | "?";

/** One command of the menu. */
export interface MenuCommand {
  readonly letter: Letter;
  /** Its name in the menu; commands that share one stand there together. */
  readonly name: string;
  /** What is asked for when it was not typed behind the letter. */
  readonly question?: string;
  /** Whether it works only for somebody who is logged in. */
  readonly needsUser?: boolean;
  readonly help: string;
}

/** Every command of the menu, in the order they are shown. */
export const MENU_COMMANDS: readonly MenuCommand[] = [
  {
    letter: "R",
    name: "register",
    question: "User id",
    help: "register a new user id, and log in",
  },
  { letter: "L", name: "log in", question: "User id", help: "log in as a registered user" },
  {
    letter: "A",
    name: "add",
    question: "Buddy to add",
    needsUser: true,
    help: "add somebody to your buddies",
  },
  {
    letter: "D",
    name: "delete",
    question: "Buddy to delete",
    needsUser: true,
    help: "take somebody off your buddies",
  },
  { letter: "S", name: "status", needsUser: true, help: "show your buddies and who is online" },
  {
    letter: "M",
    name: "message",
    question: "Buddy to message",
    needsUser: true,
    help: "call a buddy and chat (answer a waiting call first)",
  },
  { letter: "G", name: "rooms", help: "go to the rooms, to talk with many" },
  { letter: "Y", name: "answer", help: "answer the call that is waiting" },
  { letter: "N", name: "answer", help: "turn the waiting call down" },
  { letter: "X", name: "exit", help: "say that you are offline, and leave" },
  { letter: "?", name: "help", help: "show this help" },
];

/** The command of a letter, in any case. */
export function menuCommand(word: string): MenuCommand | undefined {
  return MENU_COMMANDS.find(({ letter }) => letter === word.toUpperCase());
}

const CELLS_PER_ROW = 5;

/** The menu: a few rows of letters and names. */
export function menuLines(): ScreenLine[] {
  const lettersOf = new Map<string, string>();
  for (const { name, letter } of MENU_COMMANDS) {
    const before = lettersOf.get(name);
    lettersOf.set(name, before === undefined ? letter : `${before}/${letter}`);
  }
  const cells = [...lettersOf].map(([name, letters]) => `${letters} ${name}`);
  const width = Math.max(...cells.map((cell) => cell.length)) + 3;
  const lines: ScreenLine[] = [];
  for (let at = 0; at < cells.length; at += CELLS_PER_ROW) {
    const row = cells.slice(at, at + CELLS_PER_ROW).map((cell) => cell.padEnd(width));
    lines.push({ text: ("  " + row.join("")).trimEnd() });
  }
  return lines;
}

/** The text of `?`. */
export function menuHelpLines(): ScreenLine[] {
  const rows = MENU_COMMANDS.map((command): [string, string] => [typedForm(command), command.help]);
  return [
    { text: "Type a letter, small or capital, and Enter:" },
    ...alignRows(rows),
    { text: "What a command needs may follow on the same line, or is asked for." },
    { text: "In a chat:" },
    ...chatHelpLines("your buddy").map(({ text }) => ({ text: `  ${text}` })),
  ];
}

function typedForm({ letter, question }: MenuCommand): string {
  if (question === undefined) return letter;
  return `${letter} ${question.startsWith("Buddy") ? "BUDDY" : "USER"}`;
}

/** How a command is typed, for somebody who typed it otherwise. */
export function usageOf(command: MenuCommand): string {
  return command.question === undefined
    ? `Type ${command.letter} alone`
    : `Type ${command.letter} alone, or ${typedForm(command)}`;
}

/** A `/` command of the chat. */
export interface ChatCommand {
  readonly word: "q" | "help";
  readonly typed: string;
  readonly help: string;
}

/** Every command of the chat. */
export const CHAT_COMMANDS: readonly ChatCommand[] = [
  { word: "q", typed: "q or /q", help: "ends the chat" },
  { word: "help", typed: "/help", help: "shows this" },
];

/** The text of `/help`. */
export function chatHelpLines(peer: string): ScreenLine[] {
  const commands = CHAT_COMMANDS.map(({ typed, help }) => `${typed} ${help}`).join(", ");
  return [
    { text: `Every line goes to ${peer}; ${commands}.` },
    { text: "A line that starts with / is not sent; // sends it with one /." },
  ];
}

/** What a line typed in a chat means. */
export type ChatLine =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "command"; readonly word: ChatCommand["word"] }
  | { readonly kind: "unknown"; readonly word: string; readonly meant: string | undefined };

/** Reads a line typed in a chat. Rules: protocols/buddy.md, "Peer chat" 5 and 7. */
export function readChatLine(line: string): ChatLine {
  if (line === "q") return { kind: "command", word: "q" };
  if (line.startsWith("//")) return { kind: "text", text: line.slice(1) };
  if (!line.startsWith("/")) return { kind: "text", text: line };
  const word = line.slice(1).split(/\s/, 1)[0]!.toLowerCase();
  const command = CHAT_COMMANDS.find((command) => command.word === word);
  if (command !== undefined) return { kind: "command", word: command.word };
  const meant = nearest(word, CHAT_COMMANDS.map((command) => command.word));
  return { kind: "unknown", word, meant };
}

function alignRows(rows: readonly (readonly [string, string])[]): ScreenLine[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => ({ text: `  ${left.padEnd(width)}  ${right}` }));
}
