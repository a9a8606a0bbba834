/**
 * The steps that many events lead to.
 */

import * as calls from "./call_screens.ts";
import type { Effect, MenuState, Step } from "./menu_state.ts";
import type { ScreenLine } from "./screen_line.ts";
import * as screens from "./screens.ts";

/** Shows lines, in a step. */
export function show(...lines: readonly ScreenLine[]): Effect {
  return { kind: "show", lines };
}

function showAll(lines: readonly ScreenLine[]): Effect[] {
  return lines.length === 0 ? [] : [show(...lines)];
}

/** Back to the menu; a call that waits is mentioned again. */
export function toMenu(state: MenuState, lines: readonly ScreenLine[], user = state.user): Step {
  const waiting = state.caller === undefined ? [] : [calls.ringLine(state.caller, false)];
  return {
    state: { ...state, user, mode: { kind: "menu" } },
    effects: [
      ...showAll([...lines, ...waiting]),
      { kind: "prompt", prompt: screens.menuPrompt(user) },
    ],
  };
}

/** Does something the next line has to wait for. */
export function working(state: MenuState, effect: Effect, lines: readonly ScreenLine[] = []): Step {
  return {
    state: { ...state, mode: { kind: "working" } },
    effects: [...showAll(lines), effect],
  };
}

/** Leaves the client, and says what that ends. */
export function leave(state: MenuState): Step {
  const { mode, caller } = state;
  const lines = [
    ...(mode.kind === "chatting" ? [calls.chatEndedLine(mode.peer, "ours")] : []),
    ...(mode.kind === "calling"
      ? [calls.gaveUpLine(mode.peer), ...calls.unsentLines(mode.kept.length)]
      : []),
    ...(caller === undefined ? [] : [calls.turnedDownLine(caller)]),
    screens.goodbyeLine(),
  ];
  return leaveAfter(state, lines);
}

/** Leaves the client after some last lines. */
export function leaveAfter(state: MenuState, lines: readonly ScreenLine[]): Step {
  return {
    state: { ...state, mode: { kind: "leaving" }, caller: undefined },
    effects: [show(...lines), { kind: "leave" }],
  };
}
