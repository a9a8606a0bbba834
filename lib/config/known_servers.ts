/**
 * The file of the servers whose certificates are remembered: a line for each, `PLACE NAME BASE64`,
 * the last one for a place counting. It only grows at its end, so that two clients may add to it at
 * once. Pure.
 */

import { UsageError } from "../core/errors.ts";

/** Its name in the user's directory. */
export const KNOWN_SERVERS_FILE = "known_servers.txt";

/** What stands above the first line. */
export const KNOWN_SERVERS_HEAD =
  "# Certificates of servers, seen at first use. A server with another one is refused.\n";

/** A certificate, and the name in it that is to be asked for. */
export interface KnownCertificate {
  /** That name. */
  readonly name: string;
  /** DER. */
  readonly bytes: Uint8Array;
}

/** Writes a line. `place` is `HOST:PORT`. */
export function knownServerLine(place: string, { name, bytes }: KnownCertificate): string {
  return `${place} ${name} ${bytes.toBase64()}\n`;
}

/**
 * Reads the file.
 *
 * @throws UsageError naming the first line that is wrong
 */
export function parseKnownServers(text: string, path: string): Map<string, KnownCertificate> {
  const known = new Map<string, KnownCertificate>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line === "" || line.startsWith("#")) continue;
    const [place = "", name = "", base64 = "", ...more] = line.split(" ");
    const bytes = bytesOf(base64);
    if (place === "" || name === "" || bytes === undefined || more.length > 0) {
      throw new UsageError(
        `Cannot use "${path}": line ${index + 1} is no remembered certificate, mend or remove it`,
      );
    }
    known.set(place, { name, bytes });
  }
  return known;
}

function bytesOf(base64: string): Uint8Array | undefined {
  try {
    const bytes = Uint8Array.fromBase64(base64);
    return bytes.length > 0 ? bytes : undefined;
  } catch {
    return undefined;
  }
}
