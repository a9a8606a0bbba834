/**
 * The rooms on a terminal, as a person sees them: the screen itself is looked at.
 */

import { assert, assertEquals } from "@std/assert";
import { ClientScreen, NO_SCREEN } from "../support/client_screen.ts";
import { RoomServer } from "../support/room_server.ts";

/** A test that needs a screen; without one it is skipped, and its name says why. */
function onScreen(
  name: string,
  play: (screen: ClientScreen, server: RoomServer) => Promise<void>,
  environment: readonly string[] = [],
): void {
  Deno.test({
    name: NO_SCREEN === undefined ? name : `${name} (${NO_SCREEN})`,
    ignore: NO_SCREEN !== undefined,
    fn: async () => {
      await using server = await RoomServer.start();
      const words = ["rooms", "--server=127.0.0.1", `--tcp-port=${server.tcp}`];
      const args = [...words, `--udp-port=${server.udp}`];
      await using screen = await ClientScreen.open(args, "3 exit", environment);
      await play(screen, server);
    },
  });
}

onScreen("rooms: what is said appears above the half-typed line", async (screen, server) => {
  await screen.enters("1", "lab", "alice");
  await screen.shows("Room lab is open.");
  using bob = await server.join("lab", "bob");
  await screen.enters("I am here");
  assertEquals(await bob.hears(), "alice: I am here");
  await screen.types("I was just say");
  await screen.shows("alice: I was just say");
  await bob.says("hello");
  await screen.endsIn("hh:mm bob: hello", "alice: I was just say");
  await screen.types("ing");
  await screen.presses("Enter");
  assertEquals(await bob.hears(), "alice: I was just saying");
});

onScreen("rooms: a room that closes takes back what was half typed", async (screen, server) => {
  using ann = await server.create("lab", "ann");
  await screen.enters("2", "lab", "bob", "here I am");
  assertEquals(await ann.hears(), "bob: here I am");
  await screen.types("1");
  await screen.shows("bob: 1");
  await ann.says("__LEAVE__");
  await screen.shows("Room lab was closed; the chat is over.");
  await screen.endsIn("(not delivered) 1", "rooms>");
  await screen.enters("3");
  assertEquals(await screen.ended(), 0);
});

onScreen("rooms: Ctrl-C leaves the room and the client in order", async (screen, server) => {
  await screen.enters("1", "lab", "alice");
  await screen.shows("Room lab is open.");
  await screen.presses("C-c");
  assertEquals(await screen.ended(), 0);
  assert((await screen.lines()).includes("You left room lab, it is closed."));
  await server.until("the room is closed", (rooms) => rooms.length === 0);
});

onScreen("rooms: a password does not show, and no key brings it back", async (screen, server) => {
  await screen.enters("5", "lab", "alice");
  await screen.shows("Password:");
  await screen.types("s3crexx");
  await screen.presses("BSpace", "BSpace");
  await screen.types("t");
  await screen.presses("Enter");
  await screen.shows("Room lab is open.");
  await screen.presses("Up", "Up");
  assert(!(await screen.lines()).join("\n").includes("s3cre"), (await screen.lines()).join("\n"));
  const joined = await server.ask(5, "lab", '{"username": "bob", "password": "s3cret"}');
  assertEquals(joined.success, true);
});

onScreen("rooms: Tab knows the rooms there are, and who was heard", async (screen, server) => {
  using ann = await server.create("lab-1", "ann");
  await screen.enters("2");
  await screen.shows("Room:");
  // The rooms are asked for when the question is.
  await screen.pressesUntil("Tab", "Room: lab-1");
  await screen.enters("", "bob");
  await screen.shows("You are in room lab-1");
  await screen.enters("here");
  assertEquals(await ann.hears(), "bob: here");
  await ann.says("hello BOB, look");
  await screen.shows("hh:mm ann: hello BOB, look");
  await screen.types("/w");
  await screen.presses("Tab", "C-u");
  await screen.types("welcome a");
  await screen.presses("Tab");
  await screen.shows("bob: welcome ann");
  await screen.presses("Enter");
  assertEquals(await ann.hears(), "bob: welcome ann");
});

onScreen("rooms: without colours, a mark says who is named", async (screen, server) => {
  using ann = await server.create("lab", "ann");
  await screen.enters("2", "lab", "bob", "here");
  assertEquals(await ann.hears(), "bob: here");
  await ann.says("bob?");
  await ann.says("bobsleigh");
  await screen.shows("hh:mm * ann: bob?\nhh:mm ann: bobsleigh");
}, ["NO_COLOR=1"]);
