import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import * as calls from "../../lib/client/call_screens.ts";
import * as screens from "../../lib/client/screens.ts";
import { UnreachableError, UntrustedError } from "../../lib/core/errors.ts";
import type { BuddyReply } from "../../lib/wire/buddy_reply.ts";
import { parseBuddyReply } from "../../lib/wire/buddy_reply.ts";
import { id } from "../support/ids.ts";

const PURE = { permissions: "none" } as const;
const ALICE = id("alice");
const BOB = id("bob");

function reply(line: string): BuddyReply {
  return parseBuddyReply(new TextEncoder().encode(line));
}

function texts(lines: readonly { readonly text: string }[]): string[] {
  return lines.map(({ text }) => text);
}

Deno.test("bannerLine() has version, server and message port", PURE, () => {
  assertMatch(
    screens.bannerLine("lab-1", 1234, 40123).text,
    /^Parley \d+\.\d+\.\d+, server lab-1:1234, messages on port 40123$/,
  );
});

Deno.test("registeredLine() tells 200, 203, 201 and any other line apart", PURE, () => {
  const said = (line: string): string => screens.registeredLine(ALICE, reply(line)).text;
  assertEquals(said("200 OK"), "Registered as alice. You are online.");
  assertEquals(
    said("203 USER EXISTS"),
    "alice is taken; if it is yours, log in with L (203 USER EXISTS).",
  );
  assertStringIncludes(said("201 INVALID"), "1 to 32 letters, digits, dots");
  assertEquals(said("500 STORAGE"), "The server says: 500 STORAGE");
  assertEquals(said("\x1b[31mboo"), "The server says: ^[[31mboo");
});

Deno.test("loggedInLine() says so when an older server cannot be asked", PURE, () => {
  assertEquals(
    screens.loggedInLine(ALICE, reply("200 OK 0")).text,
    "Logged in as alice. You are online.",
  );
  assertEquals(
    screens.loggedInLine(ALICE, undefined).text,
    "Online as alice. This server cannot say whether alice is registered.",
  );
  assertEquals(
    screens.loggedInLine(ALICE, reply("202 NO SUCH USER")).text,
    "No such user: alice; register with R (202 NO SUCH USER).",
  );
  assertEquals(screens.loggedInLine(ALICE, reply("??")).text, "The server says: ??");
});

Deno.test("addedLine() and removedLine() tell what each reply means", PURE, () => {
  const added = (line: string, buddy = BOB): string =>
    screens.addedLine(ALICE, buddy, reply(line)).text;
  assertEquals(added("200 OK"), "bob is now your buddy.");
  assertEquals(added("202 NO SUCH USER"), "No such user: bob; not added (202 NO SUCH USER).");
  assertEquals(
    added("201 INVALID"),
    "bob is already your buddy; not added again (201 INVALID).",
  );
  assertEquals(added("201 INVALID", ALICE), "You cannot be your own buddy (201 INVALID).");
  assertEquals(added("500 STORAGE"), "The server says: 500 STORAGE");

  const removed = (line: string, buddy = BOB): string =>
    screens.removedLine(ALICE, buddy, reply(line)).text;
  assertEquals(removed("200 OK"), "bob is not your buddy any more.");
  assertEquals(removed("202 NO SUCH USER"), "No such user: bob; not deleted (202 NO SUCH USER).");
  assertEquals(removed("201 INVALID", ALICE), "You are not your own buddy (201 INVALID).");
  assertEquals(removed("201 INVALID"), "The server says: 201 INVALID");
});

Deno.test("statusLines() aligns id, status, address and port in columns", PURE, () => {
  const lines = screens.statusLines({
    at: 0,
    entries: [
      { buddy: "bob", status: "ONLINE", address: { ip: "192.168.100.5", port: 20001 } },
      { buddy: "somebody.with-a-long_name", status: "AWAY", address: { ip: "10.0.0.1", port: 7 } },
      { buddy: "gone", status: "OFFLINE", address: { ip: "10.0.0.2", port: 0 } },
      { buddy: "carol", status: "OFFLINE" },
    ],
  }, true);
  assertEquals(texts(lines), [
    "User                       Status   Address        Port",
    "bob                        ONLINE   192.168.100.5  20001",
    "somebody.with-a-long_name  AWAY     10.0.0.1       7",
    "gone                       OFFLINE  10.0.0.2       0",
    "carol                      OFFLINE  -              -",
  ]);
});

