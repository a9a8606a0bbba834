import { assertEquals } from "@std/assert";
import type { BuddyList } from "../../lib/client/buddy_list.ts";
import { presenceChanges, presenceLines } from "../../lib/client/presence_news.ts";
import type { PresenceStatus } from "../../lib/core/presence.ts";

const PURE = { permissions: "none" } as const;

function list(statuses: Readonly<Record<string, PresenceStatus>>): BuddyList {
  return { entries: Object.entries(statuses).map(([buddy, status]) => ({ buddy, status })), at: 0 };
}

function told(before: BuddyList | undefined, after: BuddyList): string[] {
  return presenceLines(presenceChanges(before, after)).map(({ text }) => text);
}

Deno.test("presenceLines(): who came, left, is away or back", PURE, () => {
  const one = (from: PresenceStatus, to: PresenceStatus): string[] =>
    told(list({ bob: from }), list({ bob: to }));
  assertEquals(one("OFFLINE", "ONLINE"), ["bob is online."]);
  assertEquals(one("OFFLINE", "AWAY"), ["bob is online, but away."]);
  assertEquals(one("ONLINE", "AWAY"), ["bob is away."]);
  assertEquals(one("AWAY", "ONLINE"), ["bob is back."]);
  assertEquals(one("AWAY", "OFFLINE"), ["bob went offline."]);
  assertEquals(one("ONLINE", "ONLINE"), []);
});

Deno.test("presenceLines(): the first list and new buddies are no news", PURE, () => {
  assertEquals(told(undefined, list({ bob: "ONLINE" })), []);
  assertEquals(told(list({ bob: "ONLINE" }), list({ carol: "ONLINE" })), []);
});

Deno.test("presenceLines(): many changes at once are a line for each kind", PURE, () => {
  const names = ["a", "b", "c", "d", "e", "f", "g\x07"];
  const all = (status: PresenceStatus): BuddyList =>
    list(Object.fromEntries(names.map((name) => [name, status])));
  assertEquals(told(all("ONLINE"), all("OFFLINE")), ["a, b, c, d, e and 2 more are offline."]);
  const some = list({ a: "ONLINE", b: "ONLINE", c: "ONLINE", "g\x07": "AWAY" });
  assertEquals(told(all("OFFLINE"), some), ["a, b, c are online.", "g^G is away."]);
});
