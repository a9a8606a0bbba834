/**
 * The client's settings file: a config file with the client's options that holds whenever somebody
 * uses the client, below `--config` and flags. `client setup` writes it; people may change it. Pure,
 * but for reading.
 */

import type { CommandLine } from "./command_line.ts";
import { readConfigFile } from "./config_file.ts";
import type { GivenValue, OptionTable, OptionValues } from "./option.ts";

/** Its name in the user's directory. */
export const SETTINGS_FILE = "client.jsonc";

/** What the file says, by the names of options. Every value is one its option takes. */
export type Settings = ReadonlyMap<string, GivenValue>;

/**
 * Reads the file.
 *
 * @throws UsageError saying what is wrong with it
 */
export async function parseSettings(
  text: string,
  path: string,
  options: OptionTable,
): Promise<Settings> {
  const settings = await readConfigFile(path, options, () => Promise.resolve(text));
  for (const [name, { texts, label }] of settings) options[name]!.parse(texts, label);
  return settings;
}

/** A command line on top of settings: what it does not give is theirs, and counts as given. */
export function withSettings<
  T extends OptionTable,
  Line extends Pick<CommandLine<T>, "options" | "given">,
>(line: Line, options: T, settings: Settings): Line {
  const values: Record<string, unknown> = { ...line.options };
  const given = new Set(line.given);
  for (const [name, { texts, label }] of settings) {
    const option = Object.hasOwn(options, name) ? options[name] : undefined;
    if (option === undefined || given.has(name)) continue;
    values[name] = option.parse(texts, label);
    given.add(name);
  }
  return { ...line, options: values as OptionValues<T>, given };
}

/** A value as JSON has it. */
export type SettingValue = string | number | boolean | readonly (string | number | boolean)[];

/** Writes the file: each value below what its option is for. */
export function settingsText(
  values: ReadonlyMap<string, SettingValue>,
  options: OptionTable,
): string {
  const entries = [...values].map(([name, value]) =>
    `  // ${options[name]?.help ?? name}\n  ${JSON.stringify(name)}: ${JSON.stringify(value)}`
  );
  return [
    "// What parley-client does unless its command line says otherwise. Any option of",
    "// `parley-client --help` may stand here, --message-port as messagePort.",
    "// `parley-client setup` writes this file anew and keeps the one before it.",
    "{",
    entries.join(",\n"),
    "}",
    "",
  ].join("\n");
}
