/** The buddy service as the status port shows it. Pure. */

import type { Histogram } from "../core/histogram.ts";
import { MAX_SHOWN_NAMES } from "../core/limits.ts";
import { byLabel, counter, type Family, gauge, histogram } from "../observe/metrics.ts";
import type { Part } from "../observe/status_view.ts";
import type { DoorMeter } from "./door_meter.ts";
import type { PresenceBook } from "../services/presence.ts";
import type { AccountGuard } from "./account_guard.ts";
import type { BuddyMeter } from "./buddy_requests.ts";
import type { PresenceCounts } from "./presence_answers.ts";

/** What there is to see. */
export interface BuddyPartSources {
  readonly ports: { readonly tcp: number; readonly udp: number };
  /** Who came, and was turned away. */
  readonly door: DoorMeter;
  readonly meter: BuddyMeter;
  readonly counts: PresenceCounts;
  /** How long answers over UDP took. */
  readonly seconds: Histogram | undefined;
  readonly presence: PresenceBook;
  /** Where accounts have passwords. */
  readonly guard: AccountGuard | undefined;
  /** How many trunks balancers have at the moment. */
  readonly trunks: () => number;
}

/** `user2` comes before `user10`. */
const byName = new Intl.Collator("en", { numeric: true }).compare;

/** Makes the service visible. */
export function buddyPart(sources: BuddyPartSources): Part {
  const { ports, door, meter, counts, seconds, presence, guard, trunks } = sources;
  return {
    state: () => ({
      ports,
      requests: { total: meter.total, byKind: meter.byKind() },
      datagrams: counts,
      trunks: trunks(),
      online: presence.survey(MAX_SHOWN_NAMES),
      ...(guard && { sessions: guard.sessions, refused: guard.refused }),
    }),
    families() {
      const { heard, reachable } = presence.survey(0);
      const service = "buddy";
      const { set, answered, ...dropped } = counts;
      return [
        ...door.families(),
        ...meter.families(),
        counter("parley_datagrams_total", "Datagrams that were acted on", [
          [{ service, kind: "set" }, set],
          [{ service, kind: "get" }, answered],
        ]),
        counter(
          "parley_dropped_total",
          "Datagrams that were dropped",
          byLabel("reason", dropped, {
            service,
          }),
        ),
        histogram(
          "parley_datagram_seconds",
          "Time from a datagram to what is sent for it, of one in sixteen",
          seconds === undefined ? [] : [[{ service }, seconds]],
        ),
        ...accountFamilies(guard),
        gauge("parley_trunks", "Trunks of balancers at the moment", [[{ service }, trunks()]]),
        gauge("parley_presence_users", "Users heard of within the lifetime", [
          [{ state: "reachable" }, reachable],
          [{ state: "offline" }, heard - reachable],
        ]),
      ];
    },
    activities: () => [
      {
        name: "Buddy requests",
        total: meter.total,
        seconds: meter.seconds,
      },
      {
        name: "Presence datagrams",
        total: counts.set + counts.answered,
        seconds,
      },
    ],
    view() {
      const { heard, reachable, users } = presence.survey(MAX_SHOWN_NAMES);
      return {
        tiles: [{ label: "Users online", value: String(reachable), note: `${heard} heard of` }],
        lists: [{
          id: "online",
          caption: "Users online",
          items: users.toSorted(byName),
          empty: "Nobody was heard of lately",
          more: reachable - users.length,
        }],
      };
    },
  };
}

function accountFamilies(guard: AccountGuard | undefined): Family[] {
  if (guard === undefined) return [];
  return [
    gauge("parley_sessions", "Logins that are good at the moment", [[{}, guard.sessions]]),
    counter(
      "parley_denied_total",
      "Requests and datagrams that did not prove whose they are",
      byLabel("reason", guard.refused, { service: "buddy" }),
    ),
    counter(
      "parley_passwords_total",
      "Passwords of buddies by what came of them",
      byLabel("result", guard.judged, { service: "buddy" }),
    ),
  ];
}