Deno.test("statusLines() is a clear line when there are no buddies, or no answer", PURE, () => {
  assertEquals(texts(screens.statusLines({ at: 0, entries: [] }, true)), [
    "You have no buddies yet; A adds one.",
  ]);
  assertStringIncludes(
    screens.statusLines(undefined, false)[0]!.text,
    "The server has not answered yet",
  );
});

Deno.test("statusLines() says how old a list is that is not fresh", PURE, () => {
  const at = new Date(2026, 10, 20, 9, 5, 7).getTime();
  const lines = texts(screens.statusLines({ at, entries: [] }, false));
  assertEquals(lines.at(-1), "No answer just now; this is from 09:05:07.");
});

Deno.test("statusLines() makes control characters in an address visible", PURE, () => {
  const lines = screens.statusLines({
    at: 0,
    entries: [{ buddy: "bob", status: "ONLINE", address: { ip: "\x1b]0;x\x07", port: 1 } }],
  }, true);
  assertStringIncludes(lines[1]!.text, "^[]0;x^G");
});

Deno.test("notReachableLine() has one reason for each kind of lookup", PURE, () => {
  assertEquals(
    screens.notReachableLine("bob", { kind: "absent" }).text,
    "bob is not your buddy; A adds one.",
  );
  assertEquals(
    screens.notReachableLine("BOB", { kind: "offline", buddy: "bob" }).text,
    "bob is offline.",
  );
  assertStringIncludes(
    screens.notReachableLine("BOB", { kind: "addressless", buddy: "bob" }).text,
    "knows no address",
  );
  assertStringIncludes(
    screens.notReachableLine("bob", { kind: "unasked" }).text,
    "has not answered yet",
  );
});

Deno.test("serverTroubleLine() says what to check, but of a server that is refused", PURE, () => {
  const reason = "Cannot reach lab:1234: nothing is listening there";
  assertEquals(
    screens.serverTroubleLine(new UnreachableError(reason)).text,
    `${reason}; check that the server runs, and --server and --tcp-port.`,
  );
  assertEquals(screens.serverTroubleLine(new UntrustedError("Refused lab")).text, "Refused lab.");
});

Deno.test("callFailedLines() tells the reason and what was typed for nothing", PURE, () => {
  assertEquals(texts(calls.callFailedLines("bob", "rejected", 0)), [
    "bob turned the call down, or is busy.",
  ]);
  assertEquals(texts(calls.callFailedLines("bob", "unanswered", 1)), [
    "bob did not answer.",
    "(not delivered) 1 line you typed.",
  ]);
  const unreachable = { unreachable: "Cannot reach 192.0.2.1:7: nothing is listening there" };
  assertEquals(texts(calls.callFailedLines("bob", unreachable, 2)), [
    "Cannot reach 192.0.2.1:7: nothing is listening there; bob cannot be called.",
    "(not delivered) 2 lines you typed.",
  ]);
});

Deno.test("saidLine() shows control characters and never passes one on", PURE, () => {
  const { text, toned, about } = calls.saidLine("bob", "a\x1b[2J\x07\x9b31m\r\u202eb");
  assertEquals(about, "chat", "it is for its reader alone");
  assertEquals(text, "bob: a^[[2J^G<U+009B>31m^M<U+202E>b");
  assertEquals(text.slice(0, toned), "bob:");
  // deno-lint-ignore no-control-regex
  assert(!/[\x00-\x1f\x7f-\x9f]/.test(text));
});

Deno.test("lines that did not arrive are repeated, of many only how the last ones begin", {
  permissions: "none",
}, () => {
  assertEquals(calls.notDeliveredLine(["one", "two"]).text, "(not delivered) one / two");
  const long = "x".repeat(100);
  assertEquals(calls.notDeliveredLine([long]).text, `(not delivered) ${long}`);
  const many = Array.from({ length: 260 }, (_, at) => `L${at} ${long}`);
  assertEquals(
    calls.perhapsLostLine([], 1).text,
    "(perhaps not delivered) 1 line said more than a minute ago",
  );
  assertEquals(
    calls.perhapsLostLine(["one"], 33).text,
    "(perhaps not delivered) one; 33 lines before that",
  );
  const { text } = calls.perhapsLostLine(many);
  assert(text.startsWith("(perhaps not delivered) 260 lines, the last of them: L250 xxx"), text);
  assert(text.length < 800, text);
});
