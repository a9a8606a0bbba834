/**
 * The menu's state machine: calling, being called, chatting.
 */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { wantsLine } from "../../lib/client/menu_state.ts";
import { MenuPlay } from "../support/client_menu.ts";
import { id } from "../support/ids.ts";

const PURE = { permissions: "none" } as const;
const ALICE = id("alice");
const ADDRESS = { ip: "192.0.2.7", port: 4001 };

/** Alice has typed `M bob` and the connection stands. */
function ringingAtBob(): MenuPlay {
  const play = MenuPlay.loggedIn(ALICE);
  play.types("M bob");
  play.happens(
    {
      kind: "lookedUp",
      name: "bob",
      lookup: { kind: "reachable", buddy: "bob", address: ADDRESS },
    },
    { kind: "ringing" },
  );
  play.takeDone();
  return play;
}

/** Alice is in a chat with bob. */
function chatting(): MenuPlay {
  const play = ringingAtBob();
  play.happens({ kind: "chatBegun" });
  return play;
}

Deno.test("M looks the buddy up and calls the address", PURE, () => {
  const play = MenuPlay.loggedIn(ALICE);
  play.types("M", "Bob");
  assertEquals(play.takeDone(), [{ kind: "lookUp", name: "Bob" }]);
  const lookup = { kind: "reachable", buddy: "bob", address: ADDRESS } as const;
  play.happens({ kind: "lookedUp", name: "Bob", lookup });
  assertEquals(play.takeDone(), [{ kind: "call", address: ADDRESS }]);
  assertStringIncludes(play.shown.join("\n"), "Calling bob at 192.0.2.7:4001");
});

Deno.test("M of somebody who cannot be called is a clear line, and the menu goes on", PURE, () => {
  const play = MenuPlay.loggedIn(ALICE);
  play.types("M bob");
  play.happens({ kind: "lookedUp", name: "bob", lookup: { kind: "offline", buddy: "bob" } });
  assertEquals(play.shown.slice(-2), ["bob is offline.", "«alice> »"]);
});

Deno.test("lines are read while it rings; before the connection only at a terminal", PURE, () => {
  const play = MenuPlay.loggedIn(ALICE);
  play.types("M bob");
  assertEquals(wantsLine(play.state, true), false, "looking up");
  play.happens({
    kind: "lookedUp",
    name: "bob",
    lookup: { kind: "reachable", buddy: "bob", address: ADDRESS },
  });
  assertEquals([wantsLine(play.state, true), wantsLine(play.state, false)], [true, false]);
  play.happens({ kind: "ringing" });
  assertEquals([wantsLine(play.state, true), wantsLine(play.state, false)], [true, true]);
});

Deno.test("q typed first while it rings gives the call up", PURE, () => {
  for (const line of ["q", "/q"]) {
    const play = ringingAtBob();
    play.types(line);
    assertEquals(play.takeDone(), [{ kind: "cancelCall" }]);
    assertEquals(play.shown.slice(-2), ["Gave up calling bob.", "«alice> »"]);
  }
});

Deno.test("lines typed while it rings are sent after ACCEPT, in order", PURE, () => {
  const play = ringingAtBob();
  play.types("one", "", "//two", "/help", "three");
  assertEquals(play.takeDone(), []);
  play.happens({ kind: "chatBegun" });
  assertEquals(
    play.takeDone(),
    ["one", "", "/two", "three"].map((text) => ({ kind: "send", text })),
  );
});

Deno.test("q after such lines ends the chat when they are sent; the next line waits", PURE, () => {
  const play = ringingAtBob();
  play.types("hello", "q");
  assertEquals(wantsLine(play.state, false), false);
  play.happens({ kind: "chatBegun" });
  assertEquals(play.takeDone(), [{ kind: "send", text: "hello" }, { kind: "endChat" }]);
  assertEquals(play.shown.slice(-2), ["You ended the chat with bob.", "«alice> »"]);
});

