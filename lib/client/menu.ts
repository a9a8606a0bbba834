/**
 * What the client does about everything that happens: a pure state machine, event to state and
 * effects. It knows no socket and no terminal; the session performs the effects and brings back
 * what came of them as events.
 *
 * Rules of this file:
 * - Everything that changes the state is here, in `menu_chat.ts` and in `menu_steps.ts`.
 * - While `working`, `visiting` or `answering`, exactly one effect is under way that ends in an
 *   event, and no line is read here.
 * - A call that waits for Y or N (`caller`) is beside the mode: it may arrive during any of them
 *   except `calling` and `chatting`, which make us busy.
 */

import { parseUserId, type UserId } from "../core/user_id.ts";
import { visibleText } from "../core/visible_text.ts";
import type { Lookup } from "./buddy_list.ts";
import * as calls from "./call_screens.ts";
import {
  type MenuCommand,
  menuCommand,
  menuHelpLines,
  menuLines,
  nearestMenuCommand,
  usageOf,
} from "./menu_commands.ts";
import { answerCall, calledUp } from "./menu_calls.ts";
import { inChat, typedInChat, typedWhileCalling } from "./menu_chat.ts";
import type { MenuEvent, MenuState, Step } from "./menu_state.ts";
import { leave, show, toMenu, working } from "./menu_steps.ts";
import type { ScreenLine } from "./screen_line.ts";
import * as screens from "./screens.ts";
import { commandsAt, readSlashLine, wrongCommandLine } from "./slash_commands.ts";

/** The machine: what comes of an event in a state. */
export function step(state: MenuState, event: MenuEvent): Step {
  if (state.mode.kind === "leaving") return { state, effects: [] };
  switch (event.kind) {
    case "started":
      return event.user === undefined
        ? toMenu(state, menuLines())
        : working(state, { kind: "check", user: event.user }, menuLines());
    case "line":
      return typed(state, event.text);
    case "end":
      return endOfInput(state);
    case "stop":
      return leave(state);
    case "registered":
      return cameOnline(
        state,
        event.user,
        event.reply.code === 200,
        screens.registeredLine(event.user, event.reply),
      );
    case "checked":
      return cameOnline(
        state,
        event.user,
        event.reply === undefined || event.reply.code === 200,
        screens.loggedInLine(event.user, event.reply),
      );
    case "added":
      return withUser(state, (user) => screens.addedLine(user, event.buddy, event.reply));
    case "removed":
      return withUser(state, (user) => screens.removedLine(user, event.buddy, event.reply));
    case "status":
      return toMenu(state, screens.statusLines(event.list, event.fresh));
    case "lookedUp":
      return lookedUp(state, event.name, event.lookup);
    case "failed":
      return toMenu(state, [event.line]);
    case "notice":
      return { state, effects: [show(event.line)] };
    case "ringing":
    case "callFailed":
    case "chatBegun":
    case "said":
    case "chatEnded":
      return inChat(state, event);
    case "ring":
    case "ringEnded":
    case "called":
    case "turnedAway":
      return calledUp(state, event);
    case "commanded":
      if (state.mode.kind === "working") return toMenu(state, event.lines);
      return { state, effects: [show(...event.lines)] };
    case "roomsLeft":
      return toMenu(state, menuLines());
  }
}

function cameOnline(state: MenuState, user: UserId, isOnline: boolean, line: ScreenLine): Step {
  if (!isOnline) return toMenu(state, [line]);
  const { state: next, effects } = toMenu(state, [line], user);
  return { state: next, effects: [{ kind: "goOnline", user }, ...effects] };
}

function withUser(state: MenuState, line: (user: UserId) => ScreenLine): Step {
  return toMenu(state, state.user === undefined ? [] : [line(state.user)]);
}

function typed(state: MenuState, text: string): Step {
  switch (state.mode.kind) {
    case "menu":
      return typedAtMenu(state, text);
    case "asking":
      return typedAnswer(state, state.mode.command, text.trim());
    case "calling":
      return typedWhileCalling(state, state.mode, text);
    case "chatting":
      return typedInChat(state, state.mode.peer, text);
    case "working":
    case "visiting":
    case "answering":
    case "leaving":
      return { state, effects: [] };
  }
}

