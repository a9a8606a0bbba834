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

import { answered } from "./login_chat_answers.ts";
import * as screens from "./login_chat_screens.ts";
import {
  type ChatClientState,
  type ChatClientStep,
  type ChatEvent,
  isWaiting,
} from "./login_chat_state.ts";
import {
  ask,
  leave,
  request,
  toIdle,
  typedMessage,
  typedName,
  unlessCommand,
} from "./login_chat_steps.ts";

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
    case "lost":
      return lost(state);
    case "back":
      return toIdle(state, screens.backLine());
    case "end":
      return leave(state);
  }
}

/** What was under way is told of: none of it arrived, as far as anybody knows. */
function lost(state: ChatClientState): ChatClientStep {
  const { mode } = state;
  const lines = mode.kind === "sending"
    ? [screens.notDeliveredLine(mode.to, mode.text)]
    : mode.kind === "opening" && mode.rest !== ""
    ? [screens.notDeliveredLine(undefined, mode.rest)]
    : [];
  return ask({ ...state, mode: { kind: "away" } }, screens.awayPrompt(), ...lines);
}

function typed(state: ChatClientState, text: string): ChatClientStep {
  switch (state.mode.kind) {
    case "idle":
      return unlessCommand(
        state,
        text.trim(),
        screens.operationPrompt(),
        (text) => typedOperation(state, text),
      );
    case "public":
      return typedMessage(state, undefined, text);
    case "whom":
      return unlessCommand(
        state,
        text.trim(),
        screens.whomPrompt(),
        (text) => typedName(state, text),
      );
    case "direct":
      return typedMessage(state, state.mode.to, text);
    case "leaving":
      return { state, effects: [] };
    case "away":
      if (/^ex$/i.test(text.trim())) return leave(state);
      if (text.trim() === "") return ask(state, screens.awayPrompt());
      return ask(state, screens.awayPrompt(), screens.notDeliveredLine(undefined, text));
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
