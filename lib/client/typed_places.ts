/**
 * Files and folders behind a command, as people type them: with blanks, in quotes, or from their home
 * directory on.
 */

import { OperationalError } from "../core/errors.ts";
import { splitWords } from "./typed_words.ts";
import { typedPath } from "./user_directory.ts";

/**
 * Paths: one that has blanks in it, when there is such a file, or several.
 *
 * @throws OperationalError when one is in a home directory that nobody knows
 */
export async function typedPaths(typed: string): Promise<readonly string[]> {
  const whole = typedPath(typed);
  if (await exists(whole)) return [whole];
  return splitWords(typed).map((path) => typedPath(path));
}

/**
 * One folder, which need not be there. Words that are none together could be a folder to be made, or
 * something else that was meant: they need quotes.
 *
 * @throws OperationalError when it is not clear, or in a home directory that nobody knows
 */
export async function typedFolder(typed: string): Promise<string> {
  const whole = typedPath(typed);
  if (await exists(whole)) return whole;
  const [folder = "", ...more] = splitWords(typed);
  if (more.length > 0) {
    throw new OperationalError(
      `There is no folder "${typed}": put a name with blanks in quotes to make it`,
    );
  }
  return typedPath(folder);
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
