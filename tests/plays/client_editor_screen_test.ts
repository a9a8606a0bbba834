/**
 * The line editor on a real terminal: what its screen shows when somebody types, pastes, resizes and
 * leaves, while others talk.
 */

import { assert, assertEquals } from "@std/assert";
import { exists } from "@std/fs";
import { olderServer } from "../support/client_fake_server.ts";
import { HandPlayedCallee } from "../support/client_peers.ts";
import { ClientScreen, MENU } from "../support/client_screen.ts";
import { eventually } from "../support/eventually.ts";
import { bobCalls, chatWithBob, onScreen, registers } from "../support/screen_play.ts";
import { TempDir } from "../support/temp_dir.ts";

const LONG = "this line is longer than a narrow terminal is wide, and goes on below";

/** The last lines on a screen. */
async function last(screen: ClientScreen, count: number): Promise<string[]> {
  return (await screen.lines()).slice(-count);
}

for (const [from, to] of [[40, 80], [80, 40], [80, 33], [50, 100]] as const) {
  onScreen(
    `a terminal made ${from} and then ${to} wide: no garbage, nothing lost`,
    async (server) => {
      await using screen = await ClientScreen.start(server);
      using bob = await chatWithBob(screen);
      await screen.resizes(from);
      await bob.send("before\n");
      await screen.shows("bob: before");
      await screen.types(LONG);
      await screen.shows("below");
      await screen.resizes(to);
      await bob.send("after\n");
      await screen.shows("bob: after");
      const typed = `alice: ${LONG}`;
      const rows = Array.from(
        { length: Math.ceil(typed.length / to) },
        (_, at) => typed.slice(at * to, (at + 1) * to).trimEnd(),
      );
      await screen.endsIn(...["hh:mm bob: before", "hh:mm bob: after", ...rows]);
      await screen.presses("Enter");
      assertEquals(await bob.line(), LONG);
    },
  );
}

onScreen("wide letters at the edge, joined emoji and accents stay whole", async (server) => {
  await using screen = await ClientScreen.start(server);
  using bob = await chatWithBob(screen);
  await screen.resizes(20);
  const typed = "日本語の長い行 e\u0301 👋 x";
  await screen.types(typed);
  await screen.shows("👋 x");
  await screen.presses("Left", "Left");
  await bob.send("日本語の返事はここに\n");
  await screen.shows("返事はここに");
  await screen.endsIn(
    "hh:mm bob: 日本語の",
    " 返事はここに",
    "alice: 日本語の長い",
    "行 e\u0301 👋 x",
  );
  await screen.presses("BSpace", "End");
  await screen.types("!");
  await screen.presses("Enter");
  assertEquals(await bob.line(), "日本語の長い行 e\u0301  x!");
});

onScreen("a paste of many lines asks first, and messages come meanwhile", async (server) => {
  await using screen = await ClientScreen.start(server);
  using bob = await chatWithBob(screen);
  await screen.pastes("first\nsecond\nthird\n");
  await screen.shows("3 lines pasted: Y enters each, J joins them into one, N drops them:");
  await bob.send("hello\n");
  await screen.shows("bob: hello");
  await screen.endsIn("3 lines pasted: Y enters each, J joins them into one, N drops them:");
  await screen.types("y");
  assertEquals([await bob.line(), await bob.line(), await bob.line()], [
    ...["first", "second", "third"],
  ]);
  await screen.shows("third\nalice:");
  await screen.endsIn("hh:mm alice: first", "hh:mm alice: second", "hh:mm alice: third", "alice:");
  await screen.pastes("a\nb");
  await screen.shows("2 lines pasted");
  await screen.types("n");
  // Keys that come at once with the answer would be more of the paste.
  await screen.endsIn("hh:mm alice: third", "alice:");
  await screen.types("none of them");
  await screen.presses("Enter");
  assertEquals(await bob.line(), "none of them");
});

onScreen("Tab completes commands and buddies", async (server) => {
  await using screen = await ClientScreen.start(server);
  await registers(screen);
  await screen.types("me");
  await screen.presses("Tab");
  await screen.types("B");
  await screen.presses("Tab");
  await screen.shows("alice> message bob");
  await screen.presses("C-u");
  await screen.types("/b");
  await screen.presses("Tab");
  await screen.shows("/back  /bell\nalice> /b");
  await screen.types("e");
  await screen.presses("Tab", "Tab");
  await screen.shows("off  pm  all\nalice> /bell");
});

