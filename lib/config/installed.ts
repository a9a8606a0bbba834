/**
 * Programs under the names of their executables. Descriptions and messages have the names of the
 * tasks (`server repair`), which whoever has an executable alone cannot type. Pure.
 */

import type { Log, LogFields, LogLevel } from "../core/ports.ts";
import type { OptionTable } from "./option.ts";
import type { Program } from "./program.ts";

/** What the executable of a program is called, the word of a command behind it: `parley-lb ctl`. */
export function executableOf(name: string): string {
  return name.replace(
    /^(?:server|client|load_balancer)\b/,
    (task) => task === "load_balancer" ? "parley-lb" : `parley-${task}`,
  );
}

/** Commands that a text names: a server alone is any server. */
const COMMANDS = new RegExp(
  "(?<![\\w-])(?:" + [
    "server (?:--help|chat|check|repair|import|export|migrate|completions)",
    "client (?:--help|reg|add|del|status|call|send-file|receive|setup|rooms|chat|completions)",
    "load_balancer (?:--help|ctl|completions)",
  ].join("|") + ")(?![\\w-])",
  "g",
);

/** A text with the commands it names as they are typed where the executables are. */
export function textAsInstalled(text: string): string {
  return text.replace(COMMANDS, executableOf);
}

/** A log whose lines name commands as they are typed where the executables are. */
export function logAsInstalled(log: Log): Log {
  const at = (level: LogLevel) => (message: string, fields: LogFields = {}): void => {
    const shown = Object.entries(fields).map(([name, value]) => {
      return [name, typeof value === "string" ? textAsInstalled(value) : value];
    });
    log[level](textAsInstalled(message), Object.fromEntries(shown));
  };
  return {
    isOn: (level) => log.isOn(level),
    ...{ debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") },
  };
}

/** A command line of an example: each program in it, at its start and behind pipes. */
function lineAsInstalled(words: string): string {
  return words.replace(/(?<=^|\| )(?:server|client|load_balancer)(?= |$)/g, executableOf);
}

/**
 * A program as its executable describes itself, its commands included.
 *
 * @param executable another name, for a command that is an executable of its own: `chatserver`
 */
export function asInstalled<T extends OptionTable>(
  program: Program<T>,
  executable: string = executableOf(program.name),
): Program<T> {
  const itself = new RegExp(`(^|\\| )${program.name}(?= |$)`, "g");
  return {
    ...program,
    name: executable,
    examples: program.examples.map(([words, meaning]) => [
      lineAsInstalled(words.replace(itself, `$1${executable}`)),
      textAsInstalled(meaning),
    ]),
    ...(program.commands !== undefined && {
      commands: program.commands.map(({ word, help, program }) => ({
        ...{ word, help },
        program: asInstalled(program, `${executable} ${word}`),
      })),
    }),
  };
}