Deno.test("end of input after such lines sends them and leaves", PURE, () => {
  const play = ringingAtBob();
  play.types("hello");
  play.happens({ kind: "end" });
  assertEquals(play.takeDone(), []);
  play.happens({ kind: "chatBegun" });
  assertEquals(play.takeDone(), [
    { kind: "send", text: "hello" },
    { kind: "endChat" },
    { kind: "leave" },
  ]);
});

Deno.test("end of input after such lines leaves when the call fails, too", PURE, () => {
  const play = ringingAtBob();
  play.types("hello");
  play.happens({ kind: "end" }, { kind: "callFailed", failure: "rejected" });
  assertEquals(play.takeDone(), [{ kind: "leave" }]);
  assertEquals(play.shown.slice(-3), [
    "bob turned the call down, or is busy.",
    "(not delivered) 1 line you typed.",
    "Goodbye.",
  ]);
});

Deno.test("end of input while it rings with nothing typed leaves", PURE, () => {
  const play = ringingAtBob();
  play.happens({ kind: "end" });
  assertEquals(play.takeDone(), [{ kind: "leave" }]);
});

Deno.test("no more than 100 lines are taken while it rings, nor 32,768 characters", PURE, () => {
  const play = ringingAtBob();
  for (let at = 0; at < 99; at++) play.types(`line ${at}`);
  assertEquals(wantsLine(play.state, false), true);
  play.types("line 99");
  assertEquals(wantsLine(play.state, false), false);

  const long = ringingAtBob();
  long.types("x".repeat(32_768));
  assertEquals(wantsLine(long.state, false), false);
});

Deno.test("a line over 32,768 characters is not sent, and the chat goes on", PURE, () => {
  const play = chatting();
  play.types("x".repeat(32_769), "x".repeat(32_768));
  assertEquals(play.takeDone().length, 1);
  assertEquals(play.shown.at(-1), "That line was not sent: it has more than 32768 characters.");

  const ringing = ringingAtBob();
  ringing.types("x".repeat(32_769), "q");
  assertEquals(ringing.takeDone(), [{ kind: "cancelCall" }]);
});

Deno.test("in a chat every line is sent, also one that is a letter of the menu", PURE, () => {
  const play = chatting();
  play.types("X", "hello", "");
  assertEquals(play.takeDone(), ["X", "hello", ""].map((text) => ({ kind: "send", text })));
});

Deno.test("a person who only presses Enter says nothing, also before the answer", PURE, () => {
  for (const play of [chatting(), ringingAtBob()]) {
    play.state = { ...play.state, isPerson: true };
    play.types("", "  ", "hello");
    play.happens({ kind: "chatBegun" });
    assertEquals(play.takeDone(), [{ kind: "send", text: "hello" }]);
  }
});

Deno.test("in a chat, lines that start with / are never sent; // sends one /", PURE, () => {
  const play = chatting();
  play.types("/files", "/help", "//etc");
  assertEquals(play.takeDone(), [{ kind: "send", text: "/etc" }]);
  assertStringIncludes(play.shown.join("\n"), "Unknown command /files, /help lists them.");
});

Deno.test("q alone ends the chat, is not sent, and brings the menu back", PURE, () => {
  const play = chatting();
  play.types("q");
  assertEquals(play.takeDone(), [{ kind: "endChat" }]);
  assertEquals(play.shown.slice(-2), ["You ended the chat with bob.", "«alice> »"]);
});

Deno.test("the other side's end brings the menu back without a q", PURE, () => {
  const play = chatting();
  play.happens({ kind: "said", text: "bye" }, { kind: "chatEnded", end: "theirs" });
  assertEquals(play.shown.slice(-3), ["bob: bye", "bob ended the chat.", "«alice> »"]);
});

Deno.test("leaving from a chat says what it ends", PURE, () => {
  const play = chatting();
  play.happens({ kind: "stop" });
  assertEquals(play.takeDone(), [{ kind: "leave" }]);
  assertEquals(play.shown.slice(-2), ["You ended the chat with bob.", "Goodbye."]);
});

