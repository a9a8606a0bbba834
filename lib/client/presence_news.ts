/**
 * What has changed about one's buddies since the list before: who came, left, went away or is back.
 * Pure.
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

/** What changed. A buddy who is in only one of the lists was added or deleted, and is no news. */
export function presenceChanges(
  before: BuddyList | undefined,
  after: BuddyList,
): PresenceChange[] {
  const known = new Map(before?.entries.map(({ buddy, status }) => [buddy, status]));
  return after.entries.flatMap(({ buddy, status }) => {
    const from = known.get(buddy);
    return from === undefined || from === status ? [] : [{ buddy, from, to: status }];
  });
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
