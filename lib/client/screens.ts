/**
 * What the client says, made from values. Pure: every function gives lines, and all text that came
 * from outside goes through `visibleText` here.
 */

import { hostPort } from "../core/endpoint.ts";
import type { BuddyPresence } from "../core/presence.ts";
import { MAX_USER_ID_LENGTH, type UserId } from "../core/user_id.ts";
import { VERSION } from "../core/version.ts";
import { visibleText } from "../core/visible_text.ts";
import type { BuddyReply } from "../wire/buddy_reply.ts";
import type { BuddyList, Lookup } from "./buddy_list.ts";
import { chatHelpLines, type ChatLine } from "./commands.ts";
import type { ScreenLine, Tone } from "./screen_line.ts";

function line(text: string, tone?: Tone): ScreenLine {
  return tone === undefined ? { text } : { text, tone };
}

/** The first line: version, server, and the port where chats are taken. */
export function bannerLine(server: string, tcpPort: number, messagePort: number): ScreenLine {
  const at = visibleText(hostPort(server, tcpPort));
  return line(`Parley ${VERSION}, server ${at}, messages on port ${messagePort}`, "faint");
}

/** The prompt of the menu. */
export function menuPrompt(user: UserId | undefined): ScreenLine {
  return line(`${user ?? ""}> `, "own");
}

/** The prompt for what a command needs. */
export function questionPrompt(question: string): ScreenLine {
  return line(`${question}: `, "own");
}

/** The prompt in a chat: what is typed behind it reads like a line of the dialogue. */
export function chatPrompt(user: UserId | undefined): ScreenLine {
  return line(`${user ?? "you"}: `, "own");
}

/** What a user id may be; said by the client itself, or with the reply of a server that judged. */
export function idRuleLine(id: string, reply?: BuddyReply): ScreenLine {
  const rule = `1 to ${MAX_USER_ID_LENGTH} letters, digits, dots, underscores or hyphens, ` +
    "a letter or digit first";
  const by = reply === undefined ? "" : ` (${visibleText(reply.text)})`;
  return line(`"${visibleText(id)}" is no user id${by}: ${rule}.`, "bad");
}

/** Somebody who has to register or log in first. */
export function needsUserLine(): ScreenLine {
  return line("Register with R or log in with L first.", "bad");
}

/** A line at the menu that is no command. */
export function unknownCommandLine(typed: string): ScreenLine {
  return line(`Unknown command "${visibleText(typed)}", ? lists them.`, "bad");
}

/** A command typed otherwise than it is used; `usage` as the command table words it. */
export function usageLine(usage: string): ScreenLine {
  return line(`${usage}.`, "bad");
}

function serverSays(reply: BuddyReply): ScreenLine {
  return line(`The server says: ${visibleText(reply.text)}`, "bad");
}

function refused(text: string, reply: BuddyReply): ScreenLine {
  return line(`${text} (${visibleText(reply.text)}).`, "bad");
}

/** How registering went. */
export function registeredLine(user: UserId, reply: BuddyReply): ScreenLine {
  if (reply.code === 200) return line(`Registered as ${user}. You are online.`, "good");
  if (reply.code === 203) return refused(`${user} is taken; if it is yours, log in with L`, reply);
  if (reply.code === 201) return idRuleLine(user, reply);
  return serverSays(reply);
}

/** How logging in went; no reply when the server is an older one that cannot be asked. */
export function loggedInLine(user: UserId, reply: BuddyReply | undefined): ScreenLine {
  if (reply === undefined) {
    return line(`Online as ${user}. This server cannot say whether ${user} is registered.`, "good");
  }
  if (reply.code === 200) return line(`Logged in as ${user}. You are online.`, "good");
  if (reply.code === 202) {
    return refused(`No such user: ${user}; register with R`, reply);
  }
  return serverSays(reply);
}

/** How adding somebody went. */
export function addedLine(user: UserId, buddy: UserId, reply: BuddyReply): ScreenLine {
  if (reply.code === 200) return line(`${buddy} is now your buddy.`, "good");
  if (reply.code === 202) return refused(`No such user: ${buddy}; not added`, reply);
  if (reply.code !== 201) return serverSays(reply);
  return user === buddy
    ? refused("You cannot be your own buddy", reply)
    : refused(`${buddy} is already your buddy; not added again`, reply);
}

/** How deleting somebody went. */
export function removedLine(user: UserId, buddy: UserId, reply: BuddyReply): ScreenLine {
  if (reply.code === 200) return line(`${buddy} is not your buddy any more.`, "good");
  if (reply.code === 202) return refused(`No such user: ${buddy}; not deleted`, reply);
  if (reply.code === 201 && user === buddy) return refused("You are not your own buddy", reply);
  return serverSays(reply);
}

