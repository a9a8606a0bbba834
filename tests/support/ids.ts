/**
 * User ids for tests.
 */

import fc from "fast-check";
import { parseUserId, type UserId } from "../../lib/core/user_id.ts";

/** A user id that must be one. */
export function id(text: string): UserId {
  const user = parseUserId(text);
  if (user === undefined) throw new SyntaxError(`Cannot use "${text}" as a user id`);
  return user;
}

/** Any user id, folded. */
export const userIds: fc.Arbitrary<UserId> = fc
  .stringMatching(/^[a-z0-9][a-z0-9._-]{0,31}$/)
  .map(id);

/**
 * Things a hostile client may send as a user id. None is one; some would be a path, a device or a
 * line of a file if they ever reached storage.
 */
export const HOSTILE_IDS: readonly string[] = [
  "../x",
  "..",
  ".",
  ".hidden",
  "./x",
  "a/b",
  "a\\b",
  "/tmp/x",
  "/etc/passwd",
  "C:\\x",
  "~root",
  "-rf",
  "_x",
  "a\0b",
  "\0",
  "a\x01b",
  "a\x1b[2Jb",
  "a\x7fb",
  "a\rb",
  "a\fb",
  "a\vb",
  "é",
  "ann\u202e",
  "花子",
  "a%2fb",
  "a:b",
  "a*b",
  "a?b",
  "a|b",
  "$(touch x)",
  "a'b",
  'a"b',
  "a=b",
  "x".repeat(33),
  "x".repeat(252),
];