onScreen("Up brings back commands of an earlier run, and nothing that was said", async (server) => {
  await using home = await TempDir.make();
  const ports = [`--tcp-port=${server.tcp}`, `--udp-port=${server.udp}`];
  {
    await using screen = await ClientScreen.open(ports, MENU, [], home.path);
    using bob = await chatWithBob(screen);
    await screen.enters("a secret between us", "q");
    assertEquals(await bob.line(), "a secret between us");
    await screen.enters("X");
    assertEquals(await screen.ended(), 0);
  }
  assertEquals(await Deno.readTextFile(`${home.path}/parley/typed.txt`), "R alice\nS\ny\nX\n");
  await using screen = await ClientScreen.open(ports, MENU, [], home.path);
  await screen.presses("Up", "Up", "Up", "Up");
  await screen.shows("> R alice");
  await screen.presses("Down");
  await screen.shows("> S");
});

onScreen("--no-history keeps no commands either", async (server) => {
  await using home = await TempDir.make();
  const ports = [`--tcp-port=${server.tcp}`, `--udp-port=${server.udp}`];
  await using screen = await ClientScreen.open([...ports, "--no-history"], MENU, [], home.path);
  await screen.enters("R alice");
  await screen.shows("You are online.");
  await screen.presses("Up");
  await screen.shows("alice> R alice");
  await screen.presses("C-u");
  await screen.enters("X");
  assertEquals(await screen.ended(), 0);
  assert(!await exists(`${home.path}/parley/typed.txt`));
});

onScreen("--plain: lines and words, each said once", async (server) => {
  const ports = [`--tcp-port=${server.tcp}`, `--udp-port=${server.udp}`];
  await using screen = await ClientScreen.open([...ports, "--plain"], MENU);
  using bob = await chatWithBob(screen);
  await screen.types("half ty");
  await screen.shows("alice:\nhalf ty");
  await bob.send("hello\n");
  await screen.shows("bob: hello");
  await screen.types("ped");
  await screen.presses("Enter");
  assertEquals(await bob.line(), "half typed");
  await bob.send("and more\n");
  await screen.shows("and more");
  assertEquals((await screen.lines()).slice(3), [
    ...[">", "R alice", "Registered as alice. You are online."],
    ...["alice>", "S", "User  Status  Address    Port", "bob   ONLINE  127.0.0.1  4001", "alice>"],
    ...["hh:mm bob is calling: Y answers, N turns the call down.", "y"],
    ...["You are in a chat with bob: q ends it, /help tells more.", "alice:", "half ty"],
    ...["hh:mm bob: hello", "half typed", "hh:mm bob: and more"],
  ]);
  assert(!(await screen.colours()).includes("\x1b["), "no colours");
});

onScreen("buddies who come and go are told above the line that is typed", async (server) => {
  await using screen = await ClientScreen.open(
    [`--tcp-port=${server.tcp}`, `--udp-port=${server.udp}`, "--refresh=0.2"],
    MENU,
  );
  await registers(screen);
  await screen.types("A car");
  server.script = olderServer(() => "bob 102 AWAY 127.0.0.1 4001\n");
  await screen.shows("hh:mm bob is away.\nalice> A car");
  server.script = olderServer(() => "bob 101 OFFLINE 127.0.0.1 4001\n");
  // A server that was slow in between is told of, too.
  await screen.shows("hh:mm bob went offline.\nalice> A car");
  await screen.shows("hh:mm bob is away.\n");
});

onScreen("/away and /back tell the server; /bell says when it rings", async (server) => {
  await using screen = await ClientScreen.start(server);
  await registers(screen);
  await screen.enters("/away");
  await server.hears(/^SET alice 102 AWAY \d+$/);
  await screen.enters("/back", "/bell all", "/hepl", "stauts");
  await screen.shows("Your buddies see that you are online.");
  await screen.shows("The bell rings for every message (all).");
  await screen.shows("Unknown command /hepl, did you mean /help?");
  await screen.shows('Unknown command "stauts", did you mean S (status)?');
  const told = () => server.datagrams.findLast((text) => text.startsWith("SET"))!;
  await eventually("online at the server", () => /^SET alice 100 ONLINE/.test(told()));
});

