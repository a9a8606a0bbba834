/**
 * Plays on a real terminal: the client, a server by hand, and bob, who calls.
 */

import { assertEquals } from "@std/assert";
import { FakeServer, olderServer } from "./client_fake_server.ts";
import { HandPlayed } from "./client_peers.ts";
import { ClientScreen, NO_SCREEN } from "./client_screen.ts";
import { eventually } from "./eventually.ts";

/** What tells that somebody calls. */
const CALLING = "is calling: Y answers";

/**
 * A test that needs a screen; without one it is skipped, and its name says why. Bob is alice's buddy,
 * and online.
 */
export function onScreen(name: string, play: (server: FakeServer) => Promise<void>): void {
  Deno.test({
    name: NO_SCREEN === undefined ? name : `${name} (${NO_SCREEN})`,
    ignore: NO_SCREEN !== undefined,
    fn: async () => {
      await using server = new FakeServer(olderServer(() => "bob 100 ONLINE 127.0.0.1 4001\n"));
      await play(server);
    },
  });
}

/** Registers alice, and waits until her buddies are known. */
export async function registers(screen: ClientScreen): Promise<void> {
  await screen.enters("R alice");
  await screen.shows("You are online.\nalice>");
  // A list that takes more than a second is there when it is asked for again.
  await eventually("bob in the table", async () => {
    const before = await screen.counts("alice>");
    await screen.enters("S");
    await screen.showsAgain("alice>", before);
    return await screen.counts("bob   ONLINE") > 0;
  });
}

/** Bob calls. */
export async function bobCalls(screen: ClientScreen): Promise<HandPlayed> {
  const banner = (await screen.lines()).join("").replaceAll("\n", "");
  const port = Number(/messages on port (\d+)/.exec(banner)?.[1]);
  // He may have called before, and that may still be on the screen.
  const before = await screen.counts(CALLING);
  const bob = await HandPlayed.call(port);
  await screen.showsAgain(CALLING, before);
  return bob;
}

/** Registers alice and lets bob into a chat with her. */
export async function chatWithBob(screen: ClientScreen): Promise<HandPlayed> {
  await registers(screen);
  const bob = await bobCalls(screen);
  await screen.enters("y");
  assertEquals(await bob.line(), "ACCEPT");
  await screen.shows("You are in a chat with bob");
  return bob;
}
