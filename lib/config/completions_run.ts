/** `completions` as a command: from its words to its exit. */

import { bashCompletions } from "./completions_bash.ts";
import { type CompletedProgram, completedProgram } from "./completions.ts";
import { fishCompletions } from "./completions_fish.ts";
import { completionsProgram, type Shell } from "./completions_options.ts";
import { zshCompletions } from "./completions_zsh.ts";
import type { OptionTable } from "./option.ts";
import type { Program } from "./program.ts";
import { EXIT, print, runProgram } from "./start.ts";

const WRITERS: Readonly<Record<Shell, (program: CompletedProgram) => string>> = {
  bash: bashCompletions,
  zsh: zshCompletions,
  fish: fishCompletions,
};

/** Prints the completions of a program for the shell that the words name. */
export function runCompletions(
  program: Program<OptionTable>,
  words: readonly string[],
): Promise<never> {
  return runProgram(completionsProgram(program.name), words, ({ options }) => {
    print(WRITERS[options.shell](completedProgram(program)));
    return Promise.resolve(EXIT.done);
  });
}
