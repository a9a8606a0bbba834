/**
 * What the client says, made from values. Pure: every function gives lines, and all text that came
 * from outside goes through `visibleText` here.
 */

import { hostPort } from "../core/endpoint.ts";
import { reasonOf, systemReason, UntrustedError } from "../core/errors.ts";
import type { BuddyPresence } from "../core/presence.ts";
import { MAX_USER_ID_LENGTH, type UserId } from "../core/user_id.ts";
import { VERSION } from "../core/version.ts";
import { visibleText } from "../core/visible_text.ts";
import type { BuddyReply } from "../wire/buddy_reply.ts";
import type { BuddyList, Lookup } from "./buddy_list.ts";
import type { MenuCommand } from "./menu_commands.ts";
import { line, type ScreenLine, tableLines } from "./screen_line.ts";

/** The first line: version, server, and the port where chats are taken. */
export function bannerLine(server: string, tcpPort: number, messagePort: number): ScreenLine {
  const at = visibleText(hostPort(server, tcpPort));
  return line(`Parley ${VERSION}, server ${at}, messages on port ${messagePort}`, "faint");
}

/** For somebody who has no settings and has never logged in here. */
export function newHereLine(): ScreenLine {
  return line("New here? parley-client setup asks for your server and name.", "faint");
}

/** The prompt of the menu. */
export function menuPrompt(user: UserId | undefined): ScreenLine {
  return line(`${user ?? ""}> `, "own");
}

/** The prompt for what a command needs. */
export function questionPrompt(question: string): ScreenLine {
  return line(`${question}: `, "own");
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
export function unknownCommandLine(typed: string, meant: MenuCommand | undefined): ScreenLine {
  const hint = meant === undefined
    ? "? lists them."
    : `did you mean ${meant.letter} (${meant.word})?`;
  return line(`Unknown command "${visibleText(typed)}", ${hint}`, "bad");
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
  if (reply.code === 201 && !/password/i.test(reply.text)) return idRuleLine(user, reply);
  return serverSays(reply);
}

/** Nobody typed a password. */
export function notLoggedInLine(): ScreenLine {
  return line("Not logged in: no password was typed.", "bad");
}

/** The server is back, and asks for a password. */
export function passwordWantedLine(user: UserId): ScreenLine {
  return line(`The server is there again, and asks for a password: L ${user} logs in.`);
}

/** A name that had no password before. */
export function firstPasswordLine(user: UserId): ScreenLine {
  return line(`${user} had no password. From now on it is the one you typed.`);
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
export function serverTroubleLine(error: unknown): ScreenLine {
  const reason = visibleText(reasonOf(error));
  // It is there, and it is refused: the message says all there is to do.
  if (error instanceof UntrustedError) return line(`${reason}.`, "bad");
  const hint = "check that the server runs, and --server and --tcp-port";
  return line(`${reason}; ${hint}.`, "bad");
}

/** The server that was asked at the start is not there; a login waits for it. */
export function loginWaitsLine(user: UserId, reason: string, milliseconds: number): ScreenLine {
  const seconds = Math.max(1, Math.round(milliseconds / 1000));
  return line(
    `${visibleText(reason)}; trying to log in as ${user} again in ${seconds} s.`,
    "faint",
  );
}

/** The server answers presence no more, or again. */
export function serverSilentLine(isSilent: boolean): ScreenLine {
  return isSilent
    ? line("The server does not answer any more; trying on. Chats go on without it.", "bad")
    : line("The server answers again.", "good");
}

/** Something failed on this machine. */
export function ownTroubleLine(thrown: unknown): ScreenLine {
  return line(`That did not work: ${visibleText(systemReason(thrown))}.`, "bad");
}

const TABLE_HEAD = ["User", "Status", "Address", "Port"];

/** The status table, and how old it is when the server did not answer just now. */
export function statusLines(list: BuddyList | undefined, fresh: boolean): ScreenLine[] {
  if (list === undefined) {
    return [line("The server has not answered yet, so nothing is known of your buddies.", "bad")];
  }
  const lines = list.entries.length === 0
    ? [line("You have no buddies yet; A adds one.")]
    : buddyTable(list.entries);
  if (!fresh) {
    lines.push(line(`No answer just now; this is from ${timeOfDay(list.at)}.`, "bad"));
  }
  return lines;
}

/** The buddies as a table. */
export function buddyTable(entries: readonly BuddyPresence<string>[]): ScreenLine[] {
  const rows = entries.map(({ buddy, status, address }) => [
    visibleText(buddy),
    status,
    visibleText(address?.ip ?? "-"),
    address === undefined ? "-" : String(address.port),
  ]);
  return tableLines(TABLE_HEAD, rows, ([, status]) => status === "OFFLINE" ? "faint" : "plain");
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

/** The last line. */
export function goodbyeLine(): ScreenLine {
  return line("Goodbye.", "faint");
}
