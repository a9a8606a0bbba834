/**
 * The menu's state machine. Calling and chatting are in `menu_chat_test.ts`.
 */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { step } from "../../lib/client/menu.ts";
import { INITIAL_STATE, wantsLine } from "../../lib/client/menu_state.ts";
import { parseBuddyReply } from "../../lib/wire/buddy_reply.ts";
import { id } from "../support/ids.ts";
import { MenuPlay } from "../support/client_menu.ts";

const PURE = { permissions: "none" } as const;
const ALICE = id("alice");
const BOB = id("bob");

const OK = parseBuddyReply(new TextEncoder().encode("200 OK"));
const NO_SUCH_USER = parseBuddyReply(new TextEncoder().encode("202 NO SUCH USER"));
const USER_EXISTS = parseBuddyReply(new TextEncoder().encode("203 USER EXISTS"));

Deno.test("menu: starts with the menu and a prompt", PURE, () => {
  const play = new MenuPlay();
  assertEquals(play.shown.at(0), "  R register   L log in     A add        D delete     S status");
  assertEquals(play.shown.at(-1), "«> »");
});

Deno.test("menu: started with a user, it logs in first and reads no line before", PURE, () => {
  const { state, effects } = step(INITIAL_STATE, { kind: "started", user: ALICE });
  assertEquals(effects.at(-1), { kind: "check", user: ALICE });
  assertEquals(wantsLine(state, true), false);
});

Deno.test("menu: R asks for an id, or takes it on the same line, in any case", PURE, () => {
  for (const lines of [["R", "alice"], ["r alice"], ["  r  ", " ALICE "], ["R\tAlice"]]) {
    const play = new MenuPlay();
    play.types(...lines);
    assertEquals(play.takeDone(), [{ kind: "register", user: ALICE }]);
    assertEquals(wantsLine(play.state, true), false, "waits for the reply");
  }
  const play = new MenuPlay();
  play.types("R");
  assertEquals(play.shown.at(-1), "«User id: »");
});

Deno.test("menu: 200 for R logs in and goes online", PURE, () => {
  const play = new MenuPlay();
  play.types("R alice");
  play.takeDone();
  play.happens({ kind: "registered", user: ALICE, reply: OK });
  assertEquals(play.takeDone(), [{ kind: "goOnline", user: ALICE }]);
  assertEquals(play.state.user, ALICE);
  assertEquals(play.shown.slice(-2), ["Registered as alice. You are online.", "«alice> »"]);
});

Deno.test("menu: 203 for R changes nothing and names L", PURE, () => {
  const play = new MenuPlay();
  play.types("R alice");
  play.happens({ kind: "registered", user: ALICE, reply: USER_EXISTS });
  assertEquals(play.state.user, undefined);
  assertStringIncludes(play.shown.at(-2)!, "log in with L");
});

Deno.test("menu: ids outside the grammar are refused before anything is sent", PURE, () => {
  for (const bad of ["../x", "a/b", "-x", "é", "x".repeat(33), "a\x1bb"]) {
    for (const letter of ["R", "L", "A", "D"]) {
      const play = MenuPlay.loggedIn(ALICE);
      play.types(`${letter} ${bad}`);
      assertEquals(play.takeDone(), [], `${letter} ${bad}`);
      assertStringIncludes(play.shown.at(-2)!, "1 to 32 letters, digits, dots");
      assertEquals(play.shown.at(-1), "«alice> »");
    }
  }
});

Deno.test("menu: before a login, A D S M ask to register or log in", PURE, () => {
  for (const line of ["A", "a bob", "D", "S", "M", "m bob"]) {
    const play = new MenuPlay();
    play.types(line);
    assertEquals(play.takeDone(), [], line);
    assertEquals(play.shown.slice(-2), ["Register with R or log in with L first.", "«> »"], line);
  }
});

Deno.test("menu: L goes online when the server knows the user or cannot be asked", PURE, () => {
  for (const reply of [OK, undefined]) {
    const play = new MenuPlay();
    play.types("L alice");
    assertEquals(play.takeDone(), [{ kind: "check", user: ALICE }]);
    play.happens({ kind: "checked", user: ALICE, reply });
    assertEquals(play.takeDone(), [{ kind: "goOnline", user: ALICE }]);
    assertEquals(play.state.user, ALICE);
  }
});

