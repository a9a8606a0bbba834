/**
 * The part of the menu's state machine for being called. Rules: protocols/buddy.md, "Peer chat".
 */

import * as calls from "./call_screens.ts";
import type { Effect, MenuEvent, MenuState, Step } from "./menu_state.ts";
import { show, toMenu } from "./menu_steps.ts";
import type { ScreenLine } from "./screen_line.ts";

/** Y or N. */
export function answerCall(state: MenuState, accept: boolean): Step {
  if (state.caller === undefined) return toMenu(state, [calls.nobodyCallsLine()]);
  if (accept) {
    const effects: Effect[] = [{ kind: "acceptCall" }];
    return { state: { ...state, mode: { kind: "answering" } }, effects };
  }
  const next = { ...state, caller: undefined };
  const line = calls.turnedDownLine(state.caller);
  // A question that was asked when they called is asked still.
  const back = state.mode.kind === "asking"
    ? { state: next, effects: [show(line)] }
    : toMenu(next, [line]);
  return { state: back.state, effects: [{ kind: "rejectCall" }, ...back.effects] };
}

/** What callers do. */
type CallEvent = Extract<MenuEvent, { kind: "ring" | "ringEnded" | "turnedAway" | "called" }>;

/** What comes of somebody calling. */
export function calledUp(state: MenuState, event: CallEvent): Step {
  switch (event.kind) {
    case "ring": {
      const next = { ...state, caller: event.caller };
      const lines = event.isCounted ? [] : [ringLine(next, event.caller)];
      return { state: next, effects: lines.map((line) => show(line)) };
    }
    case "called": {
      const { caller } = state;
      const lines = [calls.moreCallsLine(event.count)];
      return {
        state,
        effects: [show(...lines, ...(caller === undefined ? [] : [ringLine(state, caller)]))],
      };
    }
    case "turnedAway":
      return { state, effects: [show(calls.turnedAwayLine(event.caller))] };
    case "ringEnded": {
      if (state.caller === undefined) return { state, effects: [] };
      const next = { ...state, caller: undefined };
      const line = calls.ringEndedLine(state.caller, event.end);
      if (state.mode.kind === "answering") return toMenu(next, [line]);
      return { state: next, effects: event.isCounted ? [] : [show(line)] };
    }
  }
}

/** Who calls, and when that can be answered. */
function ringLine({ mode, isPerson }: MenuState, caller: string): ScreenLine {
  const isAsked = mode.kind === "asking" && !isPerson;
  return calls.ringLine(caller, isAsked || mode.kind === "visiting");
}