/** A request that got no reply, and what to check. */
export function serverTroubleLine(reason: string): ScreenLine {
  const hint = "check that the server runs, and --server and --tcp-port";
  return line(`${visibleText(reason)}; ${hint}.`, "bad");
}

/** Something failed on this machine. */
export function ownTroubleLine(reason: string): ScreenLine {
  return line(`That did not work: ${visibleText(reason)}.`, "bad");
}

const TABLE_HEAD = ["User", "Status", "Address", "Port"];

/** The status table, and how old it is when the server did not answer just now. */
export function statusLines(list: BuddyList | undefined, fresh: boolean): ScreenLine[] {
  if (list === undefined) {
    return [line("The server has not answered yet, so nothing is known of your buddies.", "bad")];
  }
  const lines = list.entries.length === 0
    ? [line("You have no buddies yet; A adds one.")]
    : tableLines(list.entries);
  if (!fresh) {
    lines.push(line(`No answer just now; this is from ${timeOfDay(list.at)}.`, "bad"));
  }
  return lines;
}

function tableLines(entries: readonly BuddyPresence<string>[]): ScreenLine[] {
  const rows = entries.map(({ buddy, status, address }) => [
    visibleText(buddy),
    status,
    visibleText(address?.ip ?? "-"),
    address === undefined ? "-" : String(address.port),
  ]);
  const widths = TABLE_HEAD.map((head, column) =>
    Math.max(head.length, ...rows.map((row) => row[column]!.length))
  );
  const align = (row: readonly string[]): string =>
    row.map((cell, column) => cell.padEnd(widths[column]!)).join("  ").trimEnd();
  return [
    line(align(TABLE_HEAD), "faint"),
    ...rows.map((row) => line(align(row), row[1] === "OFFLINE" ? "faint" : undefined)),
  ];
}

/** `20:13:43`, in the zone of whoever looks. */
function timeOfDay(at: number): string {
  return new Date(at).toTimeString().slice(0, 8);
}

/** Why somebody cannot be called. */
export function notReachableLine(
  name: string,
  lookup: Exclude<Lookup, { kind: "reachable" }>,
): ScreenLine {
  const who = visibleText("buddy" in lookup ? lookup.buddy : name);
  switch (lookup.kind) {
    case "absent":
      return line(`${who} is not your buddy; A adds one.`, "bad");
    case "offline":
      return line(`${who} is offline.`, "bad");
    case "addressless":
      return line(`${who} is online, but the server knows no address to call.`, "bad");
    case "unasked":
      return line(`The server has not answered yet, so it is not known where ${who} is.`, "bad");
  }
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
  const lines = [line(why, "bad")];
  if (unsent > 0) {
    lines.push(line(`Not sent: ${unsent} ${unsent === 1 ? "line" : "lines"} you typed.`, "bad"));
  }
  return lines;
}

/** What was typed for somebody who had gone before it was sent. */
export function notSentLine(typed: readonly string[]): ScreenLine {
  return line(`Not sent, the chat was over: ${visibleText(typed.join(" / "))}`, "bad");
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
  return { text: `${peer}: ${visibleText(text)}`, tone: "peer", toned: peer.length + 1 };
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

/** `/help` and mistyped commands in a chat. */
export function chatCommandLines(
  peer: string,
  typed: Exclude<ChatLine, { kind: "text" }>,
): ScreenLine[] {
  if (typed.kind === "command") return chatHelpLines(peer);
  const hint = typed.meant === undefined ? "/help lists them" : `did you mean /${typed.meant}?`;
  const end = hint.endsWith("?") ? hint : `${hint}.`;
  return [line(`Unknown command /${visibleText(typed.word)}, ${end}`, "bad")];
}

/** Somebody calls; `later` when another question has to be answered first. */
export function ringLine(caller: string, later: boolean): ScreenLine {
  return line(
    later
      ? `${caller} is calling; answer with Y or N after this.`
      : `${caller} is calling: Y answers, N turns the call down.`,
    "call",
  );
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

/** The last line. */
export function goodbyeLine(): ScreenLine {
  return line("Goodbye.", "faint");
}

/** How a call that waited for Y or N went away. */
export function ringEndedLine(caller: string, end: "hung up" | "timeout"): ScreenLine {
  return end === "hung up"
    ? line(`${caller} hung up.`, "call")
    : line(`${caller} was not answered in time; the call was turned down.`, "call");
}

/** A caller was told that we are busy. */
export function turnedAwayLine(caller: string): ScreenLine {
  return line(`${caller} called and was told that you are busy.`, "call");
}
