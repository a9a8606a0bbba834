/**
 * What Tab may make of a line: commands, and what may follow them as the table of commands words it.
 * Each candidate stands for all that was typed. Pure but for the names it is given.
 */

import type { SlashCommand } from "./slash_commands.ts";
import { splitWords } from "./typed_words.ts";

/** Names that can be asked for. */
export interface KnownNames {
  readonly buddies?: () => readonly string[];
  readonly rooms?: () => readonly string[];
  /** Paths that begin so; those of folders end in `/`. */
  readonly files?: (beginning: string) => readonly string[];
}

/** Those of these words that begin as typed, in any case, behind what stands before them. */
export function beginning(
  typed: string,
  words: readonly string[],
  before = "",
): readonly string[] {
  const folded = typed.toLowerCase();
  return words.filter((word) => word.toLowerCase().startsWith(folded)).map((word) => before + word);
}

/** What may become of a line that starts with `/`. */
export function commandCompletions(
  typed: string,
  commands: readonly SlashCommand[],
  names: KnownNames,
): readonly string[] {
  const [, word, blank, rest = ""] = /^\/(\S*)(\s+)?(.*)$/s.exec(typed) ?? [];
  if (word === undefined) return [];
  if (blank === undefined) {
    const words = commands.map(({ word, argument }) =>
      `/${word}${argument === undefined ? "" : " "}`
    );
    return beginning(typed, [...new Set(words)]);
  }
  const command = commands.find((command) => command.word === word.toLowerCase());
  if (command?.argument === undefined) return [];
  const head = typed.slice(0, typed.length - rest.length);
  return argumentCompletions(rest, command.argument, names).map((argument) => head + argument);
}

/** What may become of an argument that help words so: `BUDDY PATH...`, `[off|pm|all]`. */
function argumentCompletions(typed: string, form: string, names: KnownNames): readonly string[] {
  const kinds = form.replace(/[[\]]/g, "").split(" ");
  const last = lastWord(typed);
  const before = typed.slice(0, typed.length - last.length);
  const kind = kinds[splitWords(before).length] ?? (form.includes("...") ? kinds.at(-1)! : "");
  if (kind.includes("|")) return beginning(last, kind.split("|"), before);
  if (kind === "BUDDY") {
    const isLast = kinds.at(-1) === kind;
    const buddies = names.buddies?.() ?? [];
    return beginning(last, isLast ? buddies : buddies.map((name) => `${name} `), before);
  }
  if (kind === "ROOM") return beginning(last, names.rooms?.() ?? [], before);
  if (!/^(?:PATH|FOLDER|FILE)/.test(kind)) return [];
  const path = splitWords(last)[0] ?? "";
  return (names.files?.(path) ?? []).map((found) => before + quoted(found));
}

/** The word at the end, as it is typed; nothing behind a blank. */
function lastWord(typed: string): string {
  return /(?:\\.|"(?:\\.|[^"\\])*"?|'[^']*'?|[^\s\\"'])*$/su.exec(typed)?.[0] ?? "";
}

/** As `splitWords` takes it for one word. */
function quoted(path: string): string {
  return path.replace(/[\s"']/g, "\\$&");
}

/** Completes the last word of what is said: names of those who are there. */
export function nameCompletions(typed: string, names: readonly string[]): readonly string[] {
  const [word = ""] = /\S*$/.exec(typed) ?? [];
  if (word === "") return [];
  return beginning(word, names, typed.slice(0, typed.length - word.length));
}

/**
 * How all of them begin, as the first one has it: in any case as far as was typed, exactly beyond,
 * or Tab would type the `M` of `Makefile` and never offer `music`.
 */
export function commonBeginning(candidates: readonly string[], typed: string): string {
  const [first = "", ...others] = candidates;
  let length = first.length;
  for (const other of others) {
    const most = Math.min(length, other.length);
    length = 0;
    while (length < most && isSame(first[length]!, other[length]!, length < typed.length)) length++;
  }
  const common = first.slice(0, length);
  // Two emoji may agree in the first half of a surrogate pair, which is no letter.
  return common.isWellFormed() ? common : common.slice(0, -1);
}

function isSame(one: string, other: string, inAnyCase: boolean): boolean {
  return one === other || (inAnyCase && one.toLowerCase() === other.toLowerCase());
}
