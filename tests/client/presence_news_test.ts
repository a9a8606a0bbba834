import { assertEquals } from "@std/assert";
import type { BuddyList } from "../../lib/client/buddy_list.ts";
import { presenceLines, PresenceNews } from "../../lib/client/presence_news.ts";
import type { PresenceStatus } from "../../lib/core/presence.ts";

const PURE = { permissions: "none" } as const;

function list(statuses: Readonly<Record<string, PresenceStatus>>): BuddyList {
  const address = { ip: "192.0.2.7", port: 4001 };
  return {
    entries: Object.entries(statuses).map(([buddy, status]) => ({ buddy, status, address })),
    at: 0,
  };
}

function told(before: BuddyList | undefined, after: BuddyList): string[] {
  const news = new PresenceNews();
  if (before !== undefined) news.changes(before);
  return presenceLines(news.changes(after)).map(({ text }) => text);
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

Deno.test(
  "PresenceNews: a server started anew knows nobody for a while, and that is no news",
  PURE,
  () => {
    const news = new PresenceNews();
    const heard = list({ alice: "ONLINE", bob: "ONLINE" }).entries;
    const at = (seconds: number): number => seconds * 1000;
    const unheard = heard.map(({ buddy }) => ({ buddy, status: "OFFLINE" }) as const);
    news.changes({ entries: heard, at: 0 });
    assertEquals(news.changes({ entries: unheard, at: at(10) }), []);
    assertEquals(news.changes({ entries: [heard[0]!, unheard[1]!], at: at(20) }), []);
    assertEquals(news.changes({ entries: [unheard[0]!, unheard[1]!], at: at(30) }), []);
    assertEquals(news.changes({ entries: [unheard[0]!, unheard[1]!], at: at(40) }), [
      { buddy: "bob", from: "ONLINE", to: "OFFLINE" },
    ], "bob has not been heard of since; alice has");
  },
);
