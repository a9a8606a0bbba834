/**
 * What the client says about calls and chats, made from values. Pure; all text that came from
 * outside goes through `visibleText` here.
 */

import { hostPort } from "../core/endpoint.ts";
import type { UserId } from "../core/user_id.ts";
import { visibleText } from "../core/visible_text.ts";
import { line, type ScreenLine, spokenLine, talkPrompt } from "./screen_line.ts";

/** The prompt in a chat: what is typed behind it reads like a line of the dialogue. */
export function chatPrompt(user: UserId | undefined): ScreenLine {
  return talkPrompt(`${user ?? "you"}: `);
}

/** Somebody is being connected to. */
export function callingLine(buddy: string, ip: string, port: number): ScreenLine {
  const at = visibleText(hostPort(ip, port));
  return line(`Calling ${visibleText(buddy)} at ${at}; q gives up.`, "call");
}

/** How a call ended without a chat. */
export type CallFailure = "rejected" | "unanswered" | { readonly unreachable: string };

/** Why no chat came of a call, and what was typed for nothing. */
export function callFailedLines(
  buddy: string,
  failure: CallFailure,
  unsent: number,
): ScreenLine[] {
  const who = visibleText(buddy);
  const why = failure === "rejected"
    ? `${who} turned the call down, or is busy.`
    : failure === "unanswered"
    ? `${who} did not answer.`
    : `${visibleText(failure.unreachable)}; ${who} cannot be called.`;
  return [line(why, "bad"), ...unsentLines(unsent)];
}

/** The mark of what was said, or meant to be, and did not arrive. */
export const NOT_DELIVERED = "(not delivered)";

/** What was typed for nothing, if anything. */
export function unsentLines(count: number): ScreenLine[] {
  if (count === 0) return [];
  return [line(`${NOT_DELIVERED} ${count} ${count === 1 ? "line" : "lines"} you typed.`, "bad")];
}

/** What was typed to be said, and was not sent, or is known to be lost. */
export function notDeliveredLine(typed: readonly string[]): ScreenLine {
  return line(`${NOT_DELIVERED} ${linesText(typed)}`, "bad");
}

/** What was sent, and may be lost; so many lines more are not worth repeating. */
export function perhapsLostLine(said: readonly string[], before: number = 0): ScreenLine {
  const count = `${before} ${before === 1 ? "line" : "lines"}`;
  const text = said.length === 0
    ? `${count} said more than a minute ago`
    : linesText(said) + (before > 0 ? `; ${count} before that` : "");
  return line(`(perhaps not delivered) ${text}`, "bad");
}

/** Most lines that are repeated in full, and what is left of each of them when there are more. */
const REPEATED = { lines: 10, characters: 60 } as const;

/** Lines as one: of many, how many there are and how the last ones begin. */
function linesText(lines: readonly string[]): string {
  const visible = lines.slice(-REPEATED.lines).map((line) => visibleText(line));
  if (lines.length <= REPEATED.lines) return visible.join(" / ");
  const begun = visible.map((line) =>
    line.length > REPEATED.characters ? `${line.slice(0, REPEATED.characters)}...` : line
  );
  return `${lines.length} lines, the last of them: ${begun.join(" / ")}`;
}

/** A chat has begun. */
export function chatBegunLine(peer: string): ScreenLine {
  return line(`You are in a chat with ${peer}: q ends it, /help tells more.`, "good");
}

/** A line that is longer than any that is sent. */
export function tooLongLine(most: number): ScreenLine {
  return line(`That line was not sent: it has more than ${most} characters.`, "bad");
}

/** What the other side typed. */
export function saidLine(peer: string, text: string): ScreenLine {
  return spokenLine(peer, visibleText(text), "chat");
}

/** How a chat ended: by us, by them, by a lost connection, or as they do not read. */
export type ChatEnd = "ours" | "theirs" | "lost" | "stuck";

/** A chat is over. */
export function chatEndedLine(peer: string, end: ChatEnd): ScreenLine {
  switch (end) {
    case "ours":
      return line(`You ended the chat with ${peer}.`);
    case "theirs":
      return line(`${peer} ended the chat.`);
    case "lost":
      return line(`The connection to ${peer} was lost; the chat is over.`, "bad");
    case "stuck":
      return line(`${peer} does not take what you send; the chat is over.`, "bad");
  }
}

/** Somebody calls; `later` when another question has to be answered first. */
export function ringLine(caller: string, later: boolean): ScreenLine {
  const how = later
    ? `${caller} is calling; answer with Y or N after this.`
    : `${caller} is calling: Y answers, N turns the call down.`;
  return { ...line(how, "call"), about: "call" };
}

/** Y or N with no call waiting. */
export function nobodyCallsLine(): ScreenLine {
  return line("Nobody is calling.");
}

/** N was typed. */
export function turnedDownLine(caller: string): ScreenLine {
  return line(`Turned ${caller}'s call down.`);
}

/** M while a call is waiting. */
export function oneChatLine(): ScreenLine {
  return line("One chat at a time: answer the waiting call first.", "call");
}

/** Our own call was given up. */
export function gaveUpLine(peer: string): ScreenLine {
  return line(`Gave up calling ${peer}.`);
}

/** How a call that waited for Y or N went away. */
export function ringEndedLine(caller: string, end: "hung up" | "timeout"): ScreenLine {
  return end === "hung up"
    ? line(`${caller} hung up.`, "call")
    : line(`${caller} was not answered in time; the call was turned down.`, "call");
}

/** Calls of which nothing was told, because there were so many. */
export function moreCallsLine(count: number): ScreenLine {
  return line(`${count} more ${count === 1 ? "call" : "calls"} came meanwhile.`, "call");
}

/** A caller was told that we are busy. */
export function turnedAwayLine(caller: string): ScreenLine {
  return line(`${caller} called and was told that you are busy.`, "call");
}
