/**
 * What the line editor says itself, made from values. Pure.
 */

import { visibleText } from "../core/visible_text.ts";
import { commonBeginning } from "./completions.ts";
import { line, type ScreenLine } from "./screen_line.ts";

/** Most candidates of a completion that are shown. */
const MAX_CANDIDATES = 40;

/** Candidates of a completion in a row; what is the same before all of them is left out. */
export function candidateLines(candidates: readonly string[], typed: string): ScreenLine[] {
  const common = commonBeginning(candidates, typed);
  // What is typed by itself: a word, or a name in a folder.
  const cut = Math.max(common.lastIndexOf(" "), common.lastIndexOf("/", common.length - 1)) + 1;
  const from = common.startsWith("/") && cut === 1 ? 0 : cut;
  const names = candidates.slice(0, MAX_CANDIDATES).map((name) => name.slice(from).trimEnd());
  const more = candidates.length - names.length;
  return [line(names.join("  ") + (more > 0 ? `  and ${more} more` : ""), "faint")];
}

/** Asks about several lines that were pasted at once. */
export function pastePrompt(count: number): ScreenLine {
  const answers = "Y enters each, J joins them into one, N drops them";
  return line(`${count} lines pasted: ${answers}: `, "call");
}

/** A paste was not taken. */
export function pasteTooLongLine(): ScreenLine {
  return line("That paste was not taken, it is too long. Long texts go well as a file.", "bad");
}

/** Where nothing is asked. */
export const NO_PROMPT: ScreenLine = { text: "" };

/** Stands where the prompt will be, while lines wait for something that is under way. */
export function busyPrompt(waiting: number): ScreenLine {
  if (waiting === 0) return NO_PROMPT;
  return line(`[${waiting} ${waiting === 1 ? "line waits" : "lines wait"}] `, "faint");
}

/** A prompt for somebody who was away while messages came. */
export function unreadPrompt(unread: string, prompt: ScreenLine): ScreenLine {
  return { ...prompt, text: `[${unread}] ${prompt.text}` };
}

/** The same as a line, where a prompt is not said again. */
export function unreadLine(unread: string): ScreenLine {
  return line(`[${unread} since your last key]`, "faint");
}

/** Lines that were typed ahead and had no turn before their user left. */
export function notDoneLine(lines: readonly string[]): ScreenLine {
  return line(`Typed, but not done: ${visibleText(lines.join(" / "))}`, "bad");
}
