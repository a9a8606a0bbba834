/**
 * The certificates a site's own authority gave to its database and its Redis.
 */

import { OperationalError, reasonOf } from "../core/errors.ts";

/** Reads certificates (PEM). @throws OperationalError when there is no such file */
export function readCertificates(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    throw new OperationalError(
      `Cannot read the certificates of sslrootcert: ${reasonOf(error)}`,
      { cause: error },
    );
  }
}
