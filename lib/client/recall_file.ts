/**
 * Commands typed before, kept between runs in a file for its owner only. What is said to people is
 * not in it, and no password ever was. A file that cannot be read or written is in nobody's way: then
 * nothing is kept.
 */

import { MAX_RECALLED_LINES } from "./input_recall.ts";

/** Lines kept between runs. */
export interface RecallStore {
  /** Those kept, the oldest first. */
  readonly lines: readonly string[];
  /** Keeps one more. */
  add(line: string): void;
}

/** Keeps nothing. */
export const NO_RECALL: RecallStore = { lines: [], add() {} };

/** How many lines the file may have before it is cut to those that are used. */
const MAX_FILE_LINES = 2 * MAX_RECALLED_LINES;

/** Longest line that is kept, and the most that is read of the file: larger ones are none of ours. */
const MAX_LINE_CHARACTERS = 1024;
const MAX_FILE_BYTES = MAX_FILE_LINES * MAX_LINE_CHARACTERS * 3;

/**
 * Opens the file, and makes it and its directory when they are missing.
 *
 * @param directory where it is; `undefined` where nothing can be kept
 */
export function openRecallFile(directory: string | undefined): RecallStore {
  if (directory === undefined) return NO_RECALL;
  const path = `${directory}/typed.txt`;
  try {
    Deno.mkdirSync(directory, { recursive: true, mode: 0o700 });
    const lines = readLines(path);
    const used = lines.slice(-MAX_RECALLED_LINES);
    if (lines.length > MAX_FILE_LINES) replace(path, used);
    return { lines: used, add: (line) => append(path, line) };
  } catch {
    return NO_RECALL;
  }
}

function readLines(path: string): string[] {
  try {
    if (Deno.statSync(path).size > MAX_FILE_BYTES) return [];
    return Deno.readTextFileSync(path).split("\n").filter((line) => line !== "");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** Two clients may append at once: a line is one write. */
function append(path: string, line: string): void {
  if (line.length > MAX_LINE_CHARACTERS) return;
  try {
    using file = Deno.openSync(path, { append: true, create: true, mode: 0o600 });
    file.writeSync(new TextEncoder().encode(line + "\n"));
  } catch {
    // It is a convenience; the line itself is done.
  }
}

function replace(path: string, lines: readonly string[]): void {
  const draft = `${path}.${crypto.randomUUID()}.tmp`;
  Deno.writeTextFileSync(draft, lines.join("\n") + "\n", { createNew: true, mode: 0o600 });
  Deno.renameSync(draft, path);
}
