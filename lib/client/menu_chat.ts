/**
 * The part of the menu's state machine for calling and chatting. Rules: protocols/buddy.md, "Peer
 * chat".
 */

import * as calls from "./call_screens.ts";
import { chatHelpLines, readChatLine } from "./chat_line.ts";
import {
  type CallingMode,
  type Effect,
  MAX_TYPED_CHARACTERS,
  type MenuEvent,
  type MenuState,
  type Step,
} from "./menu_state.ts";
import { leaveAfter, show, toMenu } from "./menu_steps.ts";
import * as screens from "./screens.ts";
import { type SlashLine, wrongCommandLine } from "./slash_commands.ts";

/** Lines typed before the answer: a first `q` gives up, others wait for ACCEPT. */
export function typedWhileCalling(state: MenuState, mode: CallingMode, text: string): Step {
  if (text.length > MAX_TYPED_CHARACTERS) return tooLong(state);
  if (saysNothing(state, text)) return { state, effects: [] };
  const line = readChatLine(text);
  if (line.kind === "text") {
    return { state: { ...state, mode: { ...mode, kept: [...mode.kept, line.text] } }, effects: [] };
  }
  if (line.kind !== "place" || line.word !== "q") return commanded(state, mode.peer, line);
  if (mode.kept.length > 0) {
    return { state: { ...state, mode: { ...mode, then: "menu" } }, effects: [] };
  }
  const back = toMenu(state, [calls.gaveUpLine(mode.peer)]);
  return { state: back.state, effects: [{ kind: "cancelCall" }, ...back.effects] };
}

/** A line that is not for the other side. */
function commanded(
  state: MenuState,
  partner: string,
  line: Exclude<SlashLine, { kind: "text" }>,
): Step {
  switch (line.kind) {
    case "place":
      return { state, effects: [show(...chatHelpLines(partner))] };
    case "program": {
      const where = { place: "chat", partner } as const;
      const { word, argument } = line;
      return { state, effects: [{ kind: "command", word, argument, where }] };
    }
    default:
      return { state, effects: [show(wrongCommandLine(line))] };
  }
}

function tooLong(state: MenuState): Step {
  return { state, effects: [show(calls.tooLongLine(MAX_TYPED_CHARACTERS))] };
}

/** Whether a person only pressed Enter. A script may mean its empty lines. */
function saysNothing({ isPerson }: MenuState, text: string): boolean {
  return isPerson && text.trim() === "";
}

/** A line typed in a chat. */
export function typedInChat(state: MenuState, peer: string, text: string): Step {
  if (text.length > MAX_TYPED_CHARACTERS) return tooLong(state);
  if (saysNothing(state, text)) return { state, effects: [] };
  const line = readChatLine(text);
  if (line.kind === "text") return { state, effects: [{ kind: "send", text: line.text }] };
  if (line.kind !== "place" || line.word !== "q") return commanded(state, peer, line);
  const back = toMenu(state, [calls.chatEndedLine(peer, "ours")]);
  return { state: back.state, effects: [{ kind: "endChat" }, ...back.effects] };
}

/** What happens to our own calls, and in a chat. */
export type ChatEvent = Extract<
  MenuEvent,
  { kind: "ringing" | "callFailed" | "chatBegun" | "said" | "chatEnded" }
>;

/** What comes of an event of a call we made, or of a chat. */
export function inChat(state: MenuState, event: ChatEvent): Step {
  const { mode } = state;
  if (event.kind === "chatBegun") return chatBegun(state);
  if (mode.kind === "calling" && event.kind === "ringing") {
    return { state: { ...state, mode: { ...mode, ringing: true } }, effects: [] };
  }
  if (mode.kind === "calling" && event.kind === "callFailed") {
    const lines = calls.callFailedLines(mode.peer, event.failure, mode.kept.length);
    return mode.then === "leave"
      ? leaveAfter(state, [...lines, screens.goodbyeLine()])
      : toMenu(state, lines);
  }
  if (mode.kind === "chatting" && event.kind === "said") {
    return { state, effects: [show(calls.saidLine(mode.peer, event.text))] };
  }
  if (mode.kind === "chatting" && event.kind === "chatEnded") {
    return toMenu(state, [calls.chatEndedLine(mode.peer, event.end)]);
  }
  return { state, effects: [] };
}

/** ACCEPT was taken or sent: what was typed meanwhile goes first. */
function chatBegun(state: MenuState): Step {
  const { mode, caller } = state;
  if (mode.kind === "answering" && caller !== undefined) {
    return {
      state: { ...state, mode: { kind: "chatting", peer: caller }, caller: undefined },
      effects: [
        show(calls.chatBegunLine(caller)),
        { kind: "prompt", prompt: calls.chatPrompt(state.user) },
      ],
    };
  }
  if (mode.kind !== "calling") return { state, effects: [] };
  const { peer, kept, then } = mode;
  const begun = [
    show(calls.chatBegunLine(peer)),
    ...kept.map((text): Effect => ({ kind: "send", text })),
  ];
  if (then === "chat") {
    return { state: { ...state, mode: { kind: "chatting", peer } }, effects: begun };
  }
  const ended = calls.chatEndedLine(peer, "ours");
  const after = then === "menu"
    ? toMenu(state, [ended])
    : leaveAfter(state, [ended, screens.goodbyeLine()]);
  return { state: after.state, effects: [...begun, { kind: "endChat" }, ...after.effects] };
}
