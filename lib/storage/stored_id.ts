/**
 * User ids as they come out of files: folded already, so anything that would fold was not written
 * by us.
 */

import type { UserId } from "../core/user_id.ts";

const FOLDED = /^[a-z0-9][a-z0-9._-]{0,31}$/;

/** Reads an id of a file; `undefined` for a word that is none. */
export function storedId(word: string = ""): UserId | undefined {
  return FOLDED.test(word) ? word as UserId : undefined;
}
