/** The command line of `completions`, which every program has. */

import { choice, type OptionTable } from "./option.ts";
import { executableOf } from "./installed.ts";
import { type Command, COMMON_OPTIONS, type Program } from "./program.ts";

/** Shells that completions can be written for. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

/** One of the shells. */
export type Shell = (typeof SHELLS)[number];

/** Every option of the command. */
export const COMPLETIONS_OPTIONS = {
  shell: choice("shell", SHELLS, "bash", "for which shell"),
  ...COMMON_OPTIONS,
} satisfies OptionTable;

/** How the command of a program describes itself. */
export function completionsProgram(name: string): Program<typeof COMPLETIONS_OPTIONS> {
  const executable = executableOf(name);
  return {
    name: `${name} completions`,
    summary: `Print what makes Tab complete the command line of ${executable}.`,
    positionals: [{ name: "SHELL", option: "shell", required: true }],
    options: COMPLETIONS_OPTIONS,
    examples: [
      [`source <(${executable} completions bash)`, "in ~/.bashrc"],
      [`source <(${executable} completions zsh)`, "in ~/.zshrc, behind compinit"],
      [`${executable} completions fish | source`, "in ~/.config/fish/config.fish"],
    ],
  };
}

/** The command as a row of a program's table. */
export function completionsCommand(name: string): Command {
  const words = SHELLS.join(", ");
  return {
    word: "completions",
    help: `print what makes Tab work in ${words}`,
    program: completionsProgram(name),
  };
}
