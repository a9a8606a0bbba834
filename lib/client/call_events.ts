/**
 * What happens on the line, as events of the menu.
 */

import { nameCaller } from "./buddy_list.ts";
import type { ToldFlood } from "./told_flood.ts";
import { notDeliveredLine, perhapsLostLine } from "./call_screens.ts";
import type { MenuEvent } from "./menu_state.ts";
import type { CallHandlers } from "./peer_calls.ts";
import type { PresenceLink } from "./presence_link.ts";
import type { Terminal } from "./terminal.ts";

/** What the events come of, and where they go. */
export interface CallWorld {
  readonly terminal: Pick<Terminal, "dropTyped">;
  readonly presence: Pick<PresenceLink, "list">;
  readonly flood: ToldFlood;
  readonly happened: (event: MenuEvent) => void;
  /** Keeps what became of what was said; `false` for a line that is known to be lost. */
  readonly keep: (text: string, isDelivered?: boolean) => void;
}

/** Makes the handlers of the line. */
export function callHandlers(
  { terminal, presence, flood, happened, keep }: CallWorld,
): CallHandlers {
  const name = (ip: string): string => nameCaller(presence.list, ip);
  let isCounted = false;
  return {
    ring: (ip) => {
      isCounted = !flood.takes();
      happened({ kind: "ring", caller: name(ip), isCounted });
    },
    ringEnded: (end) => happened({ kind: "ringEnded", end, isCounted }),
    turnedAway: (ip) => {
      if (flood.takes()) happened({ kind: "turnedAway", caller: name(ip) });
    },
    ringing: () => happened({ kind: "ringing" }),
    callFailed: (failure) => happened({ kind: "callFailed", failure }),
    chatBegun: () => happened({ kind: "chatBegun" }),
    said: (text) => happened({ kind: "said", text }),
    chatEnded: (end, { lost, unsure, before }) => {
      happened({ kind: "chatEnded", end });
      for (const text of lost) keep(text, false);
      if (unsure.length + before > 0) {
        const line = perhapsLostLine(unsure, before);
        // They are kept as said already.
        keep(line.text);
        happened({ kind: "notice", line });
      }
      // What was typed was meant for the buddy, and must not become a command of the menu.
      const unsent = [...lost, ...terminal.dropTyped()];
      if (unsent.length > 0) happened({ kind: "notice", line: notDeliveredLine(unsent) });
    },
  };
}
