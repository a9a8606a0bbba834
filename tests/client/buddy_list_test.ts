import { assertEquals } from "@std/assert";
import { type BuddyList, lookUp, nameCaller } from "../../lib/client/buddy_list.ts";

const PURE = { permissions: "none" } as const;

const LIST: BuddyList = {
  at: 0,
  entries: [
    { buddy: "alice", status: "ONLINE", address: { ip: "192.0.2.1", port: 4001 } },
    { buddy: "bob", status: "AWAY", address: { ip: "192.0.2.2", port: 4002 } },
    { buddy: "carol", status: "OFFLINE", address: { ip: "192.0.2.3", port: 4003 } },
    { buddy: "dave", status: "OFFLINE" },
    { buddy: "erin", status: "ONLINE" },
    { buddy: "frank", status: "ONLINE", address: { ip: "192.0.2.6", port: 0 } },
    { buddy: "grace", status: "ONLINE", address: { ip: "192.0.2.2", port: 4007 } },
    { buddy: "Heidi", status: "ONLINE", address: { ip: "::ffff:192.0.2.8", port: 4008 } },
    { buddy: "heidi", status: "ONLINE", address: { ip: "192.0.2.9", port: 4009 } },
    { buddy: "e\x1bve", status: "ONLINE", address: { ip: "192.0.2.10", port: 4010 } },
  ],
};

Deno.test("lookUp() finds ONLINE and AWAY buddies, in any case", PURE, () => {
  assertEquals(lookUp(LIST, "alice"), {
    kind: "reachable",
    buddy: "alice",
    address: { ip: "192.0.2.1", port: 4001 },
  });
  assertEquals(lookUp(LIST, "BOB"), {
    kind: "reachable",
    buddy: "bob",
    address: { ip: "192.0.2.2", port: 4002 },
  });
});

Deno.test("lookUp() prefers the exact spelling where a server tells cases apart", PURE, () => {
  const found = lookUp(LIST, "heidi");
  assertEquals(found.kind === "reachable" && found.address.port, 4009);
});

Deno.test("lookUp() tells why somebody cannot be called", PURE, () => {
  assertEquals(lookUp(LIST, "carol"), { kind: "offline", buddy: "carol" });
  assertEquals(lookUp(LIST, "dave"), { kind: "offline", buddy: "dave" });
  assertEquals(lookUp(LIST, "erin"), { kind: "addressless", buddy: "erin" });
  assertEquals(lookUp(LIST, "frank"), { kind: "addressless", buddy: "frank" });
  assertEquals(lookUp(LIST, "nobody"), { kind: "absent" });
  assertEquals(lookUp(undefined, "alice"), { kind: "unasked" });
});

Deno.test("nameCaller(): the online buddy with that address", PURE, () => {
  assertEquals(nameCaller(LIST, "192.0.2.1"), "alice");
  assertEquals(nameCaller(LIST, "192.0.2.8"), "Heidi");
});

Deno.test("nameCaller(): `bob or grace` when several share the address", PURE, () => {
  assertEquals(nameCaller(LIST, "192.0.2.2"), "bob or grace");
});

Deno.test("nameCaller(): the address when no online buddy has it", PURE, () => {
  assertEquals(nameCaller(LIST, "192.0.2.3"), "192.0.2.3");
  assertEquals(nameCaller(LIST, "198.51.100.1"), "198.51.100.1");
  assertEquals(nameCaller(undefined, "192.0.2.1"), "192.0.2.1");
});

Deno.test("nameCaller() makes a server's control characters visible", PURE, () => {
  assertEquals(nameCaller(LIST, "192.0.2.10"), "e^[ve");
});
