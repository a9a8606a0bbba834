/**
 * What every program has in common on its command line: `--help`, `--version`, `--config FILE`,
 * `--log`, `--log-level`, and how a program describes itself.
 */

import { choice, listedOptions, type Option, type OptionTable, text, toggle } from "./option.ts";

/** The options of every program. */
export const COMMON_OPTIONS = {
  config: text("config", "FILE", undefined, "read options from a JSONC file (flags win)"),
  log: choice("log", ["text", "json"], "text", "how log lines look, on stderr"),
  logLevel: choice(
    "log-level",
    ["debug", "info", "warn", "error"],
    "info",
    "least important log lines to write",
  ),
  help: toggle("help", "show this help and exit"),
  version: toggle("version", "show the version and exit"),
} satisfies OptionTable;

/** An argument without a flag. It may stand for an option of the table. */
export interface Positional {
  /** As it stands in the usage line: `TCP_PORT`. */
  readonly name: string;
  /** The option it is a shorter way to give. */
  readonly option: string;
  /** Whether the program cannot do without it; those that can stand behind. */
  readonly required?: true;
  /** Whether all words from here on are its values; only the last one may. Its option is repeatable. */
  readonly repeats?: true;
}

/** How a program describes itself: everything its help says and its command line takes. */
export interface Program<T extends OptionTable> {
  /** Its name in help and messages. */
  readonly name: string;
  /** One line: what it is for. */
  readonly summary: string;
  /** Positional arguments, in order. */
  readonly positionals: readonly Positional[];
  /** Its options, by the names the program uses. */
  readonly options: T;
  /** Commands people can copy, each with what it does. */
  readonly examples: readonly (readonly [command: string, meaning: string])[];
  /** What the first word may be instead of an argument. */
  readonly commands?: readonly Command[];
}

/** A command of a program: its word, and everything about what runs then. */
export interface Command {
  /** The first word of the command line. */
  readonly word: string;
  /** One line: what it is for. */
  readonly help: string;
  /** How it describes itself. */
  readonly program: Program<OptionTable>;
}

/** A row of a help text: what to type and what it means, with its default. */
export function optionRow(option: Option<unknown>): readonly [string, string] {
  const flag = isOnByItself(option) ? `--no-${option.flag}` : `--${option.flag}`;
  const typed = `${flag}${option.valueName ? " " + option.valueName : ""}`;
  return [typed, option.help + defaultNote(option)];
}

/** Whether it is a switch that is there to be turned off. */
function isOnByItself({ valueName, default: value }: Option<unknown>): boolean {
  return valueName === undefined && value === true;
}

function defaultNote(option: Option<unknown>): string {
  const value = option.shownDefault ?? option.default;
  if (option.secret || value === undefined || typeof value === "boolean") return "";
  if (Array.isArray(value)) return value.length === 0 ? "" : ` (${value.join(",")})`;
  return ` (${value})`;
}

/** How a positional argument stands in a usage line: `USER`, `[PATH...]`. */
export function positionalForm({ name, required, repeats }: Positional): string {
  const form = repeats ? `${name}...` : name;
  return required ? form : `[${form}]`;
}

function commandLines(program: Program<OptionTable>): string[] {
  if (program.commands === undefined || program.commands.length === 0) return [];
  const rows = program.commands.map(({ word, help, program: { positionals } }) =>
    [[word, ...positionals.map(positionalForm)].join(" "), help] as const
  );
  return [`Commands (see ${program.name} COMMAND --help):`, ...alignRows(rows), ""];
}

/** The text of `--help`: usage, commands, options with their defaults, examples. */
export function helpText(program: Program<OptionTable>): string {
  const words = [program.name, ...program.positionals.map(positionalForm), "[OPTIONS]"];
  const rows = listedOptions(program.options).map(optionRow);
  return [
    program.summary,
    "",
    `Usage: ${words.join(" ")}`,
    "",
    ...commandLines(program),
    "Options (default in brackets):",
    ...alignRows(rows),
    "",
    "Examples:",
    ...alignRows(program.examples),
    "",
    "Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 server unreachable.",
    "",
  ].join("\n");
}

function alignRows(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
