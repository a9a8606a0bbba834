/**
 * The buddy protocol as a trace shows it: requests and replies over TCP, presence over UDP. Rules:
 * protocols/buddy.md.
 */

import { MAX_BUDDY_LINE_BYTES } from "../core/limits.ts";
import { TAG_CHARACTERS } from "../core/session_key.ts";
import type {
  ByteSpan,
  Conversation,
  DescribedMessage,
  WireField,
  WireSide,
} from "../core/wire_message.ts";
import { parseAccountRequest, parseGrant } from "./account_request.ts";
import { parsePresenceLine, presenceLine } from "./buddy_presence.ts";
import { parseBuddyReply } from "./buddy_reply.ts";
import type { BuddyCommand } from "./buddy_request.ts";
import { inLines } from "./conversation.ts";
import { described, lineEnd, unreadable } from "./described.ts";
import { bytesAsText, MaskedBytes } from "./masked_bytes.ts";
import { type KnownCommands, type KnownWords, secretWords, wordsThat } from "./masked_words.ts";
import type { CutPiece } from "./message_cutter.ts";
import { parseAuthenticatedAnswer, parseAuthenticatedLine } from "./request_mac.ts";

/** What of each command is no secret; the other words of INFO are judged one by one. */
const SHOWN_WORDS: Readonly<Record<BuddyCommand | "TRUNK", KnownWords>> = {
  REG: { ids: 1 },
  LOG: { ids: 1 },
  ADD: { ids: 2 },
  DEL: { ids: 2 },
  GET: { ids: 1 },
  CAP: { ids: 0 },
  INFO: { ids: 1 },
  TRUNK: { ids: 0, more: 1 },
};
const REQUESTS: KnownCommands = new Map(Object.entries(SHOWN_WORDS));
const DATAGRAMS: KnownCommands = new Map([["SET", { ids: 1, more: 3 }], ["GET", { ids: 1 }]]);

/** Of the reply to LOG, what is behind the session is its secret, and how it went. */
const GRANTS: KnownCommands = new Map([["200", { ids: 0, more: 2 }]]);
const isOutcome = (word: string): boolean => word === "welcome" || word === "registered";

const SECRET_NAME = /pass|pw|secret|token|key/i;

/** What a user publishes is for everybody, but for names that sound otherwise. */
function isPublished(word: string, command: string): boolean {
  return command === "INFO" && word.indexOf("=") > 0 && !soundsSecret(word);
}

/** Whether a word `name=value` has such a name: it is hidden where it is told again, too. */
function soundsSecret(word: string): boolean {
  const cut = word.indexOf("=");
  return cut > 0 && SECRET_NAME.test(word.slice(0, cut));
}

/**
 * What to hide of a line whose commands are known: the tag of one that is authenticated, passwords
 * with all that is in them, and what nobody knows.
 */
function secretsOf(line: Uint8Array, commands: KnownCommands): ByteSpan[] {
  const authenticated = parseAuthenticatedLine(line);
  const request = bytesAsText(authenticated?.request ?? line);
  const secrets = secretWords(request, commands, isPublished);
  const [first] = secrets;
  const isPassword = /^[ \t]*(?:REG|LOG)[ \t]/i.test(request);
  if (isPassword && first !== undefined) return [{ start: first.start, end: line.length }];
  const tag = { start: line.length - TAG_CHARACTERS, end: line.length };
  return authenticated === undefined ? secrets : [...secrets, tag];
}

/** Reads a connection to the buddy service. */
export function buddyConversation(): Conversation {
  let user: string | undefined;
  let hasLoggedIn = false;
  return inLines(MAX_BUDDY_LINE_BYTES + 2, (from: WireSide, piece: CutPiece): DescribedMessage => {
    if (!piece.isWhole) return unreadable("buddy", piece.bytes, "a line that is too long");
    if (from === "server") return describeReply(piece.bytes, user, hasLoggedIn);
    const request = describeRequest(piece.bytes);
    user = request.user ?? user;
    hasLoggedIn ||= isLogin(piece.bytes);
    return request;
  });
}

