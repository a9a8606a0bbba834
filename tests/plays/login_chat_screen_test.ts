/**
 * The login chat client on a terminal, as a person sees it: the screen itself is looked at.
 */

import { assertEquals } from "@std/assert";
import { ChatClient } from "../support/chat_client.ts";
import { ClientScreen, NO_SCREEN } from "../support/client_screen.ts";
import { eventually } from "../support/eventually.ts";
import { TestServer } from "../support/server.ts";

const OPERATION = "Operation (PM, DM, WHO, EX):";

/** A test that needs a screen; without one it is skipped, and its name says why. */
function onScreen(name: string, play: (server: TestServer) => Promise<void>): void {
  Deno.test({
    name: NO_SCREEN === undefined ? name : `${name} (${NO_SCREEN})`,
    ignore: NO_SCREEN !== undefined,
    fn: async () => {
      await using server = await TestServer.start({ chat: {} });
      await play(server);
    },
  });
}

/** Starts alice's client, which asks for her password. */
async function open(server: TestServer, ...environment: string[]): Promise<ClientScreen> {
  const words = ["chat", "127.0.0.1", String(server.chat), "alice"];
  return await ClientScreen.open(words, "Choose a password:", environment);
}

/** Types a new password, which is asked for twice. */
async function chooses(screen: ClientScreen, password: string): Promise<void> {
  await screen.types(password);
  await screen.presses("Enter");
  await screen.shows("The same once more:");
  await screen.types(password);
  await screen.presses("Enter");
}

/** Leaves in order, and finds that the password is the one that was meant. */
async function leavesWithPassword(
  screen: ClientScreen,
  server: TestServer,
  password: string,
): Promise<void> {
  await screen.types("EX");
  await screen.presses("Enter");
  assertEquals(await screen.ended(), 0);
  using again = await ChatClient.enter(server.chat, "alice", password);
  await again.expects("C WHO", "C USERS");
}

/** What is on the screen of somebody who has registered, below the first line. */
const REGISTERED = [
  "alice is new here. Choose a password:",
  "The same once more:",
  "Registered and logged in as alice.",
  "PM a message to all, DM a message to one, WHO who is online, EX leave.",
  OPERATION,
];

/** Starts alice's client and registers her. */
async function enter(server: TestServer): Promise<ClientScreen> {
  const screen = await open(server);
  await chooses(screen, "secret words");
  await screen.shows(OPERATION);
  return screen;
}

onScreen("the password is not shown, whatever keys make it", async (server) => {
  await using screen = await open(server);
  await screen.types("wrong");
  await screen.presses("C-u");
  await screen.types("secret wort");
  await screen.presses("BSpace", "Left", "Right");
  await screen.types("ds");
  assertEquals((await screen.lines()).slice(1), ["alice is new here. Choose a password:"]);
  assertEquals(await screen.cursor(), "38 1");
  await screen.presses("Enter");
  await screen.shows("The same once more:");
  await screen.types("secret words");
  await screen.presses("Enter");
  await screen.shows(OPERATION);
  // The history of the line editor must not have it either.
  await screen.presses("Up", "Up");
  assertEquals((await screen.lines()).slice(1), REGISTERED);
  await leavesWithPassword(screen, server, "secret words");
});

onScreen("a password too short is asked for again", async (server) => {
  await using screen = await open(server);
  await chooses(screen, "abc");
  await screen.shows("That password was not taken: password too short.");
  await screen.shows("Password for alice:");
  await screen.types("secret");
  await screen.presses("Enter");
  await screen.types("secret");
  await screen.presses("Enter");
  await screen.shows("Registered and logged in as alice.");
});

onScreen("a message during a DM appears above the prompt; what was typed stays", async (server) => {
  using bob = await ChatClient.enter(server.chat, "bob");
  await using screen = await enter(server);
  await screen.types("DM");
  await screen.presses("Enter");
  await screen.shows("To whom:");
  await screen.types("b");
  await screen.presses("Tab");
  await screen.shows("To whom: bob");
  await bob.expects("C PM\nD hello all", "C READY", "C 200 SENT 1");
  await screen.endsIn("hh:mm bob: hello all", "To whom: bob");
  await screen.presses("Enter");
  await screen.shows("To bob:");
  await screen.types("half typ");
  await bob.expects("C DM\nD alice psst \x1b[31m", "C USERS alice", "C 200 SENT 1");
  await screen.endsIn("hh:mm bob (to you): psst ^[[31m", "To bob: half typ");
  await screen.types("ed");
  await screen.presses("Enter");
  await screen.shows("Sent to bob.");
  assertEquals(await bob.line(), "D DM alice half typed");
});

onScreen("Tab completes names as far as they agree, and operations", async (server) => {
  using _bob = await ChatClient.enter(server.chat, "bob");
  using bobby = await ChatClient.enter(server.chat, "bobby");
  await using screen = await enter(server);
  await screen.types("d");
  await screen.presses("Tab");
  await screen.shows(`${OPERATION} DM`);
  await screen.presses("Enter");
  await screen.shows("To whom:");
  await screen.types("b");
  await screen.presses("Tab");
  await screen.shows("To whom: bob");
  await screen.types("b");
  await screen.presses("Tab");
  await screen.shows("To whom: bobby");
  await screen.types(" hello");
  await screen.presses("Enter");
  await screen.shows("Sent to bobby.");
  assertEquals(await bobby.line(), "D DM alice hello");
});

onScreen(
  "Ctrl-C leaves, at the password and later, and the terminal is as before",
  async (server) => {
    for (const enters of [false, true]) {
      await using screen = enters ? await enter(server) : await open(server);
      await screen.presses("C-c");
      assertEquals(await screen.ended(), enters ? 0 : 1);
      // The terminal shows what is typed again.
      await screen.types("visible");
      await screen.shows("visible");
      using watcher = await ChatClient.enter(server.chat, `watcher${enters}`);
      await eventually("nobody else online", async () => await watcher.others() === "");
      await watcher.expects("C EX", "C 200 BYE");
    }
  },
);

onScreen("a server that goes away while a password is typed is told at once", async (server) => {
  await using screen = await open(server);
  await screen.types("secr");
  await server.stop();
  await screen.shows('client chat: Cannot log in as "alice": the server closed the connection');
  assertEquals(await screen.ended(), 3);
});

onScreen("a password is not shown on a dumb terminal either", async (server) => {
  await using screen = await open(server, "TERM=dumb");
  await screen.types("secret wort");
  await screen.presses("BSpace");
  await screen.presses("F1", "Left");
  await screen.types("ds");
  await screen.presses("Enter");
  await screen.shows("The same once more:");
  await screen.types("secret words");
  await screen.presses("Enter");
  await screen.shows(OPERATION);
  await screen.types("WHO");
  await screen.presses("Enter");
  await screen.shows("Nobody else is online.");
  assertEquals((await screen.lines()).join("\n").includes("secret"), false);
  await leavesWithPassword(screen, server, "secret words");
});

onScreen("a password wider than the screen leaves the screen as it was", async (server) => {
  await using screen = await open(server);
  const password = "long ".repeat(40).trimEnd();
  await chooses(screen, password);
  await screen.shows(OPERATION);
  assertEquals((await screen.lines()).slice(1), REGISTERED);
  await leavesWithPassword(screen, server, password);
});
