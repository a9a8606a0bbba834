/**
 * Buddy replies over TCP: one line ending in CRLF; a client takes LF as well, because servers in
 * the field end their lines so. Rules: protocols/buddy.md.
 */

import { withText } from "./words.ts";

/** The reply codes and the words that go with them. */
export const REPLY_TEXTS = {
  200: "OK",
  201: "INVALID",
  202: "NO SUCH USER",
  203: "USER EXISTS",
  204: "DENIED",
  500: "STORAGE",
} as const;

/** A code of {@linkcode REPLY_TEXTS}. */
export type ReplyCode = keyof typeof REPLY_TEXTS;

const encoder = new TextEncoder();

function encodeFixed(code: ReplyCode): Uint8Array<ArrayBuffer> {
  return encoder.encode(`${code} ${REPLY_TEXTS[code]}\r\n`);
}

/** Each reply that has no words of its own, encoded once: these are most of what a server sends. */
export const REPLIES: Readonly<Record<ReplyCode, Uint8Array<ArrayBuffer>>> = {
  200: encodeFixed(200),
  201: encodeFixed(201),
  202: encodeFixed(202),
  203: encodeFixed(203),
  204: encodeFixed(204),
  500: encodeFixed(500),
};

/** Writes `200 OK` and words after it. */
export function encodeOk(words: string): Uint8Array<ArrayBuffer> {
  return encodeReply(200, words);
}

/** Writes a reply and words after it. */
export function encodeReply(code: ReplyCode, words: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(`${withText(`${code} ${REPLY_TEXTS[code]}`, words)}\r\n`);
}

/** The code of a reply that one of the functions above has written. */
export function replyCodeOf(reply: Uint8Array): ReplyCode {
  const [hundreds = 0, tens = 0, ones = 0] = reply;
  return (hundreds * 100 + tens * 10 + ones - 48 * 111) as ReplyCode;
}

/** A reply line as a client understands it. */
export interface BuddyReply {
  /** The number the line starts with; `undefined` when it starts with none. */
  readonly code: number | undefined;
  /** The line without its line end, for showing (make it visible first). */
  readonly text: string;
  /** What follows `200 OK`, cut at blanks; empty for other replies. */
  readonly words: readonly string[];
}

/** Reads a reply line without its line end. Any server's line is a reply; most are just unknown. */
export function parseBuddyReply(line: Uint8Array): BuddyReply {
  const text = new TextDecoder().decode(line).trim();
  const code = /^(\d{3})(?:\s|$)/.exec(text)?.[1];
  const words = /^200 OK\s+(.*)$/.exec(text)?.[1]?.split(/\s+/) ?? [];
  return { code: code === undefined ? undefined : Number(code), text, words };
}
