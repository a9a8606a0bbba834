/** What Tab does in the login chat client. Pure. */

import { OPERATIONS } from "./login_chat_screens.ts";
import type { ChatClientState } from "./login_chat_state.ts";

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
