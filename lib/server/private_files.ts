/**
 * Whether what is for the server alone is so: it makes its files for its owner only, but a backup
 * that was put in place, or a key that was copied, has the rights it was copied with.
 */

import type { Log } from "../core/ports.ts";
import { textFileNames } from "../storage/text_files.ts";
import { OWN_IDENTITY_FILE } from "./tls_identity.ts";

/** The right of everybody to read a file. */
const OTHERS_READ = 0o004;

/** Where a server keeps what nobody else may read. */
export interface PrivatePlaces {
  /** The data directory. */
  readonly data: string;
  /** The file of a site's own key for TLS. */
  readonly tlsKey: string | undefined;
}

/** Tells of files with names, password hashes or keys that everybody on the machine may read. */
export async function tellOfReadable({ data, tlsKey }: PrivatePlaces, log: Log): Promise<void> {
  const own = [...Object.values(textFileNames(data)), `${data}/${OWN_IDENTITY_FILE}`];
  for (const file of tlsKey === undefined ? own : [...own, tlsKey]) {
    const { mode } = await Deno.stat(file).catch(() => ({ mode: null }));
    if (mode === null || (mode & OTHERS_READ) === 0) continue;
    log.warn("Everybody on this machine may read what is for the server alone: chmod 600", {
      file,
    });
  }
}