function typedAtMenu(state: MenuState, text: string): Step {
  const [word = "", argument, ...rest] = text.trim().split(/\s+/);
  if (word === "") return toMenu(state, menuLines());
  const command = menuCommand(word);
  if (command === undefined) return typedSlash(state, text.trim(), word);
  if (command.needsUser && state.user === undefined) {
    return toMenu(state, [screens.needsUserLine()]);
  }
  if (argument !== undefined && (command.question === undefined || rest.length > 0)) {
    return toMenu(state, [screens.usageLine(usageOf(command))]);
  }
  if (command.letter === "M" && state.caller !== undefined) {
    return toMenu(state, [calls.oneChatLine()]);
  }
  if (command.question === undefined) return run(state, command);
  if (argument !== undefined) return runWith(state, command, argument);
  return {
    state: { ...state, mode: { kind: "asking", command } },
    effects: [{ kind: "prompt", prompt: screens.questionPrompt(command.question) }],
  };
}

/** A line that is no letter: a command that starts with `/`, or none. */
function typedSlash(state: MenuState, text: string, word: string): Step {
  const meant = nearestMenuCommand(word.replace(/^\//, ""));
  const line = readSlashLine(text, commandsAt("menu"));
  switch (line.kind) {
    case "program": {
      const where = { place: "menu" } as const;
      return working(state, { kind: "command", word: line.word, argument: line.argument, where });
    }
    case "misused":
      return toMenu(state, [wrongCommandLine(line)]);
    case "unknown":
      if (line.meant !== undefined) return toMenu(state, [wrongCommandLine(line)]);
      return toMenu(state, [screens.unknownCommandLine(word, meant)]);
    default:
      return toMenu(state, [screens.unknownCommandLine(word, meant)]);
  }
}

/** A command that needs nothing more. */
function run(state: MenuState, command: MenuCommand): Step {
  switch (command.letter) {
    case "S":
      return working(state, { kind: "status" });
    case "Y":
    case "N":
      return answerCall(state, command.letter === "Y");
    case "G":
      return {
        state: { ...state, mode: { kind: "visiting" } },
        effects: [{ kind: "visitRooms" }],
      };
    case "X":
      return leave(state);
    default:
      return toMenu(state, menuHelpLines());
  }
}

/**
 * The answer to a question. While a call waits, a person's Y or N is for the caller they see; a
 * script's is the answer it was written to be.
 */
function typedAnswer(state: MenuState, command: MenuCommand, answer: string): Step {
  if (state.isPerson && state.caller !== undefined && /^[yn]$/i.test(answer)) {
    return answerCall(state, answer.toUpperCase() === "Y");
  }
  return answer === "" ? toMenu(state, []) : runWith(state, command, answer);
}

/** A command with what it needs. */
function runWith(state: MenuState, command: MenuCommand, argument: string): Step {
  if (command.letter === "M") return working(state, { kind: "lookUp", name: argument });
  const id = parseUserId(argument);
  if (id === undefined) return toMenu(state, [screens.idRuleLine(argument)]);
  if (command.letter === "R") return working(state, { kind: "register", user: id });
  if (command.letter === "L") return working(state, { kind: "check", user: id });
  if (state.user === undefined) return toMenu(state, [screens.needsUserLine()]);
  const kind = command.letter === "A" ? "add" : "remove";
  return working(state, { kind, user: state.user, buddy: id });
}

function lookedUp(state: MenuState, name: string, lookup: Lookup): Step {
  if (lookup.kind !== "reachable") return toMenu(state, [screens.notReachableLine(name, lookup)]);
  // Somebody called while we looked: theirs was first.
  if (state.caller !== undefined) return toMenu(state, [calls.oneChatLine()]);
  const { buddy, address } = lookup;
  const peer = visibleText(buddy);
  return {
    state: { ...state, mode: { kind: "calling", peer, ringing: false, kept: [], then: "chat" } },
    effects: [
      show(calls.callingLine(peer, address.ip, address.port)),
      { kind: "prompt", prompt: calls.chatPrompt(state.user) },
      { kind: "call", address },
    ],
  };
}

function endOfInput(state: MenuState): Step {
  const { mode } = state;
  if (mode.kind === "calling" && mode.kept.length > 0) {
    return { state: { ...state, mode: { ...mode, then: "leave" } }, effects: [] };
  }
  return leave(state);
}
