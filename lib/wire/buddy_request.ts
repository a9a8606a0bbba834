/**
 * Buddy requests over TCP: one line in, one typed request out. Rules: protocols/buddy.md, "TCP: one
 * request, one reply, one connection" and "Extensions".
 */

import { INFO_LIMITS } from "../core/limits.ts";
import { parseUserId, type UserId } from "../core/user_id.ts";
import { splitFields } from "./fields.ts";

/** `name=value` words a user publishes with their presence (the INFO extension). */
export type InfoEntries = ReadonlyMap<string, string>;

/** What a client asked for. */
export type BuddyRequest =
  | { readonly kind: "register"; readonly user: UserId }
  /** Known only where accounts have passwords: docs/protocols/accounts.md. */
  | { readonly kind: "log in"; readonly user: UserId }
  | { readonly kind: "add" | "remove"; readonly user: UserId; readonly buddy: UserId }
  | { readonly kind: "list" | "info"; readonly user: UserId }
  | { readonly kind: "publish"; readonly user: UserId; readonly entries: InfoEntries }
  | { readonly kind: "capabilities" }
  /** Outside the protocol: answered `201 INVALID`. */
  | { readonly kind: "invalid" }
  /** Nothing but blanks: closed without a reply. */
  | { readonly kind: "blank" };

const INVALID: BuddyRequest = { kind: "invalid" };

type Parse = (words: readonly string[], line: Uint8Array) => BuddyRequest;

/** The commands. A verb is added here; the type check names the other places. */
export type BuddyCommand = "REG" | "ADD" | "DEL" | "GET" | "INFO" | "LOG" | "CAP";

const PARSERS: ReadonlyMap<string, Parse> = new Map<BuddyCommand, Parse>([
  ["REG", ([, user]) => withUser(user, (user) => ({ kind: "register", user }))],
  ["ADD", ([, user, buddy]) => withBuddy("add", user, buddy)],
  ["DEL", ([, user, buddy]) => withBuddy("remove", user, buddy)],
  ["GET", ([, user]) => withUser(user, (user) => ({ kind: "list", user }))],
  ["INFO", ([, user], line) => withUser(user, (user) => parseInfo(user, line))],
  ["LOG", ([, user]) => withUser(user, (user) => ({ kind: "log in", user }))],
  ["CAP", () => ({ kind: "capabilities" })],
]);

/**
 * Reads one request line, without its line end. The command word is case-insensitive; fields after
 * those a command needs are ignored, whatever they hold.
 */
export function parseBuddyRequest(line: Uint8Array): BuddyRequest {
  const words = splitFields(line, 3);
  const command = words[0];
  if (command === undefined) return { kind: "blank" };
  return PARSERS.get(command.toUpperCase())?.(words, line) ?? INVALID;
}

const COMMANDS: readonly string[] = [...PARSERS.keys()];

/** Whether a line that begins so may still become a request: with no known command it never will. */
export function mayBecomeRequest(bytes: Uint8Array): boolean {
  const [command] = splitFields(bytes, 1);
  if (command === undefined) return true;
  const start = command.toUpperCase();
  return COMMANDS.some((known) => known.startsWith(start));
}

function withUser(
  text: string | undefined,
  make: (user: UserId) => BuddyRequest,
): BuddyRequest {
  const user = parseUserId(text ?? "");
  return user === undefined ? INVALID : make(user);
}

function withBuddy(
  kind: "add" | "remove",
  userText: string | undefined,
  buddyText: string | undefined,
): BuddyRequest {
  const user = parseUserId(userText ?? "");
  const buddy = parseUserId(buddyText ?? "");
  return user === undefined || buddy === undefined ? INVALID : { kind, user, buddy };
}

const INFO_NAME = /^[a-z][a-z0-9-]*$/;
const INFO_VALUE = /^[\x21-\x7e]+$/;

function parseInfo(user: UserId, line: Uint8Array): BuddyRequest {
  const words = splitFields(line, 2 + INFO_LIMITS.entries + 1).slice(2);
  if (words.length === 0) return { kind: "info", user };
  const entries = parseInfoEntries(words);
  return entries === undefined ? INVALID : { kind: "publish", user, entries };
}

/**
 * Reads `name=value` words: a name is a lower-case letter and then letters, digits or `-`; a value
 * is visible ASCII. Lengths and count are bounded by {@linkcode INFO_LIMITS}.
 *
 * @returns the entries, or `undefined` when a word is outside the grammar, twice, or one too many
 */
export function parseInfoEntries(words: readonly string[]): InfoEntries | undefined {
  if (words.length > INFO_LIMITS.entries) return undefined;
  const entries = new Map<string, string>();
  for (const word of words) {
    const cut = word.indexOf("=");
    const name = word.slice(0, cut);
    const value = word.slice(cut + 1);
    const fits = cut > 0 && name.length <= INFO_LIMITS.nameLength && INFO_NAME.test(name) &&
      value.length <= INFO_LIMITS.valueLength && INFO_VALUE.test(value) && !entries.has(name);
    if (!fits) return undefined;
    entries.set(name, value);
  }
  return entries;
}

/** A request that can be written. */
export type SayableRequest = Exclude<BuddyRequest, { kind: "invalid" | "blank" }>;

/** Writes a request as the line a client sends, ending in LF. */
export function encodeBuddyRequest(request: SayableRequest): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(buddyRequestText(request) + "\n");
}

/** Writes a request as a line without its line end. */
export function buddyRequestText(request: SayableRequest): string {
  switch (request.kind) {
    case "register":
      return `REG ${request.user}`;
    case "log in":
      return `LOG ${request.user}`;
    case "add":
      return `ADD ${request.user} ${request.buddy}`;
    case "remove":
      return `DEL ${request.user} ${request.buddy}`;
    case "list":
      return `GET ${request.user}`;
    case "info":
      return `INFO ${request.user}`;
    case "publish":
      return `INFO ${request.user} ${infoWords(request.entries)}`;
    case "capabilities":
      return "CAP";
  }
}

/** Writes info entries as the words that stand in a request or a reply. */
export function infoWords(entries: InfoEntries): string {
  return [...entries].map(([name, value]) => `${name}=${value}`).join(" ");
}
