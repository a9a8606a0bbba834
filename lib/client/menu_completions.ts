/**
 * What Tab may make of a line at the menu and in a chat. Pure but for the names it is given.
 */

import { beginning, commandCompletions, type KnownNames } from "./completions.ts";
import { MENU_COMMANDS, menuCommand } from "./menu_commands.ts";
import type { MenuState } from "./menu_state.ts";
import { commandsAt } from "./slash_commands.ts";

/** Letters whose question is answered by one of the buddies. */
const ABOUT_BUDDIES = ["D", "M"];

/** Candidates for what is typed in this state. */
export function menuCompletions(
  { mode }: MenuState,
  typed: string,
  names: KnownNames,
): readonly string[] {
  switch (mode.kind) {
    case "menu":
      return atMenu(typed, names);
    case "asking":
      return ABOUT_BUDDIES.includes(mode.command.letter)
        ? beginning(typed, names.buddies?.() ?? [])
        : [];
    case "calling":
    case "chatting":
      return commandCompletions(typed, commandsAt("chat"), names);
    default:
      return [];
  }
}

function atMenu(typed: string, names: KnownNames): readonly string[] {
  if (typed.startsWith("/")) return commandCompletions(typed, commandsAt("menu"), names);
  const [, word = "", blank, rest = ""] = /^\s*(\S*)(\s+)?(.*)$/s.exec(typed) ?? [];
  if (blank === undefined) {
    const words = MENU_COMMANDS.map(({ word, question }) => question ? `${word} ` : word);
    return word === "" ? [] : beginning(word, words);
  }
  const command = menuCommand(word);
  const isAbout = command !== undefined && ABOUT_BUDDIES.includes(command.letter);
  const before = typed.slice(0, typed.length - rest.length);
  return isAbout ? beginning(rest, names.buddies?.() ?? [], before) : [];
}
