/**
 * `/history` and `/search`: what was said before, in the chat or room where they are typed.
 */

import { visibleText } from "../core/visible_text.ts";
import type { Conversation } from "./conversations.ts";
import { line, type ScreenLine } from "./screen_line.ts";
import type { CommandHandler, CommandPlace } from "./slash_commands.ts";

/** Lines shown without a number, at most, and when a chat begins. */
const USUAL_LINES = 20;
const MAX_LINES = 1000;
const LINES_AT_BEGIN = 5;

/** Lines found at most; the last ones count. */
const MAX_FOUND = 50;

/** Gives the conversation of a chat or a room; `undefined` where nothing is kept. */
export type ConversationAt = (where: CommandPlace) => Conversation | undefined;

/** The commands about what was said before. */
export function historyCommands(
  conversationAt: ConversationAt,
): Readonly<Record<"history" | "search", CommandHandler>> {
  return {
    history(argument, where) {
      const count = argument === "" ? USUAL_LINES : Number(argument);
      if (!/^\d{0,6}$/.test(argument) || count < 1 || count > MAX_LINES) {
        return [
          line(`Type /history, or /history N for the last N lines, ${MAX_LINES} at most.`, "bad"),
        ];
      }
      const conversation = conversationAt(where);
      if (conversation === undefined) return [notKeptLine()];
      return keptLines(conversation.last(count), "Nothing was said before.");
    },
    async search(argument, where) {
      const conversation = conversationAt(where);
      if (conversation === undefined) return [notKeptLine()];
      const found = await conversation.search(argument, MAX_FOUND);
      return keptLines(found, `Nothing that was said has "${visibleText(argument)}" in it.`);
    },
  };
}

function notKeptLine(): ScreenLine {
  return line("Conversations are not kept: start the client with --history.", "bad");
}

function keptLines(kept: readonly string[], none: string): ScreenLine[] {
  return kept.length === 0 ? [line(none)] : kept.map((text) => line(`  ${text}`, "faint"));
}

/** The last lines, for somebody who begins to talk. */
export function beforeLines(conversation: Conversation): ScreenLine[] {
  return conversation.last(LINES_AT_BEGIN).map((text) => line(`  ${text}`, "faint"));
}
