import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type BuddyPresence,
  PRESENCE_CODES,
  type PresenceStatus,
  reachableFirst,
} from "../../lib/core/presence.ts";

Deno.test("PRESENCE_CODES are those of SET: 100 ONLINE, 101 OFFLINE, 102 AWAY", {
  permissions: "none",
}, () => {
  assertEquals(PRESENCE_CODES, { ONLINE: 100, OFFLINE: 101, AWAY: 102 });
});

const ORDER: readonly PresenceStatus[] = ["ONLINE", "AWAY", "OFFLINE"];

Deno.test("reachableFirst() puts online buddies first, then AWAY, then OFFLINE", {
  permissions: "none",
}, () => {
  const buddies: BuddyPresence<string>[] = [
    { buddy: "a", status: "OFFLINE" },
    { buddy: "b", status: "AWAY" },
    { buddy: "c", status: "ONLINE" },
    { buddy: "d", status: "OFFLINE", address: { ip: "192.0.2.1", port: 1 } },
    { buddy: "e", status: "ONLINE" },
  ];
  assertEquals(reachableFirst(buddies).map(({ buddy }) => buddy), ["c", "e", "b", "a", "d"]);
  assertEquals(buddies.map(({ buddy }) => buddy), ["a", "b", "c", "d", "e"]);
});

Deno.test("reachableFirst() keeps everybody, and the order in which they were added", {
  permissions: "none",
}, () => {
  fc.assert(fc.property(fc.array(fc.constantFrom(...ORDER)), (statuses) => {
    const buddies = statuses.map((status, added) => ({ buddy: `b${added}`, status, added }));
    const sorted = buddies.toSorted((one, other) =>
      ORDER.indexOf(one.status) - ORDER.indexOf(other.status) || one.added - other.added
    );
    assertEquals<unknown>(reachableFirst(buddies), sorted);
  }));
});
