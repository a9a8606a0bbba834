/**
 * What Tab offers, taken from the tables that `--help` is made from: one description for every
 * shell. Pure. The files beside this one write it down in the shells' own words.
 */

import { executableOf } from "./installed.ts";
import { listedOptions, type Option, type OptionTable } from "./option.ts";
import type { Positional, Program } from "./program.ts";

/** What may stand somewhere. */
export type Values =
  | { readonly kind: "words"; readonly words: readonly string[] }
  | { readonly kind: "files" | "directories" | "hosts" }
  /** A text of which nothing is known. */
  | { readonly kind: "anything" };

/** An option. */
export interface CompletedOption {
  /** With its dashes. */
  readonly flag: string;
  /** One line. */
  readonly help: string;
  /** What its value is called, and may be; absent for a switch. */
  readonly value?: { readonly name: string; readonly values: Values };
}

/** An argument without a flag. */
export interface CompletedArgument {
  /** As the usage line has it. */
  readonly name: string;
  /** What may stand there. */
  readonly values: Values;
  /** Whether any number of them may stand here. */
  readonly repeats: boolean;
}

/** A program without its commands, or a command. */
export interface CompletedCommand {
  /** Empty for the program itself. */
  readonly word: string;
  /** One line. */
  readonly help: string;
  /** In the order of the help. */
  readonly options: readonly CompletedOption[];
  /** In the order they are typed. */
  readonly positionals: readonly CompletedArgument[];
}

/** An executable. */
export interface CompletedProgram {
  /** `parley-client` */
  readonly executable: string;
  /** The same as shells take it in the name of a function: `parley_client`. */
  readonly identifier: string;
  /** What may stand there without a command. */
  readonly itself: CompletedCommand;
  /** In the order of the help. */
  readonly commands: readonly CompletedCommand[];
}

/** Describes a program for its completions. */
export function completedProgram(program: Program<OptionTable>): CompletedProgram {
  const executable = executableOf(program.name);
  return {
    executable,
    identifier: executable.replaceAll("-", "_"),
    itself: completedCommand("", program.summary, program),
    commands: (program.commands ?? []).map((command) =>
      completedCommand(command.word, command.help, command.program)
    ),
  };
}

function completedCommand(
  word: string,
  help: string,
  program: Program<OptionTable>,
): CompletedCommand {
  return {
    word,
    help,
    options: listedOptions(program.options).map(completedOption),
    positionals: program.positionals.map((positional) => completedArgument(positional, program)),
  };
}

function completedOption(option: Option<unknown>): CompletedOption {
  const { help, valueName } = option;
  if (valueName !== undefined) {
    const value = { name: valueName, values: valuesOf(option) };
    return { flag: `--${option.flag}`, help, value };
  }
  // A switch that is on by itself is there to be turned off.
  return { flag: option.default === false ? `--${option.flag}` : `--no-${option.flag}`, help };
}

function completedArgument(
  { name, option, repeats }: Positional,
  program: Program<OptionTable>,
): CompletedArgument {
  return { name, values: valuesOf(program.options[option]!), repeats: repeats ?? false };
}

function valuesOf({ words, valueName = "" }: Option<unknown>): Values {
  if (words !== undefined) return { kind: "words", words };
  if (/^(?:FILE|PATH)\b/.test(valueName)) return { kind: "files" };
  if (/^(?:DIR|FOLDER)\b/.test(valueName)) return { kind: "directories" };
  if (valueName === "HOST") return { kind: "hosts" };
  return { kind: "anything" };
}
