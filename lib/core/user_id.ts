/**
 * Who somebody is in Parley. Rule: protocols/buddy.md, "A user id is 1 to 32 characters".
 *
 * An id is checked and folded here once, where it enters; everything behind this function holds a
 * {@linkcode UserId} and neither checks nor folds again.
 */

/** Marks a text as checked; exists for the compiler only. */
export declare const userIdBrand: unique symbol;

/** A valid user id, folded to lower case. Made only by {@linkcode parseUserId}. */
export type UserId = string & { readonly [userIdBrand]: true };

/** Longest user id in characters (which are bytes: ids are ASCII). */
export const MAX_USER_ID_LENGTH = 32;

const GRAMMAR = /^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/;

/**
 * Reads a user id: 1 to 32 of `A-Z a-z 0-9 . _ -`, the first a letter or a digit.
 *
 * @returns the id folded to lower case, or `undefined` when the text is outside the grammar
 */
export function parseUserId(text: string): UserId | undefined {
  return GRAMMAR.test(text) ? text.toLowerCase() as UserId : undefined;
}
