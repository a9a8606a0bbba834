/** How a tool with options starts: `--help` shown, a wrong command line told in one line. */

import { UsageError } from "../lib/core/errors.ts";
import { complain, print } from "./print.ts";

/**
 * Reads a command line. With `--help`, or a wrong one, the tool ends here (exit code 0 or 2).
 *
 * @param read makes settings of the words; throws a UsageError that says what is wrong
 */
export function settingsFrom<Settings>(
  tool: string,
  usage: string,
  read: (words: readonly string[]) => Settings,
): Settings {
  // `deno task TOOL -- WORDS` hands the two dashes on, and behind them nothing would be an option.
  const words = Deno.args[0] === "--" ? Deno.args.slice(1) : Deno.args;
  if (words.includes("--help")) {
    print(usage);
    Deno.exit(0);
  }
  try {
    return read(words);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    complain(`${tool}: ${error.message} (see --help)`);
    Deno.exit(2);
  }
}

/** The words of a tool that has no options: at most so many, otherwise it ends as with wrong ones. */
export function wordsFor(tool: string, usage: string, most = 0): readonly string[] {
  return settingsFrom(tool, usage, (words) => {
    const wrong = words.find((word, at) => at >= most || word.startsWith("-"));
    return wrong === undefined ? words : refuseUnknown(wrong);
  });
}

/** What `parseArgs` is to do with words nobody expects. */
export function refuseUnknown(word: string): never {
  throw new UsageError(`Unknown option or word "${word}"`);
}
