/**
 * What the commands do that are the same wherever they are typed.
 */

import type { PresenceStatus } from "../core/presence.ts";
import { line, type ScreenLine } from "./screen_line.ts";
import { needsUserLine } from "./screens.ts";
import type { CommandHandler } from "./slash_commands.ts";
import { BELL_MODES, type BellMode, type Terminal } from "./terminal.ts";

const BELL_MEANINGS: Readonly<Record<BellMode, string>> = {
  off: "The bell never rings",
  pm: "The bell rings for calls and for messages that are for you or name you",
  all: "The bell rings for every message",
};

/** `/bell`: says when the terminal rings, or changes it. */
export function bellCommand(terminal: Terminal): CommandHandler {
  return (argument) => {
    const mode = BELL_MODES.find((mode) => mode === argument.toLowerCase());
    if (argument !== "" && mode === undefined) {
      return [line(`Type /bell ${BELL_MODES.join(", /bell ")}, or /bell alone.`, "bad")];
    }
    terminal.bell = mode ?? terminal.bell;
    return [line(`${BELL_MEANINGS[terminal.bell]} (${terminal.bell}).`)];
  };
}

/** Who can be told that we are away, and back. */
interface PresenceTeller {
  /** False when nobody is logged in. */
  tell(status: PresenceStatus): boolean;
}

/** `/away` and `/back`: 102 AWAY and 100 ONLINE. */
export function presenceCommands(
  presence: PresenceTeller,
): Readonly<Record<"away" | "back", CommandHandler>> {
  const tell = (status: PresenceStatus, text: string) => (): readonly ScreenLine[] =>
    presence.tell(status) ? [line(text, "good")] : [needsUserLine()];
  return {
    away: tell("AWAY", "Your buddies see that you are away; they can still call. /back ends it."),
    back: tell("ONLINE", "Your buddies see that you are online."),
  };
}
