/**
 * What the login chat client says, made from values. Pure; all text that came from outside goes
 * through `visibleText` here.
 */

import type { UserId } from "../core/user_id.ts";
import { VERSION } from "../core/version.ts";
import { visibleText } from "../core/visible_text.ts";
import type { ChatAnswer } from "../wire/login_chat_answer.ts";
import { mentions } from "./attention.ts";
import { NOT_DELIVERED } from "./call_screens.ts";
import { alignedLines, line, type ScreenLine, spokenLine, talkPrompt } from "./screen_line.ts";
import { commandHelpLines, type SlashCommand } from "./slash_commands.ts";

function prompt(text: string): ScreenLine {
  return line(text, "own");
}

/** The operations, as they are typed, and what each does. */
export const OPERATIONS = [
  ["PM", "a message to all"],
  ["DM", "a message to one"],
  ["WHO", "who is online"],
  ["EX", "leave"],
] as const;

/** The first line: version and server. */
export function bannerLine(at: string): ScreenLine {
  return line(`Parley ${VERSION}, login chat at ${visibleText(at)}`, "faint");
}

/** Asks for a password. */
export function passwordPrompt(user: UserId, isNew: boolean): ScreenLine {
  return prompt(isNew ? `${user} is new here. Choose a password: ` : `Password for ${user}: `);
}

/** Asks for a new password again: nobody saw what was typed. */
export function repeatPrompt(): ScreenLine {
  return prompt("The same once more: ");
}

/** Why a password was not taken, so that another one may be typed. */
export function passwordRefusedLine(reason: string): ScreenLine {
  return line(`That password was not taken: ${visibleText(reason)}.`, "bad");
}

/** The user is in. */
export function loggedInLine(user: UserId, isNew: boolean): ScreenLine {
  return line(isNew ? `Registered and logged in as ${user}.` : `Logged in as ${user}.`, "good");
}

/** What can be done. */
export function operationsLine(): ScreenLine {
  return line(OPERATIONS.map(([word, meaning]) => `${word} ${meaning}`).join(", ") + ".", "faint");
}

/** What may be typed where an operation is asked for. */
export function helpLines(commands: readonly SlashCommand[]): ScreenLine[] {
  return [
    line("Type an operation; its message or name may follow, or is asked for:"),
    ...alignedLines(OPERATIONS),
    line("Commands, also where a message is asked for (// sends one /):"),
    ...commandHelpLines(commands),
  ];
}

/** The prompt for an operation. */
export function operationPrompt(): ScreenLine {
  return prompt(`Operation (${OPERATIONS.map(([word]) => word).join(", ")}): `);
}

/** A line that is no operation. */
export function unknownOperationLine(typed: string): ScreenLine {
  return line(`Unknown operation "${visibleText(typed)}".`, "bad");
}

/** The prompt for a message to all. */
export function publicPrompt(): ScreenLine {
  return talkPrompt("To all: ");
}

/** The prompt for who gets a message. */
export function whomPrompt(): ScreenLine {
  return prompt("To whom: ");
}

/** The prompt for a message to one. */
export function directPrompt(to: UserId): ScreenLine {
  return talkPrompt(`To ${to}: `);
}

/** Who is online. */
export function onlineLine(names: readonly string[]): ScreenLine {
  return names.length === 0
    ? line("Nobody else is online.")
    : line(`Online: ${names.map(visibleText).join(" ")}`);
}

/** Somebody who cannot be a user. */
export function noNameLine(typed: string): ScreenLine {
  return line(`"${visibleText(typed)}" is no user name.`, "bad");
}

/** A message to oneself. */
export function ownNameLine(to: UserId): ScreenLine {
  return line(`${to} is you; whom shall it go to?`, "bad");
}

/** A server that has not answered for a while. */
export function slowServerLine(): ScreenLine {
  return line("The server has not answered yet. EX leaves.", "faint");
}

/** The prompt while nothing but leaving can be done. */
export function waitingPrompt(): ScreenLine {
  return prompt("Waiting (EX): ");
}

/** What was typed while nothing but leaving could be done. */
export function notNowLine(): ScreenLine {
  return line("Not now: the server has not answered yet. EX leaves.", "bad");
}

/** A message too long for one frame. */
export function tooLongLine(bytes: number): ScreenLine {
  return line(`That was not sent: it has more than ${bytes} bytes.`, "bad");
}

/** Nothing was typed where a message was wanted. */
export function cancelledLine(): ScreenLine {
  return line("Nothing was sent.");
}

/** How many got a message; `undefined` when the server did not say. */
export function sentLine(to: UserId | undefined, count: number | undefined): ScreenLine {
  if (to !== undefined) return line(`Sent to ${to}.`, "good");
  if (count === undefined) return line("Sent.", "good");
  return count === 0 ? line("Sent, but nobody else is online.") : line(`Sent to ${count}.`, "good");
}

/** A message for somebody who has gone. */
export function notOnlineLine(to: UserId): ScreenLine {
  return line(`${to} is not online; nothing was sent.`, "bad");
}

/** An answer that tells of trouble, or one that nobody expected. */
export function serverSaysLine(words: string): ScreenLine {
  return line(`The server says: ${visibleText(words)}`, "bad");
}

/** What somebody said to all, or to this user alone. */
export function saidLine(
  { kind, from, text }: Extract<ChatAnswer, { kind: "public" | "direct" }>,
  user: UserId,
): ScreenLine {
  const who = visibleText(from);
  if (kind === "direct") return spokenLine(`${who} (to you)`, visibleText(text), "direct");
  return spokenLine(who, visibleText(text), mentions(text, user) ? "mention" : "message");
}

/** The connection is lost and tried to be had again. */
export function tryingAgainLine(reason: string, milliseconds: number): ScreenLine {
  const seconds = Math.max(1, Math.round(milliseconds / 1000));
  return line(`${visibleText(reason)}; trying again in ${seconds} s. EX leaves.`, "bad");
}

/** The prompt while there is no connection. */
export function awayPrompt(): ScreenLine {
  return line("(not connected) ", "own");
}

/** The connection is there again. */
export function backLine(): ScreenLine {
  return line("Connected again. What was said meanwhile was not heard.", "good");
}

/** Something that was typed to be said and, as far as is known, reached nobody. */
export function notDeliveredLine(to: UserId | undefined, text: string): ScreenLine {
  const whom = to === undefined ? "" : ` to ${to}`;
  return line(`${NOT_DELIVERED}${whom} ${visibleText(text)}`, "bad");
}
