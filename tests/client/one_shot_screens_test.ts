import { assertEquals } from "@std/assert";
import {
  type Change,
  changeOutcome,
  statusChanges,
  statusJson,
  statusNews,
} from "../../lib/client/one_shot_screens.ts";
import type { BuddyPresence } from "../../lib/core/presence.ts";
import { parseBuddyReply } from "../../lib/wire/buddy_reply.ts";
import { id } from "../support/ids.ts";

const [ALICE, BOB] = [id("alice"), id("bob")];
const REG: Change = { kind: "register", user: ALICE };
const ADD: Change = { kind: "add", user: ALICE, buddy: BOB };
const ADD_SELF: Change = { kind: "add", user: ALICE, buddy: ALICE };
const DEL: Change = { kind: "remove", user: ALICE, buddy: BOB };

const OUTCOMES: readonly (readonly [change: Change, reply: string, text: string])[] = [
  [REG, "200 OK", "Registered as alice."],
  [REG, "203 USER EXISTS", "alice is taken (203 USER EXISTS)"],
  [REG, "500 STORAGE", "The server refuses (500 STORAGE)"],
  [REG, "hello \x1b[2J", "The server refuses (hello ^[[2J)"],
  [ADD, "200 OK", "bob is now a buddy of alice."],
  [ADD, "202 NO SUCH USER", "No such user: alice or bob (202 NO SUCH USER)"],
  [ADD, "201 INVALID", "bob is a buddy of alice already (201 INVALID)"],
  [ADD_SELF, "201 INVALID", "alice cannot be a buddy of alice (201 INVALID)"],
  [ADD_SELF, "202 NO SUCH USER", "No such user: alice (202 NO SUCH USER)"],
  [DEL, "200 OK", "bob is no buddy of alice any more."],
  [DEL, "201 INVALID", "The server refuses (201 INVALID)"],
];

for (const [change, reply, text] of OUTCOMES) {
  Deno.test(`changeOutcome(): ${change.kind}, ${JSON.stringify(reply)}`, {
    permissions: "none",
  }, () => {
    const read = parseBuddyReply(new TextEncoder().encode(reply));
    assertEquals(changeOutcome(change, read), { isDone: reply === "200 OK", text });
  });
}

const ADDRESS = { ip: "192.0.2.7", port: 40123 };
const NOON = Date.UTC(2026, 10, 21, 12, 0, 0, 7);

Deno.test("statusJson() is one object with five keys, whatever is known", {
  permissions: "none",
}, () => {
  assertEquals(
    statusJson({ buddy: "bob", status: "AWAY", address: ADDRESS }, NOON),
    '{"time":"2026-11-21T12:00:00.007Z","buddy":"bob","status":"AWAY","ip":"192.0.2.7","port":40123}',
  );
  assertEquals(
    statusJson({ buddy: "b\n" }, NOON),
    '{"time":"2026-11-21T12:00:00.007Z","buddy":"b\\n","status":null,"ip":null,"port":null}',
  );
});

Deno.test("statusNews() is a line for a person", { permissions: "none" }, () => {
  const lines = [
    statusNews({ buddy: "bob", status: "ONLINE", address: { ip: "::1", port: 7 } }, NOON),
    statusNews({ buddy: "bob", status: "OFFLINE", address: ADDRESS }, NOON),
    statusNews({ buddy: "b\x1b" }, NOON),
  ];
  assertEquals(lines.map((line) => line.slice("12:00:00 ".length)), [
    "bob ONLINE [::1]:7",
    "bob OFFLINE",
    "b^[ is no buddy any more",
  ]);
});

Deno.test("statusChanges() tells who is new, moved, changed or gone, and nobody else", {
  permissions: "none",
}, () => {
  const entry = (buddy: string, status: "ONLINE" | "AWAY", port = 1): BuddyPresence<string> => ({
    ...{ buddy, status },
    address: { ip: "192.0.2.7", port },
  });
  const before = [
    entry("a", "ONLINE"),
    entry("b", "ONLINE"),
    entry("c", "ONLINE"),
    entry("d", "AWAY"),
  ];
  const after = [
    entry("e", "AWAY"),
    entry("d", "AWAY"),
    entry("b", "AWAY"),
    entry("c", "ONLINE", 2),
  ];
  assertEquals(statusChanges(before, after), [after[0]!, after[2]!, after[3]!, { buddy: "a" }]);
  assertEquals(statusChanges(after, after), []);
  const gone = { ...entry("a", "AWAY"), status: "OFFLINE" } as const;
  const unheard = { buddy: "a", status: "OFFLINE" } as const;
  assertEquals(statusChanges([gone], [unheard]), [], "where nobody is");
});
