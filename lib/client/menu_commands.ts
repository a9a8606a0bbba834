/**
 * The letters of the menu, described once: the menu and its help are made from this table.
 */

import { nearest } from "../config/nearest.ts";
import { alignedLines, type ScreenLine } from "./screen_line.ts";
import { commandHelpLines, commandsAt } from "./slash_commands.ts";

/** A letter of the menu. */
export type Letter = "R" | "L" | "A" | "D" | "S" | "M" | "G" | "Y" | "N" | "X" | "?";

/** One command of the menu. */
export interface MenuCommand {
  readonly letter: Letter;
  /** What may be typed instead of the letter. */
  readonly word: string;
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
    word: "register",
    name: "register",
    question: "User id",
    help: "register a new user id, and log in",
  },
  {
    letter: "L",
    word: "login",
    name: "log in",
    question: "User id",
    help: "log in as a registered user",
  },
  {
    letter: "A",
    word: "add",
    name: "add",
    question: "Buddy to add",
    needsUser: true,
    help: "add somebody to your buddies",
  },
  {
    letter: "D",
    word: "delete",
    name: "delete",
    question: "Buddy to delete",
    needsUser: true,
    help: "take somebody off your buddies",
  },
  {
    letter: "S",
    word: "status",
    name: "status",
    needsUser: true,
    help: "show your buddies and who is online",
  },
  {
    letter: "M",
    word: "message",
    name: "message",
    question: "Buddy to message",
    needsUser: true,
    help: "call a buddy and chat (answer a waiting call first)",
  },
  { letter: "G", word: "rooms", name: "rooms", help: "go to the rooms, to talk with many" },
  { letter: "Y", word: "yes", name: "answer", help: "answer the call that is waiting" },
  { letter: "N", word: "no", name: "answer", help: "turn the waiting call down" },
  { letter: "X", word: "exit", name: "exit", help: "say that you are offline, and leave" },
  { letter: "?", word: "help", name: "help", help: "show this help" },
];

/** The command of a letter or a word, in any case; a `/` may stand before a word. */
export function menuCommand(typed: string): MenuCommand | undefined {
  const folded = typed.toLowerCase();
  return MENU_COMMANDS.find(({ letter, word }) =>
    [letter.toLowerCase(), word, `/${word}`].includes(folded)
  );
}

/** The command a mistyped word was probably meant for. */
export function nearestMenuCommand(typed: string): MenuCommand | undefined {
  const word = nearest(typed, MENU_COMMANDS.map(({ word }) => word));
  return MENU_COMMANDS.find((command) => command.word === word);
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

/** The text of `?` and `/help`. */
export function menuHelpLines(): ScreenLine[] {
  const rows = MENU_COMMANDS.map((command): [string, string] => [typedForm(command), command.help]);
  return [
    {
      text: "Type a letter or its word, and Enter; what it needs may follow, or is asked for:",
    },
    ...alignedLines(rows),
    { text: "Commands that start with / (a chat and a room have more, see /help there):" },
    ...commandHelpLines(commandsAt("menu")),
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
