/** The user's settings for dialogues beside the menu: how they look and sound, and what is kept. */

import { withSettings } from "../config/client_settings.ts";
import type { CommandLine } from "../config/command_line.ts";
import type { OptionTable } from "../config/option.ts";
import { isAttended } from "./tty.ts";
import { UserFiles } from "./user_files.ts";

/** Those that hold whichever server a dialogue is with. */
const SCREEN_SETTINGS: readonly string[] = ["plain", "bell", "transcript", "history"];

/** A command line on top of the settings of the person at the terminal; a pipe has none. */
export async function withScreenSettings<T extends OptionTable>(
  line: CommandLine<T>,
  options: T,
): Promise<CommandLine<T>> {
  if (!isAttended()) return line;
  const settings = await UserFiles.ofThisUser().settings();
  const held = [...settings].filter(([name]) => SCREEN_SETTINGS.includes(name));
  return withSettings(line, options, new Map(held));
}