Deno.test("menu: 202 for L says `No such user`, and who was logged in stays so", PURE, () => {
  const play = MenuPlay.loggedIn(BOB);
  play.types("L alice");
  play.takeDone();
  play.happens({ kind: "checked", user: ALICE, reply: NO_SUCH_USER });
  assertEquals(play.takeDone(), []);
  assertEquals(play.state.user, BOB);
  assertStringIncludes(play.shown.at(-2)!, "No such user: alice");
});

Deno.test("menu: A and D send the user and the buddy, folded", PURE, () => {
  const play = MenuPlay.loggedIn(ALICE);
  play.types("A BOB");
  assertEquals(play.takeDone(), [{ kind: "add", user: ALICE, buddy: BOB }]);
  play.happens({ kind: "added", buddy: BOB, reply: OK });
  assertEquals(play.shown.at(-2), "bob is now your buddy.");
  play.types("D", "bob");
  assertEquals(play.takeDone(), [{ kind: "remove", user: ALICE, buddy: BOB }]);
  play.happens({ kind: "removed", buddy: BOB, reply: OK });
  assertEquals(play.shown.at(-2), "bob is not your buddy any more.");
});

Deno.test("menu: S asks for the status and shows it", PURE, () => {
  const play = MenuPlay.loggedIn(ALICE);
  play.types("s");
  assertEquals(play.takeDone(), [{ kind: "status" }]);
  play.happens({ kind: "status", list: { entries: [], at: 0 }, fresh: true });
  assertEquals(play.shown.slice(-2), ["You have no buddies yet; A adds one.", "«alice> »"]);
});

Deno.test("menu: an unknown letter is one clear line that names ?", PURE, () => {
  const play = new MenuPlay();
  play.types("z", "hello there", "\x1b[A");
  assertEquals(play.shown.filter((line) => line.startsWith("Unknown")), [
    'Unknown command "z", ? lists them.',
    'Unknown command "hello", ? lists them.',
    'Unknown command "^[[A", ? lists them.',
  ]);
});

Deno.test("menu: a blank line shows the menu again and is no error", PURE, () => {
  const play = new MenuPlay();
  const before = play.shown.length;
  play.types("", "  \t ");
  assertEquals(play.shown.slice(before).filter((line) => line.startsWith("  R ")).length, 2);
});

Deno.test("menu: a blank answer goes back to the menu", PURE, () => {
  const play = new MenuPlay();
  play.types("R", "");
  assertEquals(play.takeDone(), []);
  assertEquals(play.shown.slice(-2), ["«User id: »", "«> »"]);
});

Deno.test("menu: too many words are told how the command is typed", PURE, () => {
  const play = MenuPlay.loggedIn(ALICE);
  play.types("X now", "A bob carol");
  assertEquals(play.takeDone(), []);
  assertEquals(play.shown.filter((line) => line.startsWith("Type ")), [
    "Type X alone.",
    "Type A alone, or A BUDDY.",
  ]);
});

Deno.test("menu: a request that fails is one line, and the menu goes on", PURE, () => {
  const play = new MenuPlay();
  play.types("R alice");
  play.happens({ kind: "failed", line: { text: "Cannot reach it" } });
  assertEquals(play.shown.slice(-2), ["Cannot reach it", "«> »"]);
  assertEquals(wantsLine(play.state, false), true);
});

Deno.test("menu: X, end of input and a signal all leave, and nothing comes after", PURE, () => {
  for (const event of [{ kind: "line", text: "x" }, { kind: "end" }, { kind: "stop" }] as const) {
    const play = MenuPlay.loggedIn(ALICE);
    play.happens(event);
    assertEquals(play.takeDone(), [{ kind: "leave" }]);
    assertEquals(play.shown.at(-1), "Goodbye.");
    play.happens({ kind: "ring", caller: "bob" });
    play.types("S");
    assertEquals(play.takeDone(), []);
    assertEquals(play.shown.at(-1), "Goodbye.");
  }
});

Deno.test("menu: end of input and a signal leave from a question, too", PURE, () => {
  for (const event of [{ kind: "end" }, { kind: "stop" }] as const) {
    const play = new MenuPlay();
    play.types("R");
    play.happens(event);
    assertEquals(play.takeDone(), [{ kind: "leave" }]);
  }
});
