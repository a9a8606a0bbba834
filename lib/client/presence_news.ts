/**
 * What has changed about one's buddies since the list before: who came, left, went away or is back.
 * Pure: the time comes with the lists.
 */

import type { PresenceStatus } from "../core/presence.ts";
import { visibleText } from "../core/visible_text.ts";
import type { BuddyList } from "./buddy_list.ts";
import type { ScreenLine } from "./screen_line.ts";

/** A change of one buddy. */
export interface PresenceChange {
  readonly buddy: string;
  readonly from: PresenceStatus;
  readonly to: PresenceStatus;
}

/** Most changes of one list that are told one by one. */
const MAX_LINES = 3;

/** Most names in a line that tells of many. */
const MAX_NAMES = 5;

/**
 * How long somebody the server has not heard of may be there all the same, in milliseconds: a server
 * started anew knows nobody until their clients tell it again, with their next refresh or the one
 * after it.
 */
const UNHEARD_MS = 25_000;

/** What is known of the buddies of one user, list by list. */
export class PresenceNews {
  #told = new Map<string, PresenceStatus>();
  /** Since when the server has heard nothing of those who were there. */
  #unheardSince = new Map<string, number>();

  /** What changed. A buddy who is in only one of two lists was added or deleted, and is no news. */
  changes({ entries, at }: BuddyList): PresenceChange[] {
    const told = new Map<string, PresenceStatus>();
    const unheardSince = new Map<string, number>();
    const changes: PresenceChange[] = [];
    for (const { buddy, status, address } of entries) {
      const from = this.#told.get(buddy) ?? status;
      const since = this.#unheardSince.get(buddy) ?? at;
      const isUnheard = status === "OFFLINE" && address === undefined && from !== status;
      if (isUnheard && at - since < UNHEARD_MS) {
        told.set(buddy, from);
        unheardSince.set(buddy, since);
        continue;
      }
      told.set(buddy, status);
      if (from !== status) changes.push({ buddy, from, to: status });
    }
    this.#told = told;
    this.#unheardSince = unheardSince;
    return changes;
  }
}

/** Tells it quietly, in few lines however much it is. */
export function presenceLines(changes: readonly PresenceChange[]): ScreenLine[] {
  if (changes.length <= MAX_LINES) return changes.map((change) => news(`${sentence(change)}.`));
  const groups = new Map<string, string[]>();
  for (const { buddy, to } of changes) {
    groups.set(STATES[to], [...groups.get(STATES[to]) ?? [], visibleText(buddy)]);
  }
  return [...groups].map(([state, names]) => {
    const more = names.length - MAX_NAMES;
    const named = names.slice(0, MAX_NAMES).join(", ") + (more > 0 ? ` and ${more} more` : "");
    return news(`${named} ${names.length === 1 ? "is" : "are"} ${state}.`);
  });
}

const STATES: Readonly<Record<PresenceStatus, string>> = {
  ONLINE: "online",
  AWAY: "away",
  OFFLINE: "offline",
};

function sentence({ buddy, from, to }: PresenceChange): string {
  const who = visibleText(buddy);
  if (to === "OFFLINE") return `${who} went offline`;
  if (to === "AWAY") return from === "OFFLINE" ? `${who} is online, but away` : `${who} is away`;
  return from === "AWAY" ? `${who} is back` : `${who} is online`;
}

function news(text: string): ScreenLine {
  return { text, tone: "faint", about: "news" };
}
