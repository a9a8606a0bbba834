/**
 * What the client keeps and comes back to, on a terminal, as a person sees it.
 */

import { assertEquals, equal } from "@std/assert";
import { ChatClient } from "../support/chat_client.ts";
import { ClientScreen, NO_SCREEN } from "../support/client_screen.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free_port.ts";
import { bobCalls, chatWithBob, onScreen } from "../support/screen_play.ts";
import { TempDir } from "../support/temp_dir.ts";
import { TestServer } from "../support/server.ts";

/** Waits until these are the last lines, without the moments at which things were said before. */
async function endsIn(screen: ClientScreen, ...lines: readonly string[]): Promise<void> {
  const last = async (): Promise<string[]> =>
    (await screen.lines()).slice(-lines.length).map((line) =>
      line.replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\d hh:mm(:ss|:\d\d)?/, "MOMENT")
    );
  await eventually(`${lines.join("\n")} at the end`, async () => equal(await last(), lines));
}

/** Types what is not shown, and Enter. */
async function typesUnseen(screen: ClientScreen, text: string): Promise<void> {
  await screen.types(text);
  await screen.presses("Enter");
}

onScreen(
  "a chat begins with the last lines of the one before; /search finds them",
  async (server) => {
    await using screen = await ClientScreen.start(server);
    {
      using bob = await chatWithBob(screen);
      await screen.enters("see you at noon");
      assertEquals(await bob.line(), "see you at noon");
      await bob.send("fine, the bike shed\n");
      await screen.shows("the bike shed");
      await bob.finish();
      await screen.shows("bob ended the chat.");
    }
    using _again = await bobCalls(screen);
    await screen.enters("y");
    await endsIn(
      screen,
      "You are in a chat with bob: q ends it, /help tells more.",
      "  MOMENT alice: see you at noon",
      "  MOMENT bob: fine, the bike shed",
      "alice:",
    );
    await screen.enters("/search BIKE");
    await endsIn(
      screen,
      "hh:mm alice: /search BIKE",
      "  MOMENT bob: fine, the bike shed",
      "alice:",
    );
  },
);

Deno.test({
  name: "a login chat that went away is logged in to again, and what was typed then is marked" +
    (NO_SCREEN === undefined ? "" : ` (${NO_SCREEN})`),
  ignore: NO_SCREEN !== undefined,
  async fn() {
    await using directory = await TempDir.make();
    const chatPort = freePort();
    const first = await TestServer.start({ chat: { chatPort }, directory: directory.path });
    const words = ["chat", "127.0.0.1", String(chatPort), "alice"];
    await using screen = await ClientScreen.open(words, "Choose a password:");
    await typesUnseen(screen, "secret");
    await screen.shows("The same once more:");
    await typesUnseen(screen, "secret");
    await screen.shows("Operation");
    await screen.types("PM half a");
    await screen.shows("PM half a");
    await first.stop();
    await screen.shows("(not delivered) PM half a\nThe server closed the connection; trying again");
    await screen.shows("nothing is listening there; trying again in");
    await screen.enters("anybody?");
    await screen.shows("(not delivered) anybody?");
    await using second = await TestServer.start({
      ...{ chat: { chatPort }, directory: directory.path },
    });
    await screen.shows("Connected again. What was said meanwhile was not heard.\nOperation");
    using bob = await ChatClient.enter(second.chat, "bob");
    await screen.enters("PM back again");
    assertEquals(await bob.line(), "D PM alice back again");
    await screen.shows("Sent to 1.");
    await screen.enters("EX");
    assertEquals(await screen.ended(), 0);
  },
});
