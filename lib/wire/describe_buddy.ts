/**
 * The buddy protocol as a trace shows it: requests and replies over TCP, presence over UDP. Rules:
 * protocols/buddy.md.
 */

import { MAX_BUDDY_LINE_BYTES } from "../core/limits.ts";
import type { Conversation, DescribedMessage, WireField, WireSide } from "../core/wire_message.ts";
import { parsePresenceRequest } from "./buddy_presence.ts";
import { parseBuddyRequest } from "./buddy_request.ts";
import { inLines } from "./conversation.ts";
import { described, lineEnd, unreadable } from "./described.ts";
import { bytesAsText, MaskedBytes } from "./masked_bytes.ts";
import { type KnownCommands, secretWords, wordsThat } from "./masked_words.ts";
import type { CutPiece } from "./message_cutter.ts";

/** What of each command is no secret; the other words of INFO are judged one by one. */
const REQUESTS: KnownCommands = new Map([
  ["REG", { ids: 1 }],
  ["ADD", { ids: 2 }],
  ["DEL", { ids: 2 }],
  ["GET", { ids: 1 }],
  ["CAP", { ids: 0 }],
  ["INFO", { ids: 1 }],
]);
const DATAGRAMS: KnownCommands = new Map([["SET", { ids: 1, more: 3 }], ["GET", { ids: 1 }]]);

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

/** Reads a connection to the buddy service. */
export function buddyConversation(): Conversation {
  let user: string | undefined;
  return inLines(MAX_BUDDY_LINE_BYTES + 2, (from: WireSide, piece: CutPiece): DescribedMessage => {
    if (!piece.isWhole) return unreadable("buddy", piece.bytes, "a line that is too long");
    if (from === "server") return describeReply(piece.bytes, user);
    const request = describeRequest(piece.bytes);
    user = request.user ?? user;
    return request;
  });
}

function describeRequest(bytes: Uint8Array): DescribedMessage {
  const masked = new MaskedBytes(bytes, secretWords(bytesAsText(bytes), REQUESTS, isPublished));
  const { end, name } = lineEnd(bytes);
  const request = parseBuddyRequest(bytes.subarray(0, end));
  const text = masked.text(0, end);
  return described("buddy", masked, {
    text: request.kind === "blank" ? "(a blank line)" : text,
    fields: [...namedWords(text, ["command", "user", "buddy"]), ["line end", name]],
    user: "user" in request ? request.user : undefined,
  });
}

function describeReply(bytes: Uint8Array, user: string | undefined): DescribedMessage {
  const masked = new MaskedBytes(bytes, wordsThat(bytesAsText(bytes), soundsSecret));
  const { end, name } = lineEnd(bytes);
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
  const masked = new MaskedBytes(bytes, [
    ...secretWords(bytesAsText(line), DATAGRAMS),
    behind,
  ]);
  const { end, name } = lineEnd(line);
  const text = masked.text(0, end);
  return described("presence", masked, {
    text: bytes.length === 0 ? "(an empty datagram)" : text,
    fields: [
      ...namedWords(text, ["command", "user", "code", "status", "chat port"]),
      ["line end", name],
    ],
    user: parsePresenceRequest(bytes)?.user,
  });
}

/** An answer to GET: a line for each buddy. */
function describeList(bytes: Uint8Array): DescribedMessage {
  const masked = new MaskedBytes(bytes, []);
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
