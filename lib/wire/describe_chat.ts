/**
 * The login chat as a trace shows it. Rules: protocols/login-chat.md.
 *
 * Until the server has let somebody in, a line that is not as it should be may hold their password:
 * nothing of it is shown but a word that looks like a command.
 */

import { MAX_CHAT_FRAME_BYTES } from "../core/limits.ts";
import type { ByteSpan, Conversation, DescribedMessage } from "../core/wire_message.ts";
import { inLines } from "./conversation.ts";
import { described, lineEnd, unreadable } from "./described.ts";
import { CHAT_REPLIES, parseChatAnswer } from "./login_chat_answer.ts";
import { type ChatRequest, parseChatRequest } from "./login_chat_request.ts";
import { bytesAsText, MaskedBytes } from "./masked_bytes.ts";

/** What is remembered of a connection. */
interface Standing {
  user: string | undefined;
  /** Whether a password was sent: what is not a login is then a message. */
  hasSentPassword: boolean;
  /** Whether the server let them in. */
  isIn: boolean;
}

/** Reads a connection to the login chat. */
export function chatConversation(): Conversation {
  const standing: Standing = { user: undefined, hasSentPassword: false, isIn: false };
  return inLines(MAX_CHAT_FRAME_BYTES, (from, { bytes, isWhole }) => {
    if (!isWhole) return unreadable("login chat", bytes, "a line that is too long");
    return from === "client" ? describeRequest(bytes, standing) : describeAnswer(bytes, standing);
  });
}

function describeRequest(bytes: Uint8Array, standing: Standing): DescribedMessage {
  const { end, name } = lineEnd(bytes);
  const request = parseChatRequest(bytes.subarray(0, end));
  const masked = new MaskedBytes(bytes, secretsOf(bytes.subarray(0, end), request, standing));
  if (request.kind === "login") standing.user = request.user;
  if (request.kind === "password") standing.hasSentPassword = true;
  return describedLine(masked, end, name, standing.user);
}

function describeAnswer(bytes: Uint8Array, standing: Standing): DescribedMessage {
  const { end, name } = lineEnd(bytes);
  const answer = parseChatAnswer(bytes.subarray(0, end));
  if (answer.kind === "reply") {
    const words = `${answer.code} ${answer.words}`;
    if (words === CHAT_REPLIES.registered || words === CHAT_REPLIES.welcome) standing.isIn = true;
  }
  return describedLine(new MaskedBytes(bytes, []), end, name, standing.user);
}

function describedLine(
  masked: MaskedBytes,
  end: number,
  endName: string,
  user: string | undefined,
): DescribedMessage {
  const text = masked.text(0, end);
  const [, kind = "", rest = ""] = /^([CD]) (.*)$/s.exec(text) ?? [];
  const what = { C: "command", D: "data" }[kind];
  const said = what === undefined ? [] : [["kind", `${kind} (${what})`], [what, rest]] as const;
  return described("login chat", masked, {
    text: text === "" ? "(a blank line)" : text,
    fields: [...said, ["line end", endName]],
    user,
  });
}

/** A line as it begins where it is a command of the protocol, whatever follows. */
const COMMAND = /^C (?:LOGIN|PASSWORD|PM|BM|DM|CANCEL|WHO|EX|PING|PONG)(?: |$)/i;

function secretsOf(
  line: Uint8Array,
  { kind }: ChatRequest,
  { hasSentPassword, isIn }: Standing,
): ByteSpan[] {
  const text = bytesAsText(line);
  const behind = { start: COMMAND.exec(text)?.[0].length ?? 0, end: line.length };
  switch (kind) {
    case "password":
      return [behind];
    case "ping":
    case "pong":
      return isIn ? [] : [behind];
    case "data":
      return hasSentPassword ? [] : [{ start: 2, end: line.length }];
    case "invalid":
      return isIn && !/pass|login/i.test(text) ? [] : [behind];
    default:
      return [];
  }
}
