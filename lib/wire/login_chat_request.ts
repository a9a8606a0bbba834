/**
 * What a client of the login chat sends: one line in, one typed request out. Rules:
 * protocols/login-chat.md.
 *
 * Rules of this file:
 * - `C` and a space begin a command, `D` and a space a message. Command words are taken in any case,
 *   because the protocol is meant to be typed by hand.
 * - No reason quotes what was sent: a password may be in it.
 */

import { MAX_PASSWORD_BYTES } from "../core/limits.ts";
import { parseUserId, type UserId } from "../core/user_id.ts";
import { withText } from "./words.ts";

/** What a client asks for. */
export type ChatRequest =
  | { readonly kind: "login"; readonly user: UserId }
  | { readonly kind: "password"; readonly password: string }
  /** `C PM` (or `C BM`): a message to all comes next. */
  | { readonly kind: "public" }
  /** `C DM`: a message to one comes next. */
  | { readonly kind: "direct" }
  | { readonly kind: "cancel" | "who" | "exit" }
  | { readonly kind: "ping" | "pong"; readonly text: string }
  /** A message, never empty; in the state `dm` it begins with whom it is for. */
  | { readonly kind: "data"; readonly text: string }
  /** Outside the protocol: answered `C 201 INVALID` and the reason, where its kind is in turn. */
  | {
    readonly kind: "invalid";
    readonly reason: string;
    /** What it was meant to be, where that has a turn. */
    readonly of?: "data" | "password";
  };

/** A message for one, as its text in the state `dm` tells it. */
export type DirectMessage =
  | { readonly kind: "direct message"; readonly to: UserId; readonly text: string }
  | { readonly kind: "invalid"; readonly reason: string };

/** What is wrong with a name. */
const NAME_RULE = "a name is 1 to 32 of A-Z a-z 0-9 . _ -, a letter or digit first";

const EMPTY = invalid("the message is empty");
const EMPTY_DATA = { ...EMPTY, of: "data" } as const;
const NO_PASSWORD = {
  ...invalid(`a password has 1 to ${MAX_PASSWORD_BYTES} bytes`),
  of: "password",
} as const;

type Parse = (rest: string) => ChatRequest;

/** The commands; a word is added here and in `server/chat_conversation.ts`. */
const COMMANDS: ReadonlyMap<string, Parse> = new Map<string, Parse>([
  ["LOGIN", parseLogin],
  ["PASSWORD", parsePassword],
  ["PM", alone({ kind: "public" })],
  ["BM", alone({ kind: "public" })],
  ["DM", alone({ kind: "direct" })],
  ["CANCEL", alone({ kind: "cancel" })],
  ["WHO", alone({ kind: "who" })],
  ["EX", alone({ kind: "exit" })],
  ["PING", (text) => ({ kind: "ping", text })],
  ["PONG", (text) => ({ kind: "pong", text })],
]);

/** Reads one line, without its line end. */
export function parseChatRequest(line: Uint8Array): ChatRequest {
  const text = decodeLine(line);
  if (text === undefined) return invalid("not UTF-8");
  const [, kind, rest = ""] = /^([CD])(?: (.*))?$/s.exec(text) ?? [];
  if (kind === "D") return rest.trim() === "" ? EMPTY_DATA : { kind: "data", text: rest };
  const [, word = "", argument = ""] = /^([A-Za-z]+)(?: (.*))?$/s.exec(rest) ?? [];
  if (kind === undefined || word === "") {
    return invalid('expected "C" and a command, or "D" and a message');
  }
  const parse = COMMANDS.get(word.toUpperCase());
  return parse === undefined ? invalid("unknown command") : parse(argument);
}

/** Takes the text of a message in the state `dm` apart: a name, a space, and what it is told. */
export function parseDirectMessage(text: string): DirectMessage {
  const [, name = "", message = ""] = /^(\S+)(?: (.*))?$/s.exec(text) ?? [];
  const to = parseUserId(name);
  if (to === undefined) return invalid(`expected "D", a name and a message; ${NAME_RULE}`);
  return message.trim() === "" ? EMPTY : { kind: "direct message", to, text: message };
}

function parseLogin(name: string): ChatRequest {
  const user = parseUserId(name.trim());
  return user === undefined ? invalid(NAME_RULE) : { kind: "login", user };
}

/** The rest of the line is the password as it is, blanks included. */
function parsePassword(password: string): ChatRequest {
  const bytes = new TextEncoder().encode(password).length;
  return bytes >= 1 && bytes <= MAX_PASSWORD_BYTES ? { kind: "password", password } : NO_PASSWORD;
}

/** A command that stands alone on its line; blanks behind it are forgiven. */
function alone(request: ChatRequest): Parse {
  return (rest) => rest.trim() === "" ? request : invalid("nothing may follow this command");
}

function invalid(reason: string): { readonly kind: "invalid"; readonly reason: string } {
  return { kind: "invalid", reason };
}

/** Bytes that are not UTF-8 are refused rather than changed: nobody is told what nobody said. */
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function decodeLine(line: Uint8Array): string | undefined {
  try {
    return decoder.decode(line);
  } catch {
    return undefined;
  }
}

/** Writes a request as the line a client sends, ending in LF. Texts must not hold a line end. */
export function encodeChatRequest(
  request: Exclude<ChatRequest, { kind: "invalid" }>,
): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(requestText(request) + "\n");
}

function requestText(request: Exclude<ChatRequest, { kind: "invalid" }>): string {
  switch (request.kind) {
    case "login":
      return `C LOGIN ${request.user}`;
    case "password":
      return `C PASSWORD ${request.password}`;
    case "public":
      return "C PM";
    case "direct":
      return "C DM";
    case "cancel":
      return "C CANCEL";
    case "who":
      return "C WHO";
    case "exit":
      return "C EX";
    case "ping":
      return withText("C PING", request.text);
    case "pong":
      return withText("C PONG", request.text);
    case "data":
      return `D ${request.text}`;
  }
}
