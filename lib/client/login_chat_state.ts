/**
 * What the login chat client does about everything that happens once its user is logged in: a pure
 * state machine, event to state and effects. Rules: protocols/login-chat.md.
 *
 * Rules of this file:
 * - In `opening`, `listing`, `sending` and `cancelling` an answer of the server is waited for, and
 *   no line is read, unless the server is slow: then a person may leave.
 * - What others say is shown at once, whatever is being done; the terminal brings the prompt back.
 * - Where the server waits for a message and none comes, it is told so: `C CANCEL`.
 */

import { MAX_CHAT_FRAME_BYTES } from "../core/limits.ts";
import { parseUserId, type UserId } from "../core/user_id.ts";
import { type ChatAnswer, encodeChatMessage } from "../wire/login_chat_answer.ts";
import { type ChatRequest, encodeChatRequest } from "../wire/login_chat_request.ts";
import { alsoKnown, userIds } from "./login_chat_names.ts";
import * as screens from "./login_chat_screens.ts";
import type { ScreenLine } from "./screen_line.ts";

/** What the client is doing. */
export type ChatMode =
  /** An operation is asked for. */
  | { readonly kind: "idle" }
  /** PM or DM was sent; `rest` is what was typed behind it. */
  | {
    readonly kind: "opening";
    readonly what: "public" | "direct";
    readonly rest: string;
    readonly names: readonly string[];
  }
  /** WHO was sent. */
  | { readonly kind: "listing"; readonly names: readonly string[] }
  /** The message to all is asked for. */
  | { readonly kind: "public" }
  /** The name is asked for, then the message to it. */
  | { readonly kind: "whom" }
  | { readonly kind: "direct"; readonly to: UserId }
  | { readonly kind: "sending"; readonly to: UserId | undefined }
  | { readonly kind: "cancelling" }
  | { readonly kind: "leaving" };

/** All the client knows about what its user is doing. */
export interface ChatClientState {
  readonly user: UserId;
  readonly mode: ChatMode;
  /** Who was online when it was last told, and who has been heard since. */
  readonly known: readonly UserId[];
  /** Whether the answer that is waited for takes long. */
  readonly isSlow: boolean;
}

/** Something that happened. */
export type ChatEvent =
  | { readonly kind: "started"; readonly isNew: boolean }
  | { readonly kind: "answer"; readonly answer: ChatAnswer }
  | { readonly kind: "line"; readonly text: string }
  /** A person has waited for an answer for a while. */
  | { readonly kind: "slow" }
  /** End of input, a signal, or nobody reads what we show. */
  | { readonly kind: "end" };

/** Something to do. */
export type ChatEffect =
  | { readonly kind: "show"; readonly line: ScreenLine }
  | { readonly kind: "prompt"; readonly prompt: ScreenLine }
  | { readonly kind: "send"; readonly request: Exclude<ChatRequest, { kind: "invalid" }> };

/** What comes of an event. */
export interface ChatClientStep {
  readonly state: ChatClientState;
  readonly effects: readonly ChatEffect[];
}

/** The state in which a login leaves its user. */
export function loggedIn(user: UserId): ChatClientState {
  return { user, mode: { kind: "idle" }, known: [], isSlow: false };
}

/** Whether an answer of the server is waited for. */
export function isWaiting({ mode }: ChatClientState): boolean {
  return ["opening", "listing", "sending", "cancelling"].includes(mode.kind);
}

/** Whether the next line may be read. */
export function wantsLine(state: ChatClientState): boolean {
  return isWaiting(state) ? state.isSlow : state.mode.kind !== "leaving";
}

/** The machine: what comes of an event in a state. */
export function step(before: ChatClientState, event: ChatEvent): ChatClientStep {
  const { state, effects } = next(before, event);
  return { state: state.mode === before.mode ? state : { ...state, isSlow: false }, effects };
}

function next(state: ChatClientState, event: ChatEvent): ChatClientStep {
  switch (event.kind) {
    case "started": {
      const lines = [screens.loggedInLine(state.user, event.isNew), screens.operationsLine()];
      return toIdle(state, ...lines);
    }
    case "answer":
      return answered(state, event.answer);
    case "line":
      return typed(state, event.text);
    case "slow":
      return isWaiting(state)
        ? ask({ ...state, isSlow: true }, screens.waitingPrompt(), screens.slowServerLine())
        : { state, effects: [] };
    case "end":
      return leave(state);
  }
}

