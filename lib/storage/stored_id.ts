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

/**
 * Gives one string for every id, however often it is read: a million users with five buddies each
 * would otherwise hold six million strings where a million will do.
 */
export class IdTable {
  readonly #ids = new Map<string, UserId>();

  /** The id a word is; `undefined` when it is none. */
  of(word: string): UserId | undefined {
    const known = this.#ids.get(word);
    if (known !== undefined) return known;
    const id = storedId(word);
    if (id !== undefined) this.#ids.set(word, id);
    return id;
  }
}
