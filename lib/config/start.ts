/**
 * How every program starts and ends: its command line read, `--help` and `--version` answered, one
 * clear line for whatever goes wrong, and the exit code of the contract.
 */

import { reasonOf, UnreachableError, UsageError } from "../core/errors.ts";
import type { Log } from "../core/ports.ts";
import { withoutSecrets } from "../core/secrets.ts";
import { VERSION } from "../core/version.ts";
import { visibleText } from "../core/visible_text.ts";
import { type CommandLine, parseCommandLine } from "./command_line.ts";
import { madeOf } from "./commit.ts";
import type { OptionTable } from "./option.ts";
import { asInstalled, executableOf, logAsInstalled, textAsInstalled } from "./installed.ts";
import { COMMON_OPTIONS, helpText, type Program } from "./program.ts";

/** Exit codes of every program. */
export const EXIT = { done: 0, failed: 1, usage: 2, unreachable: 3 } as const;

/** A program's options with those every program has. */
export type ProgramOptions = OptionTable & typeof COMMON_OPTIONS;

/**
 * Runs a program to its end and exits. Nothing returns from here: an open socket or a timer left
 * behind cannot keep the process alive.
 *
 * @param main does the work with the options read and tells the exit code
 */
export async function runProgram<T extends ProgramOptions>(
  described: Program<T>,
  words: readonly string[],
  main: (line: CommandLine<T>) => Promise<number>,
): Promise<never> {
  const program = Deno.build.standalone ? asInstalled(described) : described;
  try {
    const line = await parseCommandLine(program, words, (path) => Deno.readTextFile(path));
    const { help, version } = line.options as { help: boolean; version: boolean };
    if (help) return finish(EXIT.done, Deno.stdout, helpText(program));
    if (version) return finish(EXIT.done, Deno.stdout, await versionLine(program.name));
    Deno.exit(await main(line));
  } catch (error) {
    // Whatever a message quotes of a command line: a URL in it keeps its password.
    const reason = withoutSecrets(visibleText(reasonOf(error)));
    const message = `${program.name}: ${shownText(reason)}\n`;
    return finish(exitCodeOf(error), Deno.stderr, message);
  }
}

async function versionLine(name: string): Promise<string> {
  return `${executableOf(name)} ${VERSION} (${await madeOf()})\n`;
}

/** The exit code that tells what kind of trouble ended a program. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) return EXIT.usage;
  if (error instanceof UnreachableError) return EXIT.unreachable;
  return EXIT.failed;
}

/** A message as it is shown: an executable names commands as they are typed there. */
export function shownText(text: string): string {
  return Deno.build.standalone ? textAsInstalled(text) : text;
}

/** A log whose lines are written as {@linkcode shownText} shows them. */
export function shownLog(log: Log): Log {
  return Deno.build.standalone ? logAsInstalled(log) : log;
}

/** Writes text to stdout. A reader that went away (`server --help | head -1`) changes nothing. */
export function print(text: string): void {
  write(Deno.stdout, text);
}

function finish(
  code: number,
  stream: typeof Deno.stdout | typeof Deno.stderr,
  text: string,
): never {
  write(stream, text);
  Deno.exit(code);
}

function write(stream: typeof Deno.stdout | typeof Deno.stderr, text: string): void {
  const bytes = new TextEncoder().encode(text);
  try {
    for (let at = 0; at < bytes.length;) at += stream.writeSync(bytes.subarray(at));
  } catch {
    // Nobody reads it; what was asked for happens all the same.
  }
}
