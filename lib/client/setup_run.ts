/** `client setup` as a command: from its words to its exit. */

import { CLIENT_OPTIONS } from "../config/client_options.ts";
import {
  type Settings,
  settingsText,
  type SettingValue,
  withSettings,
} from "../config/client_settings.ts";
import type { CommandLine } from "../config/command_line.ts";
import { defaultsOf, type OptionTable } from "../config/option.ts";
import { SETUP_OPTIONS, SETUP_PROGRAM } from "../config/setup_options.ts";
import { EXIT, runProgram } from "../config/start.ts";
import { OperationalError } from "../core/errors.ts";
import { VERSION } from "../core/version.ts";
import { visibleText } from "../core/visible_text.ts";
import { startClient } from "./client_start.ts";
import { line } from "./screen_line.ts";
import { SetupDialogue } from "./setup_dialogue.ts";
import { UserFiles } from "./user_files.ts";

/** What else is kept where TLS is spoken, and only there: each of them asks for it. */
const TLS_SETTINGS = ["ca", "tlsPort"] as const;

/** Runs `client setup` with the words behind it. */
export function runSetupCommand(words: readonly string[]): Promise<never> {
  return runProgram(SETUP_PROGRAM, words, async (line) => {
    await runSetup(line);
    return EXIT.done;
  });
}

/**
 * Asks, and writes the answers down.
 *
 * @throws OperationalError when there is nowhere to write, or the person leaves before the end
 */
async function runSetup(asked: CommandLine<typeof SETUP_OPTIONS>): Promise<void> {
  const { options, given } = asked;
  const files = UserFiles.ofThisUser();
  if (files.settingsPath === undefined) {
    throw new OperationalError(
      "Cannot write settings: set HOME, or XDG_CONFIG_HOME, to a directory of yours",
    );
  }
  const settings = await files.settings();
  const usual = { options: defaultsOf(CLIENT_OPTIONS), given: new Set<string>() };
  const before = withSettings(usual, CLIENT_OPTIONS, settings).options;
  const login = options.login ?? await files.lastLogin() ?? before.login;
  const plain = options.plain || before.plain;
  const wishes = withSettings(asked, SETUP_OPTIONS, settings).options;
  const world = startClient({
    options: { ...before, ...options, plain, transcript: undefined },
    given,
  });
  const { terminal } = world;
  try {
    terminal.show([
      line(`Parley ${VERSION}, setup: Enter takes what is in brackets.`, "faint"),
    ]);
    const answers = await new SetupDialogue(world, wishes).run({ ...before, login });
    if (answers === undefined) {
      throw new OperationalError("Left before the last question: nothing was written");
    }
    const values = new Map([...answers.values, ...kept(settings, answers.values)]);
    const speaksTls = answers.values.get("tls") === true;
    for (const name of TLS_SETTINGS) {
      const value = options[name];
      if (!speaksTls) values.delete(name);
      else if (value !== undefined) values.set(name, value);
    }
    await files.writeSettings(settingsText(values, CLIENT_OPTIONS));
    await files.remember(answers.login);
    terminal.show([
      line(`Written to ${visibleText(files.settingsPath)}.`, "good"),
      line(`parley-client alone offers ${answers.login} from now on.`),
    ]);
  } finally {
    terminal.close();
  }
}

/** Settings that nobody was asked about stay as they are. */
function kept(
  settings: Settings,
  asked: ReadonlyMap<string, SettingValue>,
): [string, SettingValue][] {
  const table: OptionTable = CLIENT_OPTIONS;
  return [...settings].filter(([name]) => !asked.has(name)).map(([name, { texts }]) => {
    const values = texts.map(asWritten);
    return [name, table[name]?.repeatable ? values : values[0]!];
  });
}

/** Numbers and switches stand in the file as such, not as text. */
function asWritten(text: string): string | number | boolean {
  return /^(?:true|false|0|[1-9]\d{0,9})$/.test(text) ? JSON.parse(text) : text;
}
