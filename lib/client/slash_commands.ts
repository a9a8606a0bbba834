/**
 * The commands that start with `/`, described once: where each may be typed, what may follow it, and
 * its line of the help. Help, completion and "did you mean" are made
 * from this table. Pure.
 *
 * A new command is one row here and, for a command of the program, one entry in the
 * `CommandHandlers` of whoever runs it.
 */

import { nearest } from "../config/nearest.ts";
import { visibleText } from "../core/visible_text.ts";
import { alignedLines, line, type ScreenLine } from "./screen_line.ts";

/** Where lines are typed: the menu, a chat with a buddy, the rooms' menu, a room, the login chat. */
export type Place = "menu" | "chat" | "rooms" | "room" | "login";

/** One command, as its row describes it. */
interface CommandRow {
  readonly word: string;
  /** Other words for it, behind the `/`. */
  readonly also?: readonly string[];
  /** Whether each place does it in its own way, or the program in one. */
  readonly by: "place" | "program";
  readonly places: readonly Place[];
  /** How it is shown where it is typed otherwise than `/word`. */
  readonly typed?: string;
  /**
   * What may follow, as help shows it; in brackets when it need not. Tab completes a BUDDY, a ROOM, a
   * PATH, FILE or FOLDER, and words between `|`.
   */
  readonly argument?: string;
  readonly help: string;
}

const EVERYWHERE: readonly Place[] = ["menu", "chat", "rooms", "room", "login"];
/** Wherever a client that is online may be told of files and buddies. */
const ONLINE: readonly Place[] = ["menu", "chat", "rooms", "room"];
const LEAVE = { word: "q", also: ["quit", "exit"], by: "place" } as const;

/** Every command, in the order of the help. */
const ROWS = [
  { ...LEAVE, places: ["chat"], typed: "q or /q", help: "ends the chat" },
  { ...LEAVE, places: ["room"], typed: "exit, quit, q or /q", help: "leaves the room" },
  { word: "who", by: "place", places: ["room"], help: "tells who is here" },
  { word: "away", by: "program", places: ONLINE, help: "shows your buddies that you are away" },
  { word: "back", by: "program", places: ONLINE, help: "shows them that you are back" },
  {
    word: "send",
    by: "program",
    argument: "PATH...",
    places: ["chat"],
    help: "offers files or folders to your buddy",
  },
  {
    word: "send",
    by: "program",
    argument: "BUDDY PATH...",
    places: ["menu", "rooms", "room"],
    help: "offers files or folders to a buddy",
  },
  {
    word: "accept",
    by: "program",
    argument: "[FOLDER]",
    places: ONLINE,
    help: "takes the files you are offered",
  },
  { word: "decline", by: "program", places: ONLINE, help: "does not take them" },
  {
    word: "history",
    by: "program",
    argument: "[N]",
    places: ["chat", "room", "login"],
    help: "shows what was said before",
  },
  {
    word: "search",
    by: "program",
    argument: "TEXT",
    places: ["chat", "room", "login"],
    help: "shows what was said with TEXT in it",
  },
  { word: "cancel", by: "program", places: ONLINE, help: "stops files that are on their way" },
  {
    word: "bell",
    by: "program",
    argument: "[off|pm|all]",
    places: EVERYWHERE,
    help: "rings never, for what is for you, for every message",
  },
  { word: "help", by: "place", places: EVERYWHERE, help: "shows this" },
] as const satisfies readonly CommandRow[];

type Row = typeof ROWS[number];

/** What every place does itself, each in its own way. */
export type PlaceWord = Extract<Row, { by: "place" }>["word"];

/** What is the same wherever it is typed; the program does it. */
export type ProgramWord = Extract<Row, { by: "program" }>["word"];

/** One command. */
export type SlashCommand =
  & CommandRow
  & ({ readonly by: "place"; readonly word: PlaceWord } | {
    readonly by: "program";
    readonly word: ProgramWord;
  });

/** Every command, in the order of the help. */
export const SLASH_COMMANDS: readonly SlashCommand[] = ROWS;

/** Where a command was typed. */
export interface CommandPlace {
  readonly place: Place;
  /** The buddy of the chat, or the room. */
  readonly partner?: string;
}

