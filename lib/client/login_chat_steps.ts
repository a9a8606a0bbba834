/**
 * The steps that many events of the login chat lead to.
 */

import { MAX_CHAT_FRAME_BYTES } from "../core/limits.ts";
import { parseUserId, type UserId } from "../core/user_id.ts";
import { encodeChatMessage } from "../wire/login_chat_answer.ts";
import { type ChatRequest, encodeChatRequest } from "../wire/login_chat_request.ts";
import * as screens from "./login_chat_screens.ts";
import type { ChatClientState, ChatClientStep, ChatEffect, ChatMode } from "./login_chat_state.ts";
import type { ScreenLine } from "./screen_line.ts";
import { readSlashLine, wrongCommandLine } from "./slash_commands.ts";

/** Shows a line, in a step. */
export function show(line: ScreenLine): ChatEffect {
  return { kind: "show", line };
}

/** Shows lines, and asks for something. */
export function ask(
  state: ChatClientState,
  prompt: ScreenLine,
  ...lines: readonly ScreenLine[]
): ChatClientStep {
  return { state, effects: [...lines.map(show), { kind: "prompt", prompt }] };
}

/** Shows lines, and asks for an operation. */
export function toIdle(state: ChatClientState, ...lines: readonly ScreenLine[]): ChatClientStep {
  return ask({ ...state, mode: { kind: "idle" } }, screens.operationPrompt(), ...lines);
}

/** Asks the server for something, and goes on when it has answered. */
export function request(
  state: ChatClientState,
  mode: ChatMode,
  request: Exclude<ChatRequest, { kind: "invalid" }>,
): ChatClientStep {
  return { state: { ...state, mode }, effects: [{ kind: "send", request }] };
}

/** Tells the server that no message comes. */
export function cancel(state: ChatClientState, line: ScreenLine): ChatClientStep {
  const { state: next, effects } = request(state, { kind: "cancelling" }, { kind: "cancel" });
  return { state: next, effects: [show(line), ...effects] };
}

/** Says goodbye to the server, once. */
export function leave(state: ChatClientState): ChatClientStep {
  return state.mode.kind === "leaving"
    ? { state, effects: [] }
    : request(state, { kind: "leaving" }, { kind: "exit" });
}

/** What is typed behind a prompt: text, or a command, behind which the prompt comes again. */
export function unlessCommand(
  state: ChatClientState,
  typed: string,
  prompt: ScreenLine,
  take: (text: string) => ChatClientStep,
): ChatClientStep {
  const line = readSlashLine(typed, state.commands);
  switch (line.kind) {
    case "text":
      return take(line.text);
    case "place":
      return ask(state, prompt, ...screens.helpLines(state.commands));
    case "program": {
      const { word, argument } = line;
      const effects: ChatEffect[] = [{ kind: "command", word, argument }, {
        kind: "prompt",
        prompt,
      }];
      return { state, effects };
    }
    default:
      return ask(state, prompt, wrongCommandLine(line));
  }
}

/** A name; a message may stand behind it. */
export function typedName(state: ChatClientState, text: string): ChatClientStep {
  if (text === "") return cancel(state, screens.cancelledLine());
  const [, name = "", message = ""] = /^(\S+)\s*(.*)$/s.exec(text) ?? [];
  const to = parseUserId(name);
  if (to === undefined) return ask(state, screens.whomPrompt(), screens.noNameLine(name));
  if (to === state.user) return ask(state, screens.whomPrompt(), screens.ownNameLine(to));
  const next: ChatClientState = { ...state, mode: { kind: "direct", to } };
  return message === "" ? ask(next, screens.directPrompt(to)) : typedMessage(next, to, message);
}

/** A message, a command, or nothing: then the server is told that no message comes. */
export function typedMessage(
  state: ChatClientState,
  to: UserId | undefined,
  typed: string,
): ChatClientStep {
  const prompt = to === undefined ? screens.publicPrompt() : screens.directPrompt(to);
  return unlessCommand(state, typed, prompt, (text) => {
    if (text.trim() === "") return cancel(state, screens.cancelledLine());
    const kind = to === undefined ? "public" : "direct";
    const data = to === undefined ? text : `${to} ${text}`;
    // As it is sent, and as it arrives: either name may be the longer one.
    const sent = encodeChatRequest({ kind: "data", text: data });
    const arrives = encodeChatMessage({ kind, from: state.user, text });
    if (sent.length > MAX_CHAT_FRAME_BYTES || arrives === undefined) {
      return ask(state, prompt, screens.tooLongLine(MAX_CHAT_FRAME_BYTES));
    }
    return request(state, { kind: "sending", to, text }, { kind: "data", text: data });
  });
}
