/**
 * What the client says about rooms, made from values. Pure; all text that came from outside goes
 * through `visibleText` here.
 */

import { VERSION } from "../core/version.ts";
import { visibleText } from "../core/visible_text.ts";
import type { RoomSummary } from "../wire/room_answer.ts";
import { mentions } from "./attention.ts";
import {
  alignedLines,
  line,
  type ScreenLine,
  spokenLine,
  tableLines,
  talkPrompt,
} from "./screen_line.ts";
import { commandHelpLines, type SlashCommand } from "./slash_commands.ts";

/** The first line of the rooms. */
export function roomsBannerLine(): ScreenLine {
  return line(`Parley ${VERSION}, rooms`, "faint");
}

/** What is typed at the menu of the rooms. */
export const ROOM_MENU = [
  ["1", "create a room"],
  ["2", "join a room"],
  ["3", "exit"],
  ["4", "list rooms"],
  ["5", "create with a password"],
  ["6", "another server"],
] as const;

/** The menu of the rooms. */
export function roomMenuLines(): ScreenLine[] {
  const cells = ROOM_MENU.map(([digit, name]) => `${digit} ${name}`);
  return [line(`  ${cells.slice(0, 3).join("   ")}`), line(`  ${cells.slice(3).join("   ")}`)];
}

/** What may be typed at the menu of the rooms. */
export function roomMenuHelpLines(commands: readonly SlashCommand[]): ScreenLine[] {
  return [
    line("Type a digit and Enter; what it needs is asked for:"),
    ...alignedLines(ROOM_MENU),
    line("Commands that start with / (a room has more, see /help there):"),
    ...commandHelpLines(commands),
  ];
}

/** The prompt of the menu. */
export function roomMenuPrompt(): ScreenLine {
  return line("rooms> ", "own");
}

/** The prompt for something that has a value already, or none. */
export function valuePrompt(question: string, value?: string): ScreenLine {
  const given = value === undefined ? "" : ` [${visibleText(value)}]`;
  return line(`${question}${given}: `, "own");
}

/** The prompt in a room: what is typed behind it reads like a line of the dialogue. */
export function roomPrompt(member: string): ScreenLine {
  return talkPrompt(`${visibleText(member)}: `);
}

/** A line at the menu that is none of it. */
export function noSuchChoiceLine(typed: string): ScreenLine {
  const digits = ROOM_MENU.map(([digit]) => digit);
  return line(
    `Unknown choice "${visibleText(typed)}": type ${digits.slice(0, -1).join(", ")} or ${
      digits.at(-1)
    }.`,
    "bad",
  );
}

/** An answer that cannot be used, and what would be. */
export function notUsableLine(what: string, typed: string, rule: string): ScreenLine {
  return line(`"${visibleText(typed)}" is no ${what}: ${rule}.`, "bad");
}

/** Somebody has got into a room; over TLS they may take what they say for encrypted, too. */
export function enteredLines(
  kind: "create" | "join",
  room: string,
  isSecure: boolean,
): ScreenLine[] {
  const name = visibleText(room);
  const how = "exit, quit or q leaves, /help tells more.";
  const limits = isSecure
    ? [
      line("What is said here is NOT encrypted: TLS carries requests and passwords only.", "faint"),
    ]
    : [];
  if (kind === "join") return [line(`You are in room ${name}: ${how}`, "good"), ...limits];
  const opened = `Room ${name} is open. You are its host: when you leave, it closes.`;
  return [line(opened, "good"), line(how), ...limits];
}

/** Why somebody did not get in, as a sentence without its end. */
export function refusedText(
  kind: "create" | "join",
  room: string,
  error: string | undefined,
): string {
  const name = visibleText(room);
  const guess = kind === "create"
    ? "a room of that name may exist already"
    : "there may be no such room, or your name is taken in it";
  return `Cannot ${kind} room ${name}: ${visibleText(error ?? guess)}`;
}