/** Does a command; what it gives is shown. */
export type CommandHandler = (
  argument: string,
  where: CommandPlace,
) => readonly ScreenLine[] | Promise<readonly ScreenLine[]>;

/** What the program can do; the commands it has no handler for are not there. */
export type CommandHandlers = Readonly<Partial<Record<ProgramWord, CommandHandler>>>;

/** The commands that may be typed somewhere. @param handlers when absent, all can be done */
export function commandsAt(place: Place, handlers?: CommandHandlers): readonly SlashCommand[] {
  return SLASH_COMMANDS.filter(({ places, by, word }) =>
    places.includes(place) &&
    (by === "place" || handlers === undefined || handlers[word] !== undefined)
  );
}

/** What a typed line means. */
export type SlashLine =
  /** Not a command. A doubled `/` at its start has become one. */
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "place"; readonly word: PlaceWord }
  | { readonly kind: "program"; readonly word: ProgramWord; readonly argument: string }
  /** A command typed otherwise, or elsewhere, than it is used. */
  | { readonly kind: "misused"; readonly usage: string }
  | { readonly kind: "unknown"; readonly word: string; readonly meant: string | undefined };

/** Reads a line where these commands may be typed. */
export function readSlashLine(text: string, commands: readonly SlashCommand[]): SlashLine {
  if (text.startsWith("//")) return { kind: "text", text: text.slice(1) };
  if (!text.startsWith("/")) return { kind: "text", text };
  const [, typed = "", argument = ""] = /^\/(\S*)\s*(.*?)\s*$/s.exec(text) ?? [];
  const word = typed.toLowerCase();
  const wordsOf = ({ word, also = [] }: SlashCommand): readonly string[] => [word, ...also];
  const command = commands.find((command) => wordsOf(command).includes(word));
  if (command === undefined) {
    const talks = talksWith(word);
    if (talks.length > 0) {
      return { kind: "misused", usage: `/${word} works in ${talks.join(" or ")}` };
    }
    return { kind: "unknown", word, meant: nearest(word, commands.flatMap(wordsOf)) };
  }
  if (command.by === "place") return { kind: "place", word: command.word };
  const isMissing = argument === "" && command.argument?.startsWith("[") === false;
  if (isMissing || (argument !== "" && command.argument === undefined)) {
    return { kind: "misused", usage: usageOf(command) };
  }
  return { kind: "program", word: command.word, argument };
}

/** Where people talk and this command works; empty for one that is at the menu, too, or is none. */
function talksWith(word: string): readonly string[] {
  const commands = SLASH_COMMANDS.filter((command) => command.word === word);
  const places = commands.flatMap((command): readonly Place[] => command.places);
  // Its own letter leaves the menu.
  if (word === "q" || places.includes("menu")) return [];
  const talks = [["chat", "a chat"], ["room", "a room"]] as const;
  return talks.filter(([place]) => places.includes(place)).map(([, name]) => name);
}

/** How a command is typed. */
export function typedForm({ typed, word, argument }: SlashCommand): string {
  const whole = typed ?? `/${word}`;
  return argument === undefined ? whole : `${whole} ${argument}`;
}

function usageOf(command: SlashCommand): string {
  const form = typedForm(command);
  return command.argument === undefined ? `Type ${form} alone` : `Type ${form}`;
}

/** Lines of a help: how each command is typed, and what it does. */
export function commandHelpLines(commands: readonly SlashCommand[]): ScreenLine[] {
  return alignedLines(commands.map((command) => [typedForm(command), command.help]));
}

/** The line for a command that is not there, or is typed otherwise. */
export function wrongCommandLine(
  typed: Extract<SlashLine, { kind: "misused" | "unknown" }>,
): ScreenLine {
  if (typed.kind === "misused") {
    return line(typed.usage.endsWith(".") ? typed.usage : `${typed.usage}.`, "bad");
  }
  const hint = typed.meant === undefined ? "/help lists them." : `did you mean /${typed.meant}?`;
  return line(`Unknown command /${visibleText(typed.word)}, ${hint}`, "bad");
}