function typed(state: ChatClientState, text: string): ChatClientStep {
  switch (state.mode.kind) {
    case "idle":
      return typedOperation(state, text.trim());
    case "public":
      return sendOrCancel(state, undefined, text);
    case "whom":
      return typedName(state, text.trim());
    case "direct":
      return sendOrCancel(state, state.mode.to, text);
    case "leaving":
      return { state, effects: [] };
    default:
      return /^ex$/i.test(text.trim())
        ? leave(state)
        : ask(state, screens.waitingPrompt(), screens.notNowLine());
  }
}

function typedOperation(state: ChatClientState, text: string): ChatClientStep {
  const [, word = "", rest = ""] = /^(\S*)\s*(.*)$/s.exec(text) ?? [];
  const names: readonly string[] = [];
  switch (word.toUpperCase()) {
    case "":
      return toIdle(state, screens.operationsLine());
    case "PM":
      return request(state, { kind: "opening", what: "public", rest, names }, { kind: "public" });
    case "DM":
      return request(state, { kind: "opening", what: "direct", rest, names }, { kind: "direct" });
    case "WHO":
      return request(state, { kind: "listing", names }, { kind: "who" });
    case "EX":
      return leave(state);
    default:
      return toIdle(state, screens.unknownOperationLine(word), screens.operationsLine());
  }
}

/** A name; a message may stand behind it. */
function typedName(state: ChatClientState, text: string): ChatClientStep {
  if (text === "") return cancel(state, screens.cancelledLine());
  const [, name = "", message = ""] = /^(\S+)\s*(.*)$/s.exec(text) ?? [];
  const to = parseUserId(name);
  if (to === undefined) return ask(state, screens.whomPrompt(), screens.noNameLine(name));
  if (to === state.user) return ask(state, screens.whomPrompt(), screens.ownNameLine(to));
  const next: ChatClientState = { ...state, mode: { kind: "direct", to } };
  return message === "" ? ask(next, screens.directPrompt(to)) : sendOrCancel(next, to, message);
}

function sendOrCancel(
  state: ChatClientState,
  to: UserId | undefined,
  text: string,
): ChatClientStep {
  if (text.trim() === "") return cancel(state, screens.cancelledLine());
  const kind = to === undefined ? "public" : "direct";
  const data = to === undefined ? text : `${to} ${text}`;
  // As it is sent, and as it arrives: either name may be the longer one.
  const sent = encodeChatRequest({ kind: "data", text: data });
  const arrives = encodeChatMessage({ kind, from: state.user, text });
  if (sent.length > MAX_CHAT_FRAME_BYTES || arrives === undefined) {
    const prompt = to === undefined ? screens.publicPrompt() : screens.directPrompt(to);
    return ask(state, prompt, screens.tooLongLine(MAX_CHAT_FRAME_BYTES));
  }
  return request(state, { kind: "sending", to }, { kind: "data", text: data });
}

function answered(state: ChatClientState, answer: ChatAnswer): ChatClientStep {
  const { mode } = state;
  if (answer.kind === "public" || answer.kind === "direct") {
    const known = alsoKnown(state.known, answer.from);
    return { state: { ...state, known }, effects: [show(screens.saidLine(answer))] };
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
      : sendOrCancel(next, undefined, mode.rest);
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

function show(line: ScreenLine): ChatEffect {
  return { kind: "show", line };
}

function ask(
  state: ChatClientState,
  prompt: ScreenLine,
  ...lines: readonly ScreenLine[]
): ChatClientStep {
  return { state, effects: [...lines.map(show), { kind: "prompt", prompt }] };
}

function toIdle(state: ChatClientState, ...lines: readonly ScreenLine[]): ChatClientStep {
  return ask({ ...state, mode: { kind: "idle" } }, screens.operationPrompt(), ...lines);
}

function request(
  state: ChatClientState,
  mode: ChatMode,
  request: Exclude<ChatRequest, { kind: "invalid" }>,
): ChatClientStep {
  return { state: { ...state, mode }, effects: [{ kind: "send", request }] };
}

function cancel(state: ChatClientState, line: ScreenLine): ChatClientStep {
  const { state: next, effects } = request(state, { kind: "cancelling" }, { kind: "cancel" });
  return { state: next, effects: [show(line), ...effects] };
}

function leave(state: ChatClientState): ChatClientStep {
  return state.mode.kind === "leaving"
    ? { state, effects: [] }
    : request(state, { kind: "leaving" }, { kind: "exit" });
}
