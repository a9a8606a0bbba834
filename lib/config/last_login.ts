/**
 * The file that remembers the server and the name used last: one line, `alice@labserver`, below a
 * comment. Pure.
 */

import { UsageError } from "../core/errors.ts";
import { type LoginAddress, parseLoginAddress } from "./login_address.ts";

/** Its name in the user's directory. */
export const LAST_LOGIN_FILE = "last.txt";

/** Writes the file; `login` as `loginAddressText` gives it. */
export function lastLoginText(login: string): string {
  return `# The server and name used last, which parley-client offers. Delete this file to forget them.\n${login}\n`;
}

/**
 * Reads the file.
 *
 * @throws UsageError saying what is wrong with it
 */
export function parseLastLogin(text: string, path: string): LoginAddress & { host: string } {
  const lines = text.split(/\r?\n/).map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
  const [line = "", ...more] = lines;
  if (line === "" || more.length > 0) {
    throw new UsageError(`Cannot use "${path}": expected one line, USER@HOST`);
  }
  const login = parseLoginAddress(line, `"${path}":`);
  if (login.host === undefined) {
    throw new UsageError(`Cannot use "${path}": expected one line, USER@HOST`);
  }
  return { ...login, host: login.host };
}