/** Whether a request is a login: its answer holds a secret. */
export function isLogin(line: Uint8Array): boolean {
  return /^[ \t]*LOG[ \t]/i.test(bytesAsText(line));
}

/** Describes a request line with its line end. */
export function describeRequest(bytes: Uint8Array): DescribedMessage {
  const { end, name } = lineEnd(bytes);
  const masked = new MaskedBytes(bytes, secretsOf(bytes.subarray(0, end), REQUESTS));
  const { request } = parseAccountRequest(bytes.subarray(0, end));
  const text = masked.text(0, end);
  return described("buddy", masked, {
    text: request.kind === "blank" ? "(a blank line)" : text,
    fields: [...namedWords(text, ["command", "user", "buddy"]), ["line end", name]],
    user: "user" in request ? request.user : undefined,
  });
}

/**
 * Describes a reply.
 *
 * @param isGrant whether a secret may be in it
 */
export function describeReply(
  bytes: Uint8Array,
  user: string | undefined,
  isGrant: boolean,
): DescribedMessage {
  const { end, name } = lineEnd(bytes);
  const line = bytesAsText(bytes.subarray(0, end));
  const mayHoldSecret = isGrant || parseGrant(parseBuddyReply(bytes)) !== undefined;
  const granted = mayHoldSecret && line.startsWith("200")
    ? secretWords(line, GRANTS, isOutcome)
    : [];
  const masked = new MaskedBytes(bytes, [...granted, ...wordsThat(line, soundsSecret)]);
  const text = masked.text(0, end);
  const [, code, words] = /^(\d{3}) (.*)$/.exec(text) ?? [];
  const said: WireField[] = code === undefined ? [] : [["code", code], ["words", words!]];
  return described("buddy", masked, { text, fields: [...said, ["line end", name]], user });
}

/** Reads a datagram of presence. */
export function describePresence(bytes: Uint8Array, isToServer: boolean): DescribedMessage {
  return isToServer ? describeQuestion(bytes) : describeList(bytes);
}

function describeQuestion(bytes: Uint8Array): DescribedMessage {
  const lf = bytes.indexOf(10);
  const line = lf < 0 ? bytes : bytes.subarray(0, lf + 1);
  const behind = { start: line.length, end: bytes.length };
  const { end, name } = lineEnd(line);
  const masked = new MaskedBytes(bytes, [
    ...secretsOf(line.subarray(0, end), DATAGRAMS),
    behind,
  ]);
  const text = masked.text(0, end);
  return described("presence", masked, {
    text: bytes.length === 0 ? "(an empty datagram)" : text,
    fields: [
      ...namedWords(text, ["command", "user", "code", "status", "chat port"]),
      ["line end", name],
    ],
    user: presenceUser(bytes),
  });
}

function presenceUser(datagram: Uint8Array): string | undefined {
  const line = presenceLine(datagram);
  return line && parsePresenceLine(parseAuthenticatedLine(line)?.request ?? line)?.user;
}

/** An answer to GET: a line for each buddy, and perhaps one with a tag. */
function describeList(bytes: Uint8Array): DescribedMessage {
  const tag = { start: bytes.length - 1 - TAG_CHARACTERS, end: bytes.length - 1 };
  const masked = new MaskedBytes(
    bytes,
    parseAuthenticatedAnswer(bytes) === undefined ? [] : [tag],
  );
  const lines = masked.text().split("\n").map((line) => line.trimEnd()).filter((line) =>
    line !== ""
  );
  return described("presence", masked, {
    text: lines.length === 0 ? "(an empty datagram: no buddies)" : lines.join(" | "),
    fields: lines.map((line) => [line.split(" ", 1)[0]!, line.slice(line.indexOf(" ") + 1)]),
  });
}

function namedWords(text: string, names: readonly string[]): WireField[] {
  return text.split(/[ \t]+/).filter((word) => word !== "")
    .map((word, index) => [names[index] ?? "more", word]);
}
