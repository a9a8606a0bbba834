/**
 * The menu's state machine: being called while something else is typed, and by very many.
 */

import { assertEquals } from "@std/assert";
import { MenuPlay } from "../support/client_menu.ts";
import { id } from "../support/ids.ts";

const PURE = { permissions: "none" } as const;
const RING = "bob is calling: Y answers, N turns the call down.";

/** A person at the menu, who is asked whom to add when bob calls. */
function askedAndCalled(): MenuPlay {
  const play = MenuPlay.loggedIn(id("alice"));
  play.state = { ...play.state, isPerson: true };
  play.types("A");
  play.happens({ kind: "ring", caller: "bob" });
  assertEquals(play.shown.slice(-2), ["«Buddy to add: »", RING]);
  return play;
}

Deno.test("a person's Y is for the caller, whatever question is open", PURE, () => {
  const play = askedAndCalled();
  play.types(" Y ");
  assertEquals(play.takeDone(), [{ kind: "acceptCall" }]);
  play.happens({ kind: "chatBegun" });
  assertEquals(play.shown.at(-1), "«alice: »");
});

Deno.test("a person's N is for the caller, and the question is still open", PURE, () => {
  const play = askedAndCalled();
  play.types("n");
  assertEquals(play.takeDone(), [{ kind: "rejectCall" }]);
  assertEquals(play.shown.at(-1), "Turned bob's call down.");
  play.types("n");
  assertEquals(play.takeDone(), [{ kind: "add", user: id("alice"), buddy: id("n") }]);
});

Deno.test("any other answer is the answer, and the call is told again", PURE, () => {
  const play = askedAndCalled();
  play.types("yvonne");
  assertEquals(play.takeDone(), [{ kind: "add", user: id("alice"), buddy: id("yvonne") }]);
  play.happens({ kind: "failed", line: { text: "it failed" } });
  assertEquals(play.shown.slice(-3), ["it failed", RING, "«alice> »"]);
});

Deno.test("a call that is only counted shows nothing, and can be answered", PURE, () => {
  const play = MenuPlay.loggedIn(id("alice"));
  const before = play.shown.length;
  play.happens({ kind: "ring", caller: "bob", isCounted: true });
  play.happens({ kind: "ringEnded", end: "hung up", isCounted: true });
  play.happens({ kind: "ring", caller: "bob", isCounted: true });
  assertEquals(play.shown.length, before);
  play.happens({ kind: "called", count: 2 });
  assertEquals(play.shown.slice(before), ["2 more calls came meanwhile.", RING]);
  play.types("Y");
  assertEquals(play.takeDone(), [{ kind: "acceptCall" }]);
});

Deno.test("leaving while it rings tells how many lines were typed for nothing", PURE, () => {
  const play = MenuPlay.loggedIn(id("alice"));
  play.types("M bob");
  const address = { ip: "192.0.2.7", port: 4001 };
  const lookup = { kind: "reachable", buddy: "bob", address } as const;
  play.happens({ kind: "lookedUp", name: "bob", lookup }, { kind: "ringing" });
  play.types("hello", "there");
  play.happens({ kind: "stop" });
  assertEquals(play.shown.slice(-3), [
    ...["Gave up calling bob.", "(not delivered) 2 lines you typed.", "Goodbye."],
  ]);
});

Deno.test("commands of the program are done at the menu and in a chat", PURE, () => {
  const play = MenuPlay.loggedIn(id("alice"));
  play.types("/bell off");
  const menu = { kind: "command", word: "bell", argument: "off", where: { place: "menu" } };
  assertEquals(play.takeDone(), [menu as never]);
  play.happens({ kind: "commanded", lines: [{ text: "It is off." }] });
  assertEquals(play.shown.slice(-2), ["It is off.", "«alice> »"]);
  play.types("/away today", "/awya", "stauts", "dance");
  assertEquals(play.shown.slice(-8).filter((line) => !line.startsWith("«")), [
    "Type /away alone.",
    "Unknown command /awya, did you mean /away?",
    'Unknown command "stauts", did you mean S (status)?',
    'Unknown command "dance", ? lists them.',
  ]);
  play.happens({ kind: "ring", caller: "bob" });
  play.types("Y");
  play.happens({ kind: "chatBegun" });
  play.takeDone();
  play.types("/away");
  const where = { place: "chat", partner: "bob" } as const;
  assertEquals(play.takeDone(), [{ kind: "command", word: "away", argument: "", where }]);
  const before = play.shown.length;
  play.happens({ kind: "commanded", lines: [{ text: "You are away." }] });
  assertEquals(play.shown.slice(before), ["You are away."], "the chat goes on");
});
