/**
 * Names the login chat client knows, and what Tab makes of them. Pure.
 */

import { parseUserId, type UserId } from "../core/user_id.ts";
import { OPERATIONS } from "./login_chat_screens.ts";
import type { ChatClientState } from "./login_chat_state.ts";

/** Those that are names, each once: what Tab types is not made safe to show by anybody else. */
export function userIds(names: readonly string[]): readonly UserId[] {
  return [...new Set(names.map(parseUserId).filter((user) => user !== undefined))];
}

/** Who was known, and one more who was heard. */
export function alsoKnown(known: readonly UserId[], name: string): readonly UserId[] {
  const user = parseUserId(name);
  return user === undefined || known.includes(user) ? known : [...known, user];
}

/** What Tab may make of what is typed: operations, or names where one is asked for or behind DM. */
export function completions({ mode, known }: ChatClientState, typed: string): readonly string[] {
  if (mode.kind === "whom") return beginning(typed, known);
  if (mode.kind !== "idle") return [];
  const [dm] = /^dm\s+/i.exec(typed) ?? [];
  const words = dm === undefined ? OPERATIONS.map(([word]) => word) : known.map((to) => dm + to);
  return beginning(typed, words);
}

function beginning(typed: string, words: readonly string[]): readonly string[] {
  return words.filter((word) => word.toLowerCase().startsWith(typed.toLowerCase()));
}
