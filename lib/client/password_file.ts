/**
 * A password that a script gives: the first line of a file, or of its standard input. What is not
 * exactly what somebody typed is refused: a wrong one would be registered, or count as a guess.
 */

import { OperationalError, systemReason } from "../core/errors.ts";
import { MAX_PASSWORD_BYTES } from "../core/limits.ts";
import { STANDARD_INPUT } from "./script_streams.ts";

/** What stands for the standard input in place of a path. */
export const INPUT_PATH = "-";

/** The most that is read of a first line: a mark, a password and the end of a line have room. */
const MOST_BYTES = 3 + MAX_PASSWORD_BYTES + 2;

const LF = 10;

/** What is wrong with a password; `undefined` for one that can be used. */
export function passwordTrouble(password: string): string | undefined {
  const bytes = new TextEncoder().encode(password).length;
  return bytes >= 1 && bytes <= MAX_PASSWORD_BYTES
    ? undefined
    : `a password has 1 to ${MAX_PASSWORD_BYTES} bytes`;
}

/**
 * Reads the first line of a file.
 *
 * @param path where it is, or {@linkcode INPUT_PATH}
 * @param tell is told of a file that others may read
 * @throws OperationalError when it cannot be read, or is no password
 */
export async function passwordInFile(
  path: string,
  tell: (warning: string) => void,
): Promise<string> {
  const isInput = path === INPUT_PATH;
  if (isInput && STANDARD_INPUT.isTerminal()) {
    throw new OperationalError(
      "Cannot read a password that everybody sees: leave --password-file out to be asked for it",
    );
  }
  const place = isInput ? "the standard input" : `"${path}"`;
  try {
    return passwordOf(await (isInput ? firstLine(STANDARD_INPUT) : readFile(path, tell)));
  } catch (error) {
    const reason = error instanceof UnusableError ? error.message : systemReason(error);
    const hint = error instanceof Deno.errors.NotCapable ? "; for a pipe: --password-file -" : "";
    throw new OperationalError(`Cannot use the first line of ${place}: ${reason}${hint}`, {
      cause: error,
    });
  }
}

/** Says what is wrong with a line. */
class UnusableError extends Error {}

async function readFile(path: string, tell: (warning: string) => void): Promise<Uint8Array> {
  using file = await Deno.open(path, { read: true });
  const { isFile, mode } = await file.stat();
  if (isFile && mode !== null && (mode & 0o077) !== 0) {
    tell(`Others on this machine may read the password in "${path}": chmod 600`);
  }
  return await firstLine(file);
}

/** A byte at a time: what is behind the line belongs to somebody else. */
async function firstLine(
  from: { read(into: Uint8Array): Promise<number | null> },
): Promise<Uint8Array> {
  const line = new Uint8Array(MOST_BYTES);
  for (let length = 0; length < MOST_BYTES; length++) {
    const count = await from.read(line.subarray(length, length + 1));
    if (count === null || line[length] === LF) return line.subarray(0, length);
  }
  return line;
}

/** The text of a line. A mark in front of it (BOM) is the editor's, and no part of what was typed. */
function passwordOf(line: Uint8Array): string {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(line);
  } catch (cause) {
    throw new UnusableError("it is not UTF-8, as passwords are: save the file so", { cause });
  }
  const password = text.replace(/\r$/, "");
  const trouble = passwordTrouble(password);
  if (trouble !== undefined) throw new UnusableError(trouble);
  return password;
}
