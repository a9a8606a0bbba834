/**
 * Options from a JSONC file: an object whose names are the flags of the program without dashes, or
 * the names the program itself has for them (`"tcpPort": 1234`). Values go through the same parsers as flags.
 */

import { parse } from "@std/jsonc";
import { systemReason, UsageError } from "../core/errors.ts";
import { nearest } from "./nearest.ts";
import type { GivenValue, Option, OptionTable } from "./option.ts";

/** Options that make sense on a command line only. */
const NOT_IN_A_FILE: readonly string[] = ["config", "help", "version"];

/**
 * Reads a config file.
 *
 * @throws UsageError when it cannot be read, is no JSONC object, or has a name that is no option
 */
export async function readConfigFile(
  path: string,
  options: OptionTable,
  readFile: (path: string) => Promise<string>,
): Promise<Map<string, GivenValue>> {
  const content = await parseFile(path, readFile);
  return readObject(content, { options, what: `config file "${path}"`, where: path });
}

/** Where an object of options stands, for reading it and for messages. */
export interface ObjectContext {
  /** The names it may have. */
  readonly options: OptionTable;
  /** What it is: `config file "parley.jsonc"`. */
  readonly what: string;
  /** What a value is said to be in: `parley.jsonc`. */
  readonly where: string;
}

/**
 * Reads an object whose names are option names.
 *
 * @throws UsageError when it is no object, or has a name that is no option
 */
export function readObject(
  content: unknown,
  { options, what, where }: ObjectContext,
): Map<string, GivenValue> {
  if (content === null || typeof content !== "object" || Array.isArray(content)) {
    throw new UsageError(`Cannot use ${what}: expected an object, { ... }`);
  }
  const given = new Map<string, GivenValue>();
  for (const [word, value] of Object.entries(content)) {
    const found = findOption(word, options);
    if (found === undefined) {
      const hint = didYouMean(word, options);
      throw new UsageError(`Cannot use ${what}: unknown option "${word}"${hint}`);
    }
    const [name, option] = found;
    const label = `"${word}" in ${where}`;
    const other = given.get(name)?.label;
    if (other !== undefined) throw new UsageError(`Cannot use ${label} beside ${other}: the same`);
    given.set(name, { texts: asTexts(value, option, label), label });
  }
  return given;
}

/** An option by its name, or by its flag without dashes: `status` is `statusPort`, too. */
function findOption(word: string, options: OptionTable): [string, Option<unknown>] | undefined {
  return Object.entries(options).find(([name, { flag }]) =>
    !NOT_IN_A_FILE.includes(name) && (name === word || withoutDashes(flag) === word)
  );
}

function withoutDashes(flag: string): string {
  return flag.replace(/-(.)/g, (_dash, letter: string) => letter.toUpperCase());
}

/** Who knows the flag may not know the name: `"tcp-port"` is `"tcpPort"` here. */
function didYouMean(name: string, options: OptionTable): string {
  const names = Object.keys(options).filter((known) => !NOT_IN_A_FILE.includes(known));
  const meant = names.find((known) => options[known]?.flag === name) ?? nearest(name, names);
  return meant === undefined ? "" : `, did you mean "${meant}"?`;
}

async function parseFile(
  path: string,
  readFile: (path: string) => Promise<string>,
): Promise<unknown> {
  try {
    // Some editors put a byte order mark first, which is no JSON.
    return parse((await readFile(path)).replace(/^\uFEFF/, ""));
  } catch (error) {
    throw new UsageError(`Cannot read config file "${path}": ${systemReason(error)}`);
  }
}

function asTexts(value: unknown, option: Option<unknown>, label: string): string[] {
  if (option.structured) return [JSON.stringify(value)];
  if (Array.isArray(value) && !option.repeatable) {
    throw new UsageError(`Cannot use ${label}: expected one value, not a list`);
  }
  const values = Array.isArray(value) ? value : [value];
  return values.map((item) => {
    if (["string", "number", "boolean"].includes(typeof item)) return String(item);
    throw new UsageError(`Cannot use ${label}: expected text, a number, true or false`);
  });
}