onScreen("Y answers the caller one sees, though a question is open", async (server) => {
  await using screen = await ClientScreen.start(server);
  await registers(screen);
  await screen.enters("A");
  await screen.shows("Buddy to add:");
  using bob = await bobCalls(screen);
  await screen.shows("bob is calling: Y answers, N turns the call down.\nBuddy to add:");
  await screen.enters("Y");
  assertEquals(await bob.line(), "ACCEPT");
  assert(!server.requests.some((line) => line.startsWith("ADD")));
});

onScreen("Ctrl-C leaves what was typed, at the menu and in a chat", async (server) => {
  for (const isChatting of [false, true]) {
    await using screen = await ClientScreen.start(server);
    using bob = isChatting ? await chatWithBob(screen) : undefined;
    await screen.types("half typed");
    await screen.presses("C-c");
    assertEquals(await screen.ended(), 0);
    assertEquals(
      (await screen.lines()).slice(isChatting ? -4 : -3, -1),
      isChatting
        ? ["alice: half typed^C", "You ended the chat with bob.", "Goodbye."]
        : ["> half typed^C", "Goodbye."],
    );
    assertEquals(await bob?.rest() ?? "", "");
  }
});

onScreen("Ctrl-C while it rings tells how many lines were not sent", async (server) => {
  using bob = new HandPlayedCallee();
  server.script = olderServer(() => bob.listLine("bob"));
  await using screen = await ClientScreen.start(server);
  await registers(screen);
  await screen.enters("M bob");
  using _called = await bob.called();
  await screen.enters("hello", "are you there?");
  await screen.shows("alice: are you there?\nalice:");
  await screen.presses("C-c");
  assertEquals(await screen.ended(), 0);
  assertEquals((await screen.lines()).slice(-7, -1), [
    ...["hh:mm alice: hello", "hh:mm alice: are you there?", "alice: ^C", "Gave up calling bob."],
    ...["(not delivered) 2 lines you typed.", "Goodbye."],
  ]);
});

onScreen("Ctrl-C while lines wait tells which were not done", async (server) => {
  await using screen = await ClientScreen.start(server);
  const asked = Promise.withResolvers<void>();
  server.script = {
    ...server.script,
    reply: () => {
      asked.resolve();
      return undefined;
    },
  };
  await screen.enters("R alice");
  await asked.promise;
  await screen.enters("S");
  await screen.types("hal");
  await screen.shows("[1 line waits] hal");
  await screen.presses("C-c");
  assertEquals(await screen.ended(), 0);
  assertEquals((await screen.lines()).slice(-5, -1), [
    ...["> R alice", "hal^C", "Typed, but not done: S", "Goodbye."],
  ]);
});

onScreen("Ctrl-C at a paste that is asked about drops it, and nobody leaves", async (server) => {
  await using screen = await ClientScreen.start(server);
  await screen.pastes("R alice\nA bob");
  await screen.shows("2 lines pasted");
  await screen.presses("C-c");
  await screen.types("?");
  await screen.shows("\n> ?");
  assertEquals(server.requests.filter((line) => line.startsWith("REG")), []);
});

onScreen("the log does not fall into the line that is typed", async (server) => {
  const ports = [`--tcp-port=${server.tcp}`, `--udp-port=${server.udp}`, "--log-level=debug"];
  // The line about that comes by itself, and at any time until then.
  await using screen = await ClientScreen.open(ports, "request=capabilities");
  const asked = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  server.script = {
    ...server.script,
    reply: async (line) => {
      if (!line.startsWith("REG ")) return "201 INVALID\n";
      asked.resolve();
      await go.promise;
      return "200 OK\n";
    },
  };
  await screen.enters("R alice");
  await asked.promise;
  await screen.types("A car");
  await screen.shows("\nA car");
  go.resolve();
  await screen.shows("alice> A car");
  const [told, registered, typed] = await last(screen, 3);
  assert(/Z debug Asked the server request=register reply="200 OK"$/.test(told!), told);
  assertEquals([registered, typed], ["Registered as alice. You are online.", "alice> A car"]);
});
