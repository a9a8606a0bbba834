/**
 * What the server of the login chat sends: answers to commands, and the messages of others, which
 * may come at any moment. Rules: protocols/login-chat.md.
 *
 * A frame has at most 4096 bytes, the LF included. Where more people are online than a `C USERS`
 * can name, it ends in `+`, which is no name, and another `C USERS` follows at once.
 */

import { MAX_CHAT_FRAME_BYTES } from "../core/limits.ts";
import { withText } from "./words.ts";

/** The codes of replies and the words that always go with them. */
export const CHAT_REPLIES = {
  registered: "200 OK registered",
  welcome: "200 OK welcome",
  cancelled: "200 OK",
  bye: "200 BYE",
  wrongPassword: "401 WRONG PASSWORD",
  alreadyOnline: "409 ALREADY ONLINE",
  tooManyAttempts: "429 TOO MANY ATTEMPTS",
  storage: "500 STORAGE",
  full: "503 SERVER FULL",
} as const;

/** What a server says, as its client understands it. */
export type ChatAnswer =
  /** It wants a password; a name nobody has a password for is registered with it. */
  | { readonly kind: "password"; readonly isNew: boolean }
  /** It waits for the message to all. */
  | { readonly kind: "ready" }
  /** Who is online, the asker left out; with `more`, others follow in the next answer. */
  | { readonly kind: "users"; readonly names: readonly string[]; readonly more: boolean }
  /** A code and its words: `{ code: 200, words: "SENT 3" }`. */
  | { readonly kind: "reply"; readonly code: number; readonly words: string }
  | { readonly kind: "ping" | "pong"; readonly text: string }
  /** What somebody said to all, or to us alone. */
  | { readonly kind: "public" | "direct"; readonly from: string; readonly text: string }
  /** Something this version does not know. */
  | { readonly kind: "unknown"; readonly text: string };

/** An answer that a server may give. */
export type ServerAnswer = Exclude<ChatAnswer, { kind: "unknown" }>;

const encoder = new TextEncoder();

/** A reply as {@linkcode CHAT_REPLIES} has it, or with words of its own: `201 INVALID too long`. */
export function chatReply(text: string): Extract<ChatAnswer, { kind: "reply" }> {
  return { kind: "reply", code: Number(text.slice(0, 3)), words: text.slice(4) };
}

/** Writes an answer as its line, ending in LF. Texts must not hold a line end. */
export function encodeChatAnswer(answer: ServerAnswer): Uint8Array<ArrayBuffer> {
  return encoder.encode(answerText(answer) + "\n");
}

function answerText(answer: ServerAnswer): string {
  switch (answer.kind) {
    case "password":
      return answer.isNew ? "C PASSWORD new" : "C PASSWORD existing";
    case "ready":
      return "C READY";
    case "users":
      return ["C USERS", ...answer.names, ...(answer.more ? ["+"] : [])].join(" ");
    case "reply":
      return `C ${String(answer.code).padStart(3, "0")} ${answer.words}`;
    case "ping":
      return withText("C PING", answer.text);
    case "pong":
      return withText("C PONG", answer.text);
    case "public":
      return `D PM ${answer.from} ${answer.text}`;
    case "direct":
      return `D DM ${answer.from} ${answer.text}`;
  }
}

/**
 * Writes a message as others get it.
 *
 * @returns `undefined` when the sender's name would make it longer than a frame may be
 */
export function encodeChatMessage(
  message: Extract<ChatAnswer, { kind: "public" | "direct" }>,
): Uint8Array<ArrayBuffer> | undefined {
  const frame = encodeChatAnswer(message);
  return frame.length <= MAX_CHAT_FRAME_BYTES ? frame : undefined;
}

/** Writes who is online, in as many frames as that takes. */
export function encodeChatUsers(names: readonly string[]): Uint8Array<ArrayBuffer> {
  const lines: string[] = [];
  let line = "C USERS";
  for (const name of names) {
    // Room for a blank, the name, the `+` of a line that goes on, and LF. Names are ASCII.
    if (line.length + name.length + 4 > MAX_CHAT_FRAME_BYTES) {
      lines.push(`${line} +`);
      line = "C USERS";
    }
    line += ` ${name}`;
  }
  return encoder.encode([...lines, line, ""].join("\n"));
}

/** Reads a line of a server, without its line end. Bytes that are not UTF-8 are replaced. */
export function parseChatAnswer(line: Uint8Array): ChatAnswer {
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(line);
  const [, kind, word = "", rest = ""] = /^([CD]) (\S+)(?: (.*))?$/s.exec(text) ?? [];
  if (kind === "C") return parseCommand(word, rest) ?? { kind: "unknown", text };
  if (kind === "D") return parseMessage(word, rest) ?? { kind: "unknown", text };
  return { kind: "unknown", text };
}

function parseCommand(word: string, rest: string): ChatAnswer | undefined {
  switch (word) {
    case "PASSWORD":
      return rest === "new" || rest === "existing"
        ? { kind: "password", isNew: rest === "new" }
        : undefined;
    case "READY":
      return { kind: "ready" };
    case "USERS": {
      const names = rest.split(" ").filter((name) => name !== "");
      const more = names.at(-1) === "+";
      return { kind: "users", names: more ? names.slice(0, -1) : names, more };
    }
    case "PING":
      return { kind: "ping", text: rest };
    case "PONG":
      return { kind: "pong", text: rest };
    default:
      return /^\d{3}$/.test(word) ? { kind: "reply", code: Number(word), words: rest } : undefined;
  }
}

function parseMessage(word: string, rest: string): ChatAnswer | undefined {
  const kind = word === "PM" ? "public" : word === "DM" ? "direct" : undefined;
  const [, from, text = ""] = /^(\S+)(?: (.*))?$/s.exec(rest) ?? [];
  return kind === undefined || from === undefined ? undefined : { kind, from, text };
}
