/**
 * Plays on a real terminal: the client, a server by hand, and bob, who calls.
 */

import { assertEquals } from "@std/assert";
import { FakeServer, olderServer } from "./client_fake_server.ts";
import { HandPlayed } from "./client_peers.ts";
import { ClientScreen, NO_SCREEN } from "./client_screen.ts";

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

/** Types a line and Enter. */
export async function enters(screen: ClientScreen, ...lines: readonly string[]): Promise<void> {
  for (const line of lines) {
    await screen.types(line);
    await screen.presses("Enter");
  }
}

/** Registers alice, and waits until her buddies are known. */
export async function registers(screen: ClientScreen): Promise<void> {
  await enters(screen, "R alice");
  await screen.shows("You are online.");
  await enters(screen, "S");
  await screen.shows("bob   ONLINE");
}

/** Bob calls. */
export async function bobCalls(screen: ClientScreen): Promise<HandPlayed> {
  const banner = (await screen.lines()).join("").replaceAll("\n", "");
  const port = Number(/messages on port (\d+)/.exec(banner)?.[1]);
  const bob = await HandPlayed.call(port);
  await screen.shows("is calling");
  return bob;
}

/** Registers alice and lets bob into a chat with her. */
export async function chatWithBob(screen: ClientScreen): Promise<HandPlayed> {
  await registers(screen);
  const bob = await bobCalls(screen);
  await enters(screen, "y");
  assertEquals(await bob.line(), "ACCEPT");
  await screen.shows("You are in a chat with bob");
  return bob;
}