Deno.test("Y answers the call that rings and enters the chat", PURE, () => {
  const play = MenuPlay.loggedIn(ALICE);
  play.happens({ kind: "ring", caller: "bob" });
  assertEquals(play.shown.at(-1), "bob is calling: Y answers, N turns the call down.");
  play.types("y");
  assertEquals(play.takeDone(), [{ kind: "acceptCall" }]);
  assertEquals(wantsLine(play.state, true), false);
  play.happens({ kind: "chatBegun" }, { kind: "said", text: "hi" });
  assertEquals(play.shown.slice(-2), ["«alice: »", "bob: hi"]);
});

Deno.test("N turns the call down", PURE, () => {
  const play = MenuPlay.loggedIn(ALICE);
  play.happens({ kind: "ring", caller: "bob" });
  play.types("N");
  assertEquals(play.takeDone(), [{ kind: "rejectCall" }]);
  play.types("N");
  assertEquals(play.shown.at(-2), "Nobody is calling.");
});

Deno.test("Y after the caller hung up says that nobody is calling", PURE, () => {
  const play = MenuPlay.loggedIn(ALICE);
  play.happens({ kind: "ring", caller: "bob" }, { kind: "ringEnded", end: "hung up" });
  assertEquals(play.shown.at(-1), "bob hung up.");
  play.types("Y");
  assertEquals(play.takeDone(), []);
  assertEquals(play.shown.at(-2), "Nobody is calling.");
});

Deno.test("a caller who hangs up while Y is under way brings the menu back", PURE, () => {
  const play = MenuPlay.loggedIn(ALICE);
  play.happens({ kind: "ring", caller: "bob" });
  play.types("Y");
  play.happens({ kind: "ringEnded", end: "hung up" });
  assertEquals(play.shown.slice(-2), ["bob hung up.", "«alice> »"]);
});

Deno.test(
  "a call during a question: the answer is the answer, then the call is told again",
  PURE,
  () => {
    const play = MenuPlay.loggedIn(ALICE);
    play.types("A");
    play.happens({ kind: "ring", caller: "bob" });
    assertEquals(play.shown.at(-1), "bob is calling; answer with Y or N after this.");
    play.types("y");
    assertEquals(play.takeDone(), [{ kind: "add", user: ALICE, buddy: id("y") }]);
    play.happens({ kind: "failed", line: { text: "it failed" } });
    assertEquals(play.shown.slice(-3), [
      "it failed",
      "bob is calling: Y answers, N turns the call down.",
      "«alice> »",
    ]);
  },
);

Deno.test("M while a call rings asks to answer first, however late it rings", PURE, () => {
  const play = MenuPlay.loggedIn(ALICE);
  play.happens({ kind: "ring", caller: "carol" });
  play.types("M bob");
  assertEquals(play.takeDone(), []);
  assertEquals(play.shown.slice(-3, -1), [
    "One chat at a time: answer the waiting call first.",
    "carol is calling: Y answers, N turns the call down.",
  ]);

  const late = MenuPlay.loggedIn(ALICE);
  late.types("M bob");
  late.takeDone();
  late.happens(
    { kind: "ring", caller: "carol" },
    {
      kind: "lookedUp",
      name: "bob",
      lookup: { kind: "reachable", buddy: "bob", address: ADDRESS },
    },
  );
  assertEquals(late.takeDone(), []);
});

Deno.test("a second caller is told to the user and changes nothing", PURE, () => {
  const play = chatting();
  play.takeDone();
  play.happens({ kind: "turnedAway", caller: "carol" });
  assertEquals(play.shown.at(-1), "carol called and was told that you are busy.");
  assertEquals(play.state.mode, { kind: "chatting", peer: "bob" });
  assertEquals(play.takeDone(), []);
});

Deno.test("a call that nobody answers is told", PURE, () => {
  const play = MenuPlay.loggedIn(ALICE);
  play.happens({ kind: "ring", caller: "bob" }, { kind: "ringEnded", end: "timeout" });
  assertStringIncludes(play.shown.at(-1)!, "bob was not answered in time");
});
