/**
 * What is kept of a login chat: what others say, and what we said when the server has confirmed it,
 * or was lost before it could.
 */

import type { Conversation } from "./conversations.ts";
import type { ChatClientState, ChatEvent } from "./login_chat_state.ts";

/** Keeps what an event says was said, in a state. */
export function keepSaid(
  { mode, user }: ChatClientState,
  event: ChatEvent,
  conversation: Conversation | undefined,
): void {
  if (
    event.kind === "answer" && (event.answer.kind === "public" || event.answer.kind === "direct")
  ) {
    const { from, text, kind } = event.answer;
    conversation?.add(from, kind === "direct" ? `(to ${user}) ${text}` : text);
  }
  if (mode.kind !== "sending") return;
  const said = mode.to === undefined ? mode.text : `(to ${mode.to}) ${mode.text}`;
  if (event.kind === "lost") conversation?.add(user, said, false);
  if (event.kind === "answer" && event.answer.kind === "reply") {
    conversation?.add(user, said, event.answer.code === 200);
  }
}
