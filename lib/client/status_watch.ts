/** `status` once, and for as long as somebody watches. */

import { reasonOf, UnreachableError } from "../core/errors.ts";
import type { Clock } from "../core/ports.ts";
import type { BuddyPresence } from "../core/presence.ts";
import type { UserId } from "../core/user_id.ts";
import { visibleText } from "../core/visible_text.ts";
import { within } from "../core/within.ts";
import type { BuddyQuery } from "./buddy_query.ts";
import { statusChanges, statusJson, statusNews } from "./one_shot_screens.ts";
import { buddyTable } from "./screens.ts";
import type { ScriptStreams } from "./script_streams.ts";

/** What is asked, and how it is printed. */
export interface StatusErrand {
  readonly user: UserId;
  readonly json: boolean;
  /** Seconds between two looks. */
  readonly refreshSeconds: number;
}

/** Where it happens. */
export interface StatusWorld {
  readonly query: BuddyQuery;
  readonly streams: ScriptStreams;
  readonly clock: Clock;
}

/**
 * Prints the list once.
 *
 * @throws UnreachableError, OperationalError as {@linkcode BuddyQuery.list}
 */
export async function printStatus(errand: StatusErrand, world: StatusWorld): Promise<void> {
  const { query, streams, clock } = world;
  const entries = await query.list(errand.user);
  if (entries.length === 0) return streams.tell(`${errand.user} has no buddies.`);
  const lines = errand.json
    ? entries.map((entry) => statusJson(entry, clock()))
    : buddyTable(entries).map(({ text }) => text);
  for (const line of lines) streams.print(line);
}

/**
 * Prints the list, and then whatever changes in it, until somebody has enough (`stopped`). Trouble
 * in between is told, and waited out.
 *
 * @throws UnreachableError, OperationalError when there is no list to begin with
 */
export async function watchStatus(
  errand: StatusErrand,
  world: StatusWorld & { readonly stopped: Promise<void> },
): Promise<void> {
  const { query, streams, clock, stopped } = world;
  const news = errand.json ? statusJson : statusNews;
  const isStopped = stopped.then(() => true);
  let known: readonly BuddyPresence<string>[] = [];
  let trouble: string | undefined;
  for (let isFirst = true;; isFirst = false) {
    try {
      const asked = query.list(errand.user);
      const entries = await Promise.race([asked, stopped]);
      if (entries === undefined) return void asked.catch(() => {});
      if (isFirst && entries.length === 0) streams.tell(`${errand.user} has no buddies.`);
      if (trouble !== undefined) streams.tell("The server answers again.");
      trouble = undefined;
      for (const change of statusChanges(known, entries)) {
        if (!streams.print(news(change, clock()))) return;
      }
      known = entries;
    } catch (error) {
      if (isFirst || !(error instanceof UnreachableError)) throw error;
      if (trouble === undefined) streams.tell(`${visibleText(reasonOf(error))}; trying on.`);
      trouble = reasonOf(error);
    }
    if (await within(errand.refreshSeconds * 1000, isStopped, () => false)) return;
  }
}
