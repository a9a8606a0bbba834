/**
 * What the login chat client makes of what the server says. Rules: protocols/login-chat.md.
 */

import type { UserId } from "../core/user_id.ts";
import type { ChatAnswer } from "../wire/login_chat_answer.ts";
import { alsoKnown, userIds } from "./known_names.ts";
import * as screens from "./login_chat_screens.ts";
import {
  type ChatClientState,
  type ChatClientStep,
  type ChatMode,
  wantsLine,
} from "./login_chat_state.ts";
import { ask, cancel, show, toIdle, typedMessage, typedName } from "./login_chat_steps.ts";

/** What comes of something the server said. */
export function answered(state: ChatClientState, answer: ChatAnswer): ChatClientStep {
  const { mode } = state;
  if (answer.kind === "public" || answer.kind === "direct") {
    const known = alsoKnown(state.known, answer.from);
    return { state: { ...state, known }, effects: [show(screens.saidLine(answer, state.user))] };
  }
  switch (mode.kind) {
    case "opening":
      return opened(state, mode, answer) ?? unexpected(state, answer);
    case "listing":
      if (answer.kind !== "users") return unexpected(state, answer);
      return answer.more
        ? { state: { ...state, mode: { ...mode, names: add(mode, answer) } }, effects: [] }
        : toIdle(knowing(state, add(mode, answer)), screens.onlineLine(add(mode, answer)));
    case "sending":
      if (answer.kind !== "reply") return unexpected(state, answer);
      return sent(state, mode.to, answer);
    case "cancelling":
      return answer.kind === "reply" && answer.code === 200
        ? toIdle(state)
        : unexpected(state, answer);
    case "leaving":
      return { state, effects: [] };
    default:
      return unexpected(state, answer);
  }
}

function opened(
  state: ChatClientState,
  mode: Extract<ChatMode, { kind: "opening" }>,
  answer: ChatAnswer,
): ChatClientStep | undefined {
  if (mode.what === "public" && answer.kind === "ready") {
    const next: ChatClientState = { ...state, mode: { kind: "public" } };
    return mode.rest === ""
      ? ask(next, screens.publicPrompt())
      : typedMessage(next, undefined, mode.rest);
  }
  if (mode.what !== "direct" || answer.kind !== "users") return undefined;
  const names = add(mode, answer);
  if (answer.more) return { state: { ...state, mode: { ...mode, names } }, effects: [] };
  const next: ChatClientState = { ...knowing(state, names), mode: { kind: "whom" } };
  if (mode.rest !== "") return typedName(next, mode.rest);
  // Also when nobody is there yet: a script counts on being asked.
  return ask(next, screens.whomPrompt(), screens.onlineLine(names));
}

function knowing(state: ChatClientState, names: readonly string[]): ChatClientState {
  return { ...state, known: userIds(names) };
}

function add(
  { names }: { readonly names: readonly string[] },
  answer: Extract<ChatAnswer, { kind: "users" }>,
): readonly string[] {
  return [...names, ...answer.names];
}

function sent(
  state: ChatClientState,
  to: UserId | undefined,
  { code, words }: Extract<ChatAnswer, { kind: "reply" }>,
): ChatClientStep {
  if (code === 200) {
    const count = /^SENT (\d+)$/.exec(words)?.[1];
    return toIdle(state, screens.sentLine(to, count === undefined ? undefined : Number(count)));
  }
  if (code === 202 && to !== undefined) return toIdle(state, screens.notOnlineLine(to));
  // The server still waits for a message that it takes.
  return cancel(state, screens.serverSaysLine(`${code} ${words}`));
}

/** An answer that does not belong here: it is shown, and an operation is asked for again. */
function unexpected(state: ChatClientState, answer: ChatAnswer): ChatClientStep {
  if (answer.kind === "pong") return { state, effects: [] };
  const words = answer.kind === "reply"
    ? `${answer.code} ${answer.words}`
    : answer.kind === "unknown"
    ? answer.text
    : answer.kind.toUpperCase();
  const line = screens.serverSaysLine(words);
  return wantsLine(state) ? { state, effects: [show(line)] } : toIdle(state, line);
}
