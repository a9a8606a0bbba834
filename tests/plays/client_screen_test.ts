/**
 * The client on a terminal, as a person sees it: the screen itself is looked at.
 */

import { assert, assertEquals } from "@std/assert";
import { ClientScreen } from "../support/client_screen.ts";
import { eventually } from "../support/eventually.ts";
import { bobCalls, chatWithBob, onScreen } from "../support/screen_play.ts";

onScreen(
  "a message appears above the prompt; the half-typed line and its cursor stay",
  async (server) => {
    await using screen = await ClientScreen.start(server);
    using bob = await chatWithBob(screen);
    await screen.types("I was just say");
    await screen.presses("Left", "Left", "Left");
    await screen.shows("alice: I was just say");
    await bob.send("hello\nare you there?\n");
    await screen.endsIn("hh:mm bob: hello", "hh:mm bob: are you there?", "alice: I was just say");
    const row = (await screen.lines()).length - 1;
    // It goes back to its place behind what is drawn.
    await eventually("the cursor's place", async () => await screen.cursor() === `18 ${row}`);
    await screen.types("TO ");
    await screen.presses("Enter");
    assertEquals(await bob.line(), "I was just TO say");
  },
);

onScreen("wide letters and a line over two rows stay intact, too", async (server) => {
  await using screen = await ClientScreen.start(server);
  using bob = await chatWithBob(screen);
  const typed = "日本語とünï " + "x".repeat(70);
  await screen.types(typed);
  const rows = [`alice: 日本語とünï ${"x".repeat(61)}`, "x".repeat(9)] as const;
  await screen.endsIn(...rows);
  await bob.send("hello\n");
  await screen.endsIn("hh:mm bob: hello", ...rows);
  await screen.presses("Enter");
  assertEquals(await bob.line(), typed);
});

onScreen("a call appears above the prompt, and the half-typed line stays", async (server) => {
  await using screen = await ClientScreen.start(server);
  await screen.types("R ali");
  using _caller = await bobCalls(screen);
  await screen.shows("127.0.0.1 is calling: Y answers, N turns the call down.\n> R ali");
});

onScreen("control characters from the other side do nothing to the screen", async (server) => {
  await using screen = await ClientScreen.start(server);
  using bob = await chatWithBob(screen);
  await bob.send("\x1b[2J\x1b[H\x1b]0;title\x07\r\x08gone?\n");
  await screen.shows("bob: ^[[2J^[[H^[]0;title^G^M^Hgone?");
  await screen.shows("Parley ");
});

onScreen("there are colours, but not with NO_COLOR", async (server) => {
  await using colourful = await ClientScreen.start(server, ["-u", "NO_COLOR"]);
  // The prompt comes behind the menu, and is what has a colour.
  await colourful.shows("? help\n>");
  // deno-lint-ignore no-control-regex
  const code = /\x1b\[[0-9;]*3[1-6]/;
  assert(code.test(await colourful.colours()));
  await using plain = await ClientScreen.start(server, ["NO_COLOR=1"]);
  await plain.types("z");
  await plain.presses("Enter");
  await plain.shows('> z\nUnknown command "z"');
  assert(!(await plain.colours()).includes("\x1b["));
});

onScreen("a dumb terminal gets plain lines", async (server) => {
  await using screen = await ClientScreen.start(server, ["TERM=dumb"]);
  await screen.types("R");
  await screen.presses("Enter");
  await screen.shows(">\nR\nUser id:");
  await screen.presses("C-d");
  await screen.shows("Goodbye.");
  assertEquals(await screen.ended(), 0);
});

onScreen("a line half typed when the chat ends is no command of the menu", async (server) => {
  await using screen = await ClientScreen.start(server);
  using bob = await chatWithBob(screen);
  await screen.types("a moment");
  await screen.shows("alice: a moment");
  await bob.finish();
  await screen.shows("bob ended the chat.");
  await screen.shows("(not delivered) a moment");
  await screen.presses("Enter");
  await screen.types("?");
  await screen.presses("Enter");
  await screen.shows("Type a letter");
  assert(!server.requests.some((line) => line.startsWith("ADD")));
});

for (const key of ["C-c", "C-d"]) {
  onScreen(`${key} leaves in order, also from a half-asked question`, async (server) => {
    await using screen = await ClientScreen.start(server);
    await screen.types("R alice");
    await screen.presses("Enter");
    await screen.shows("You are online.");
    await screen.types("A");
    await screen.presses("Enter");
    await screen.shows("Buddy to add:");
    await screen.presses(key);
    await screen.shows("Goodbye.");
    assertEquals(await screen.ended(), 0);
    await server.hears(/^SET alice 101 OFFLINE/);
  });
}

onScreen("C-z is not obeyed and harms nothing", async (server) => {
  await using screen = await ClientScreen.start(server);
  await screen.presses("C-z");
  await screen.types("?");
  await screen.presses("Enter");
  await screen.shows("Type a letter");
});

onScreen(
  "lines typed while something is under way are done afterwards, each behind its prompt",
  async (server) => {
    await using screen = await ClientScreen.start(server);
    const asked = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    server.script = {
      ...server.script,
      reply: async () => {
        asked.resolve();
        await go.promise;
        return "200 OK\n";
      },
    };
    await screen.types("R alice");
    await screen.presses("Enter");
    await asked.promise;
    await screen.types("S");
    await screen.presses("Enter");
    await screen.types("hal");
    await screen.shows("[1 line waits] hal");
    go.resolve();
    await screen.shows("bob   ONLINE  127.0.0.1  4001\nalice> hal");
    await screen.shows("You are online.\nalice> S\nUser");
  },
);
