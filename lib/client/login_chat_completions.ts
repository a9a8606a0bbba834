/** What Tab does in the login chat client. Pure. */

import { beginning, commandCompletions } from "./completions.ts";
import { OPERATIONS } from "./login_chat_screens.ts";
import type { ChatClientState } from "./login_chat_state.ts";

/** What Tab may make of what is typed: commands, operations, or names where one is asked for. */
export function completions(
  { mode, known, commands }: ChatClientState,
  typed: string,
): readonly string[] {
  const isAsked = ["idle", "whom", "public", "direct"].includes(mode.kind);
  if (isAsked && typed.startsWith("/")) return commandCompletions(typed, commands, {});
  if (mode.kind === "whom") return beginning(typed, known);
  if (mode.kind !== "idle") return [];
  const [dm] = /^dm\s+/i.exec(typed) ?? [];
  return dm === undefined
    ? beginning(typed, OPERATIONS.map(([word]) => word))
    : beginning(typed.slice(dm.length), known, dm);
}
