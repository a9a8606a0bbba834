/**
 * What the client keeps for its user between two runs: the settings, and the server and name used
 * last. A file that cannot be read is told of, and never in anybody's way.
 */

import { CLIENT_OPTIONS } from "../config/client_options.ts";
import { parseSettings, type Settings, SETTINGS_FILE } from "../config/client_settings.ts";
import { LAST_LOGIN_FILE, lastLoginText, parseLastLogin } from "../config/last_login.ts";
import type { LoginAddress } from "../config/login_address.ts";
import { OperationalError, systemReason } from "../core/errors.ts";
import { visibleText } from "../core/visible_text.ts";
import { writeToStderr } from "../observe/log.ts";
import { readOwnFile, writeOwnFile } from "./own_file.ts";
import { userDirectory } from "./user_directory.ts";

/** What the settings file is called when it is not the last any more. */
const PREVIOUS_SETTINGS_FILE = "client.previous.jsonc";

/** Takes a line about trouble. */
type Warn = (line: string) => void;

/** One user's files. */
export class UserFiles {
  readonly #directory: string | undefined;
  readonly #warn: Warn;
  #remembered: string | undefined;
  #remembering: Promise<void> = Promise.resolve();

  /** @param directory where they are; `undefined` where nothing can be kept */
  constructor(directory: string | undefined, warn: Warn) {
    this.#directory = directory;
    this.#warn = warn;
  }

  /** Those of whoever runs this process; trouble is told on stderr. */
  static ofThisUser(): UserFiles {
    return new UserFiles(userDirectory(), (line) => writeToStderr(`client: ${line}\n`));
  }

  /** Where the settings are; `undefined` where nothing can be kept. */
  get settingsPath(): string | undefined {
    return this.#path(SETTINGS_FILE);
  }

  #path(name: string): string | undefined {
    return this.#directory === undefined ? undefined : `${this.#directory}/${name}`;
  }

  /** The settings; none when there is no file, or it cannot be used. */
  async settings(): Promise<Settings> {
    const read = (text: string, path: string): Promise<Settings> =>
      parseSettings(text, path, CLIENT_OPTIONS);
    return await this.#read(SETTINGS_FILE, read, "mend it, or run client setup") ?? new Map();
  }

  /**
   * Writes the settings; those before them are kept beside them.
   *
   * @throws OperationalError when they cannot be written
   */
  async writeSettings(text: string): Promise<void> {
    const path = this.#path(SETTINGS_FILE)!;
    try {
      await Deno.copyFile(path, this.#path(PREVIOUS_SETTINGS_FILE)!).catch((error) => {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      });
      await writeOwnFile(path, text);
    } catch (error) {
      const reason = `Cannot write "${path}": ${systemReason(error)}`;
      throw new OperationalError(reason, { cause: error });
    }
  }

  /** The server and name used last, if that is known. */
  async lastLogin(): Promise<LoginAddress | undefined> {
    return await this.#read(
      LAST_LOGIN_FILE,
      parseLastLogin,
      "it is written anew at your next login",
    );
  }

  async #read<Value>(
    name: string,
    parse: (text: string, path: string) => Value | Promise<Value>,
    remedy: string,
  ): Promise<Value | undefined> {
    const path = this.#path(name);
    if (path === undefined) return undefined;
    try {
      const text = await readOwnFile(path);
      return text === undefined ? undefined : await parse(text, path);
    } catch (error) {
      const reason = systemReason(error);
      const what = reason.includes(path) ? reason : `Cannot read "${path}": ${reason}`;
      this.#warn(visibleText(`${what}; ignored (${remedy})`));
      return undefined;
    }
  }

  /**
   * Remembers a server and name, written as `loginAddressText` does. Resolves when they are kept.
   *
   * @throws OperationalError when that cannot be kept
   */
  remember(login: string): Promise<void> {
    const path = this.#path(LAST_LOGIN_FILE);
    if (path === undefined || login === this.#remembered) return this.#remembering;
    this.#remembered = login;
    // One after the other: the last one is who was there last.
    const before = this.#remembering.catch(() => {});
    return this.#remembering = before.then(() => keepLogin(path, login));
  }
}

async function keepLogin(path: string, login: string): Promise<void> {
  try {
    await writeOwnFile(path, lastLoginText(login));
  } catch (error) {
    const reason = `Cannot remember "${login}" in "${path}": ${systemReason(error)}`;
    throw new OperationalError(reason, { cause: error });
  }
}
