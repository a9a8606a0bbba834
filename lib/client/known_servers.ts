/**
 * The certificates of servers that this user has met.
 */

import {
  KNOWN_SERVERS_FILE,
  KNOWN_SERVERS_HEAD,
  type KnownCertificate,
  knownServerLine,
  parseKnownServers,
} from "../config/known_servers.ts";
import { OperationalError, systemReason } from "../core/errors.ts";
import { appendOwnFile, readOwnFile } from "./own_file.ts";
import { userDirectory } from "./user_directory.ts";

/** Room for some thousand servers. */
const MAX_BYTES = 1024 * 1024;

/** One user's. */
export class KnownServers {
  readonly #path: string | undefined;

  /** @param directory where the file is; `undefined` where nothing can be kept */
  constructor(directory: string | undefined) {
    this.#path = directory === undefined ? undefined : `${directory}/${KNOWN_SERVERS_FILE}`;
  }

  /** Those of whoever runs this process. */
  static ofThisUser(): KnownServers {
    return new KnownServers(userDirectory());
  }

  /**
   * What was seen at a place, `HOST:PORT`; `undefined` for one never met.
   *
   * @throws OperationalError, UsageError when that cannot be told: it must not look like a first visit
   */
  async find(place: string): Promise<KnownCertificate | undefined> {
    const path = this.#requirePath();
    let text: string | undefined;
    try {
      text = await readOwnFile(path, MAX_BYTES);
    } catch (error) {
      const reason = `Cannot read "${path}": ${systemReason(error)}`;
      throw new OperationalError(reason, { cause: error });
    }
    return parseKnownServers(text ?? "", path).get(place);
  }

  /**
   * Remembers it, in place of what was seen there before.
   *
   * @throws OperationalError when that cannot be kept
   */
  async remember(place: string, certificate: KnownCertificate): Promise<void> {
    const path = this.#requirePath();
    try {
      await appendOwnFile(path, knownServerLine(place, certificate), KNOWN_SERVERS_HEAD);
    } catch (error) {
      const reason = `Cannot remember the certificate in "${path}": ${systemReason(error)}`;
      throw new OperationalError(reason, { cause: error });
    }
  }

  #requirePath(): string {
    if (this.#path !== undefined) return this.#path;
    throw new OperationalError(
      "Cannot remember a certificate: set HOME, or XDG_CONFIG_HOME, or give --ca FILE",
    );
  }
}