/** A request that came to nothing. */
export function roomTroubleLine(text: string): ScreenLine {
  return line(`${visibleText(text)}.`, "bad");
}

/** Something the server refuses to tell, and why where it says so; an older one says nothing. */
export function notToldLine(cannot: string, error: string | undefined): ScreenLine {
  if (error === undefined) return olderServerLine(cannot);
  return line(`The server does not ${cannot}: ${visibleText(error)}.`, "bad");
}

/** A server that does not know an extension. */
export function olderServerLine(cannot: string): ScreenLine {
  return line(`This server cannot ${cannot}: it is an older one, or another program.`, "bad");
}

const LIST_HEAD = ["Room", "Members", "Password"];

/** The rooms there are. */
export function roomListLines(rooms: readonly RoomSummary[], more: number): ScreenLine[] {
  if (rooms.length === 0) return [line("There are no rooms; 1 creates one.")];
  const rows = rooms.map(({ room, members, password }) => [
    visibleText(room),
    String(members),
    password ? "yes" : "no",
  ]);
  return [
    ...tableLines(LIST_HEAD, rows),
    ...(more > 0 ? [line(`and ${more} more`, "faint")] : []),
  ];
}

/** Who is in a room. */
export function whoLine(
  room: string,
  members: readonly string[],
  host: string | undefined,
): ScreenLine {
  const names = members.map((name) => visibleText(name) + (name === host ? " (host)" : ""));
  return line(`In room ${visibleText(room)}: ${names.join(", ")}.`);
}

/** What somebody said, to a member of this name. */
export function roomSaidLine(sender: string, text: string, member: string): ScreenLine {
  const about = mentions(text, member) ? "mention" : "message";
  return spokenLine(visibleText(sender), visibleText(text), about);
}

/** A message too long for a datagram. */
export function messageTooLongLine(bytes: number, most: number): ScreenLine {
  return line(`Not sent: it has ${bytes} bytes, and here a message has at most ${most}.`, "bad");
}

/** What may be typed in a room. */
export function roomHelpLines(commands: readonly SlashCommand[]): ScreenLine[] {
  return [
    line("Every line goes to everybody in the room, but for these (// sends one /):"),
    ...commandHelpLines(commands),
  ];
}

/** A word of the protocol, which would be obeyed. */
export function reservedLine(text: string): ScreenLine {
  return line(`Not sent: ${text} is a word of the protocol.`, "bad");
}

/** The server of a room does not answer, and why. */
export function roomSilentLine(reason: string): ScreenLine {
  return line(`${visibleText(reason)}. What you say is kept until the server is back.`, "bad");
}

/** The stay is lost, and it is tried to enter again. */
export function enteringAgainLine(reason: string, milliseconds: number): ScreenLine {
  const seconds = Math.max(1, Math.round(milliseconds / 1000));
  return line(`${visibleText(reason)}; trying to enter again in ${seconds} s. q leaves.`, "bad");
}

/** The prompt while nobody hears what is said. */
export function awayPrompt(): ScreenLine {
  return line("(not in the room) ", "own");
}

/** It answers again. */
export function roomBackLine(): ScreenLine {
  return line("The server answers again.", "good");
}

/** Why a stay is over that the server knows nothing of, as a sentence without its end. */
export function roomLostText(room: string): string {
  return `Lost room ${visibleText(room)}: the server does not know you there any more, ` +
    "it may have been started anew";
}

/**
 * The stay in a room is over.
 *
 * @param isSilent whether the server does not answer, and may not know
 */
export function roomLeftLine(
  kind: "create" | "join",
  room: string,
  isSilent: boolean,
): ScreenLine {
  const name = visibleText(room);
  if (isSilent) return line(`You left room ${name}; the server does not answer and may not know.`);
  return line(
    kind === "create" ? `You left room ${name}, it is closed.` : `You left room ${name}.`,
  );
}

/** The room was closed under us. */
export function roomClosedLine(room: string): ScreenLine {
  return line(`Room ${visibleText(room)} was closed; the chat is over.`, "call");
}
