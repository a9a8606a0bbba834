/**
 * From the words of a command line to typed options. Later wins: defaults, config file, flags
 * (a positional argument is a flag said shorter).
 *
 * Rules of this file:
 * - Every word does something or is refused by name: nothing is dropped without a word.
 * - `--help` and `--version` win over whatever else is wrong, except an unknown option.
 * - A flag given twice counts as given last, unless it is repeatable.
 */

import { type Args, parseArgs } from "@std/cli/parse-args";
import { UsageError } from "../core/errors.ts";
import { readConfigFile } from "./config_file.ts";
import { nearest } from "./nearest.ts";
import type { GivenValue, OptionTable, OptionValues } from "./option.ts";
import type { Program } from "./program.ts";

/** What a command line asks for. */
export interface CommandLine<T extends OptionTable> {
  /** Every option with its value. */
  readonly options: OptionValues<T>;
  /** Names of the options that flags, positionals or the config file gave. */
  readonly given: ReadonlySet<string>;
  /** Those of them that were given by position, without a flag. */
  readonly positional: ReadonlySet<string>;
}

/**
 * Reads a command line, and the config file it names.
 *
 * @param readFile gives the text of a file; only called for `--config`
 * @throws UsageError naming the word that is wrong and what was expected instead
 */
export async function parseCommandLine<T extends OptionTable>(
  program: Program<T>,
  words: readonly string[],
  readFile: (path: string) => Promise<string>,
): Promise<CommandLine<T>> {
  const { given, positional } = await readLayers(program, words, readFile);
  const options: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(program.options)) {
    const value = given.get(name);
    options[name] = value === undefined ? option.default : option.parse(value.texts, value.label);
  }
  return { options: options as OptionValues<T>, given: new Set(given.keys()), positional };
}

interface Layers {
  readonly given: ReadonlyMap<string, GivenValue>;
  readonly positional: ReadonlySet<string>;
}

async function readLayers(
  program: Program<OptionTable>,
  words: readonly string[],
  readFile: (path: string) => Promise<string>,
): Promise<Layers> {
  const { flags, rest } = readWords(program, words);
  const asked = [...flags].filter(([name]) => name === "help" || name === "version");
  if (asked.some(([, { texts }]) => texts[0] === "true")) {
    return { given: new Map(asked), positional: new Set() };
  }

  const positionals = readPositionals(program, rest, flags);
  const configPath = flags.get("config")?.texts[0];
  const file = configPath === undefined
    ? []
    : await readConfigFile(configPath, program.options, readFile);
  const given = new Map([...file, ...positionals, ...flags]);
  const missing = program.positionals.find(({ option, required }) =>
    required && !given.has(option)
  );
  if (missing !== undefined) {
    throw new UsageError(`${missing.name} is missing${seeHelp(program)}`);
  }
  return { given, positional: new Set(positionals.keys()) };
}

function readWords(
  program: Program<OptionTable>,
  words: readonly string[],
): { readonly flags: Map<string, GivenValue>; readonly rest: readonly string[] } {
  const entries = Object.entries(program.options);
  const parsed: Args = parseArgs(spellOut(program, words), {
    // The arguments without a flag (`_`) are text too: 0042 is not 42.
    string: [...entries.map(([, option]) => option.flag), "_"],
    collect: entries.filter(([, option]) => option.repeatable).map(([, option]) => option.flag),
    unknown: (word, key) => {
      if (key !== undefined) throw unknownOption(program, word);
      return true;
    },
  });
  const flags = new Map<string, GivenValue>();
  for (const [name, { flag }] of entries) {
    const value = parsed[flag] ?? [];
    const texts = Array.isArray(value) ? value.map(String) : [String(value)];
    if (texts.includes("")) throw needsValue(flag);
    if (texts.length > 0) flags.set(name, { texts, label: `--${flag}` });
  }
  return { flags, rest: parsed._.map(String) };
}

/**
 * Puts the words into the one form that is read without guessing: `--trace` becomes `--trace=true`,
 * `--no-trace` becomes `--trace=false` and `-h` becomes `--help=true`. Empty values are refused
 * here, because the parser would take the word after them for the value. `--port -5` becomes
 * `--port=-5`, which can be told what is wrong with it: the parser would take it for an option.
 */
