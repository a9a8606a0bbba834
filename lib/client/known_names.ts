/**
 * Names that are known of the others: who was told of, and who was heard. Pure.
 */

import { parseUserId, type UserId } from "../core/user_id.ts";

/** Those that are names, each once: what Tab types is not made safe to show by anybody else. */
export function userIds(names: readonly string[]): readonly UserId[] {
  return [...new Set(names.map(parseUserId).filter((user) => user !== undefined))];
}

/** Who was known, and one more who was heard. */
export function alsoKnown(known: readonly UserId[], name: string): readonly UserId[] {
  const user = parseUserId(name);
  return user === undefined || known.includes(user) ? known : [...known, user];
}
