/** A manual page made from how a program describes itself. Pure: the tables in, troff out. */

import { listedOptions, type OptionTable } from "../../lib/config/option.ts";
import { asInstalled } from "../../lib/config/installed.ts";
import {
  COMMON_OPTIONS,
  optionRow,
  positionalForm,
  type Program,
} from "../../lib/config/program.ts";

/** What a page is about. */
export interface ManPage {
  readonly program: Program<OptionTable>;
  /** `parley-server`; `chatserver` for a command that is an executable of its own. */
  readonly executable: string;
  readonly version: string;
  /** When that version was: `2026-11-21`. */
  readonly date: string;
  /** Files it reads and writes, each with what it holds. */
  readonly files: readonly (readonly [path: string, holds: string])[];
  /** Other executables with pages of their own. */
  readonly seeAlso: readonly string[];
}

const EXIT_STATUS: readonly string[] = [
  ".SH EXIT STATUS",
  ...item(".B 0", "Done."),
  ...item(".B 1", "Refused, or failed."),
  ...item(".B 2", "The command line was wrong."),
  ...item(".B 3", "The server could not be reached."),
];

/** The text of a page of section 1, for `man`. */
export function manPage(
  { program: described, executable, version, date, files, seeAlso }: ManPage,
): string {
  const program = asInstalled(described, executable);
  const commands = program.commands ?? [];
  const summary = program.summary.replaceAll("\n", " ");
  return [
    `.TH ${executable.toUpperCase()} 1 "${date}" "Parley ${version}" "Parley"`,
    ".SH NAME",
    `${shown(executable)} \\- ${shown(summary.replace(/\.(?: .*)?$/, ""))}`,
    ".SH SYNOPSIS",
    ...synopsis(program),
    ...commands.flatMap(({ program }) => [".br", ...synopsis(program)]),
    ".SH DESCRIPTION",
    shown(summary),
    ".SH OPTIONS",
    "Defaults stand in brackets.",
    "A file named by \\-\\-config may say the same, each option by its name without hyphens",
    shown(`(--log-level is "logLevel" there); the command line wins.`),
    ...optionItems(program.options),
    ...(commands.length === 0 ? [] : [
      ".SH COMMANDS",
      "Each also takes the options that every program has:",
      shown(Object.values(COMMON_OPTIONS).map(({ flag }) => `--${flag}`).join(", ") + "."),
    ]),
    ...commands.flatMap(({ program }) => [
      `.SS ${shown(program.name)}`,
      shown(program.summary.replaceAll("\n", " ")),
      ...optionItems(withoutCommon(program.options)),
      ...exampleItems(program),
    ]),
    ".SH EXAMPLES",
    ...exampleItems(program),
    ...EXIT_STATUS,
    ...(files.length === 0 ? [] : [".SH FILES"]),
    ...files.flatMap(([path, holds]) => item(`.I ${shown(path)}`, shown(holds))),
    ".SH SEE ALSO",
    ...seeAlso.map((name, index) =>
      `.BR ${shown(name)} (1)${index < seeAlso.length - 1 ? "," : ""}`
    ),
    "",
  ].join("\n");
}

function synopsis({ name, positionals }: Program<OptionTable>): string[] {
  return [`.B ${shown(name)}`, shown([...positionals.map(positionalForm), "[OPTIONS]"].join(" "))];
}

function optionItems(options: OptionTable): string[] {
  return listedOptions(options).flatMap((option) => {
    const [typed, meaning] = optionRow(option);
    return item(`.B ${shown(typed)}`, shown(meaning));
  });
}

function exampleItems({ examples }: Program<OptionTable>): string[] {
  return examples.flatMap(([words, meaning]) => item(`.B ${shown(words)}`, shown(meaning)));
}

function item(head: string, meaning: string): string[] {
  return [".TP", head, meaning];
}

function withoutCommon(options: OptionTable): OptionTable {
  return Object.fromEntries(Object.entries(options).filter(([name]) => !(name in COMMON_OPTIONS)));
}

/** Text as troff takes it for itself: no escapes, no requests, hyphens that can be copied. */
function shown(text: string): string {
  return text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replaceAll('"', "\\(dq")
    // The help fills its columns up; here a line is filled by troff.
    .replace(/ {2,}/g, " ")
    .replace(/^(?=[.'])/, "\\&");
}