function spellOut(program: Program<OptionTable>, words: readonly string[]): string[] {
  const options = new Map(Object.values(program.options).map((option) => [option.flag, option]));
  const isSwitch = (flag: string): boolean =>
    options.has(flag) && options.get(flag)?.valueName === undefined;
  const isBelowZero = (at: number): boolean => {
    const [, flag = ""] = /^--([^=]+)$/s.exec(words[at - 1] ?? "") ?? [];
    return options.get(flag)?.valueName !== undefined && /^-\d+(\.\d+)?$/.test(words[at] ?? "");
  };
  const end = words.includes("--") ? words.indexOf("--") : words.length;

  const spelled = words.slice(0, end).flatMap((word, index) => {
    if (isBelowZero(index)) return [];
    if (isBelowZero(index + 1)) return `${word}=${words[index + 1]}`;
    if (word === "-h") return "--help=true";
    // `_` is the parser's name for the rest, and it would take `--no-data=x` for `--data=x`.
    if (/^-+_|^--no-.*=/s.test(word)) throw unknownOption(program, word);
    const [, flag = "", value] = /^--([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
    if (value === undefined && isSwitch(flag)) return `--${flag}=true`;
    const negated = flag.replace(/^no-/, "");
    if (value === undefined && negated !== flag && isSwitch(negated)) return `--${negated}=false`;
    if (options.has(flag) && (value ?? words[index + 1]) === "") throw needsValue(flag);
    return word;
  });
  return [...spelled, ...words.slice(end)];
}

function readPositionals(
  program: Program<OptionTable>,
  words: readonly string[],
  flags: ReadonlyMap<string, GivenValue>,
): Map<string, GivenValue> {
  const given = new Map<string, GivenValue>();
  const last = program.positionals.at(-1);
  refuseMistypedCommand(program, words[0]);
  for (const [index, word] of words.entries()) {
    const positional = program.positionals[index] ?? (last?.repeats ? last : undefined);
    if (positional === undefined) {
      refuseUnknownCommand(program, words[0]!);
      throw new UsageError(`Cannot use "${word}": too many arguments${seeHelp(program)}`);
    }
    const flag = flags.get(positional.option);
    if (flag !== undefined) {
      throw new UsageError(
        `Cannot use ${positional.name} "${word}": ${flag.label} says the same, give one of them`,
      );
    }
    const before = given.get(positional.option)?.texts ?? [];
    given.set(positional.option, { texts: [...before, word], label: positional.name });
  }
  return given;
}

/** A word that is nearly a command is told so, instead of what it is not as an argument. */
function refuseMistypedCommand(program: Program<OptionTable>, word: string | undefined): void {
  if (word === undefined || program.commands === undefined) return;
  const meant = nearest(word, program.commands.map((command) => command.word));
  if (meant === undefined) return;
  throw new UsageError(
    meant === word
      ? `The command "${word}" comes before all options${seeHelp(program)}`
      : `Unknown command "${word}", did you mean "${meant}"?`,
  );
}

/** Behind a word that may have been meant as a command, the others are not what is wrong. */
function refuseUnknownCommand(program: Program<OptionTable>, word: string): void {
  if (program.commands === undefined || !/^[a-z-]+$/i.test(word)) return;
  throw new UsageError(`Unknown command "${word}"${seeHelp(program)}`);
}

function needsValue(flag: string): UsageError {
  return new UsageError(`Cannot use --${flag}: it needs a value`);
}

function unknownOption(program: Program<OptionTable>, word: string): UsageError {
  const flag = word.replace(/^-+/, "").split("=", 1)[0] ?? "";
  const near = nearest(flag, Object.values(program.options).map((option) => option.flag));
  const hint = near === undefined ? seeHelp(program) : `, did you mean --${near}?`;
  return new UsageError(`Unknown option "${word.split("=", 1)[0]}"${hint}`);
}

function seeHelp(program: Program<OptionTable>): string {
  return ` (see ${program.name} --help)`;
}
