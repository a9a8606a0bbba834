/**
 * What Tab shows and types of several candidates. Pure.
 */

import { line, type ScreenLine } from "./screen_line.ts";

/** Most candidates that are shown. */
const MAX_SHOWN = 40;

/** How all of them begin, in any case, as the first one has it. */
export function commonBeginning(candidates: readonly string[]): string {
  const [first = "", ...others] = candidates;
  let length = first.length;
  for (const other of others) {
    const most = Math.min(length, other.length);
    length = 0;
    while (length < most && first[length]!.toLowerCase() === other[length]!.toLowerCase()) length++;
  }
  return first.slice(0, length);
}

/** The candidates in a row; what is the same at the beginning of all of them is left out. */
export function candidateLines(candidates: readonly string[]): ScreenLine[] {
  const common = commonBeginning(candidates);
  const cut =
    Math.max(common.lastIndexOf(" "), common.slice(0, -1).lastIndexOf("/", common.length - 2)) + 1;
  const names = candidates.slice(0, MAX_SHOWN).map((candidate) => candidate.slice(cut).trimEnd());
  const more = candidates.length - names.length;
  return [line(names.join("  ") + (more > 0 ? `  and ${more} more` : ""), "faint")];
}
