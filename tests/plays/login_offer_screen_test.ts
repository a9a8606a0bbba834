/**
 * One line to be there, at a terminal: a login in one word, remembered and offered next time.
 */

import { assert, assertEquals } from "@std/assert";
import { ClientScreen, NO_SCREEN } from "../support/client_screen.ts";
import { ClientProcess } from "../support/client_process.ts";
import { eventually } from "../support/eventually.ts";
import { at } from "../support/one_shot.ts";
import { TestServer } from "../support/server.ts";
import { TempDir } from "../support/temp_dir.ts";

/** Starts a client with these settings, and waits until it shows something. */
function open(settings: string, args: readonly string[], shown: string): Promise<ClientScreen> {
  return ClientScreen.open(args, shown, [], settings);
}

async function leave(screen: ClientScreen): Promise<void> {
  await screen.types("X");
  await screen.presses("Enter");
  assertEquals(await screen.ended(), 0);
}

/** A test that needs a screen; without one it is skipped, and its name says why. */
function onScreen(
  name: string,
  play: (server: TestServer, settings: string) => Promise<void>,
): void {
  Deno.test({
    name: NO_SCREEN === undefined ? name : `${name} (${NO_SCREEN})`,
    ignore: NO_SCREEN !== undefined,
    fn: async () => {
      await using server = await TestServer.start();
      await server.register("alice", "bob");
      await using temp = await TempDir.make();
      await play(server, temp.path);
    },
  });
}

onScreen("USER@HOST logs in, and next time Enter is enough", async (server, settings) => {
  const login = at("alice", server);
  {
    await using first = await open(settings, [login], "Logged in as alice.");
    await leave(first);
  }
  await using second = await open(settings, [], `Log in as [${login}]:`);
  await second.presses("Enter");
  await second.shows("Logged in as alice. You are online.");
  await leave(second);
});

onScreen("another user, or nobody, can be typed instead", async (server, settings) => {
  await Deno.mkdir(`${settings}/parley`, { recursive: true });
  await Deno.writeTextFile(`${settings}/parley/last.txt`, at("alice", server));
  {
    await using screen = await open(settings, [], "Log in as [alice@");
    await screen.types("al ice");
    await screen.presses("Enter");
    await screen.shows('"al ice" is no user id');
    await screen.types("bob");
    await screen.presses("Enter");
    await screen.shows("Logged in as bob.");
    await leave(screen);
  }
  await using screen = await open(settings, [], `Log in as [${at("bob", server)}]:`);
  await screen.types(at("", server));
  await screen.presses("Enter");
  await screen.shows("? help");
  await leave(screen);
  assert(!(await screen.lines()).join("\n").includes("Logged in"));
});

onScreen("a first run tells of setup, and C-d at the offer leaves", async (server, settings) => {
  {
    await using screen = await open(settings, [], "? help");
    await screen.shows("New here? parley-client setup asks for your server and name.");
    await leave(screen);
  }
  await Deno.mkdir(`${settings}/parley`, { recursive: true });
  await Deno.writeTextFile(`${settings}/parley/last.txt`, at("alice", server));
  await using screen = await open(settings, [], "Log in as [");
  await screen.presses("C-d");
  await screen.shows("Goodbye.");
  assertEquals(await screen.ended(), 0);
});

onScreen("damaged files are told of and change nothing else", async (server, settings) => {
  await Deno.mkdir(`${settings}/parley`, { recursive: true });
  await Deno.writeTextFile(`${settings}/parley/last.txt`, "alice@@");
  await Deno.writeTextFile(`${settings}/parley/client.jsonc`, "{ bell");
  const args = [`--tcp-port=${server.tcp}`, `--udp-port=${server.udp}`];
  await using screen = await open(settings, args, "? help");
  // Where its lines end depends on how long the path of the file is.
  await eventually(
    "it tells what to do",
    async () => (await screen.lines()).join(" ").includes("ignored (mend it, or run client setup)"),
  );
  await screen.types("R carol");
  await screen.presses("Enter");
  await screen.shows("Registered as carol.");
  await leave(screen);
  const last = await Deno.readTextFile(`${settings}/parley/last.txt`);
  assertEquals(last.trimEnd().split("\n").at(-1), at("carol", server));
});

Deno.test("piped, nothing is offered, read or remembered", async () => {
  await using server = await TestServer.start();
  await server.register("alice");
  await using temp = await TempDir.make();
  await Deno.mkdir(`${temp.path}/parley`);
  await Deno.writeTextFile(`${temp.path}/parley/last.txt`, at("alice", server));
  await Deno.writeTextFile(`${temp.path}/parley/client.jsonc`, "damaged");
  {
    await using client = new ClientProcess([], temp.path);
    await client.endInput();
    const { code, stdout } = await client.ended();
    assertEquals(code, 0);
    assert(stdout.startsWith("Parley ") && stdout.includes("server 127.0.0.1:1234,"), stdout);
  }
  await using client = new ClientProcess([at("alice", server)], temp.path);
  await client.sees("Logged in as alice.");
  await client.types("X");
  assertEquals((await client.ended()).stderr, "");
  assertEquals(await Deno.readTextFile(`${temp.path}/parley/last.txt`), at("alice", server));
});

onScreen(
  "settings hold in the rooms, but for the server of the menu",
  async (_server, settings) => {
    await Deno.mkdir(`${settings}/parley`, { recursive: true });
    await Deno.writeTextFile(`${settings}/parley/client.jsonc`, '{ "bell": "all", "tcpPort": 5 }');
    await using screen = await open(settings, ["rooms", "--server=127.0.0.1"], "TCP port [9090]:");
    await screen.presses("Enter", "Enter");
    await screen.shows("rooms>");
    await screen.types("/bell");
    await screen.presses("Enter");
    await screen.shows("The bell rings for every message (all).");
  },
);
