/**
 * However the client ends, it says OFFLINE, ends a chat or a call in order, and exits with 0.
 */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { FakeServer, olderServer } from "../support/client_fake_server.ts";
import { HandPlayed, HandPlayedCallee } from "../support/client_peers.ts";
import { ClientProcess } from "../support/client_process.ts";
import { TempDir } from "../support/temp_dir.ts";

type Leave = (client: ClientProcess) => Promise<void> | void;

const WAYS: readonly (readonly [how: string, leave: Leave])[] = [
  ["on X", (client) => client.types("x")],
  ["at the end of input", (client) => client.endInput()],
  ["on SIGINT", (client) => client.signal("SIGINT")],
  ["on SIGTERM", (client) => client.signal("SIGTERM")],
  ["on SIGHUP", (client) => client.signal("SIGHUP")],
];

for (const [how, leave] of WAYS) {
  Deno.test(`SET 101 OFFLINE with the message port ${how}`, async () => {
    await using server = new FakeServer(olderServer());
    await using alice = await ClientProcess.register(server, "alice");
    await leave(alice);
    const { code, stdout, stderr } = await alice.ended();
    await server.hears(/OFFLINE/);
    assertEquals(server.datagrams.at(-1), `SET alice 101 OFFLINE ${alice.messagePort}`);
    assertEquals([code, stderr], [0, ""]);
    assertEquals(stdout.split("\n").slice(-2), ["Goodbye.", ""]);
  });
}

Deno.test("nothing is said over UDP when nobody was logged in", async () => {
  await using server = new FakeServer(olderServer());
  await using client = await ClientProcess.start(server);
  client.signal("SIGTERM");
  assertEquals((await client.ended()).code, 0);
  assertEquals(server.datagrams, []);
});

Deno.test("a last line without line end is done before the end of input", async () => {
  await using server = new FakeServer(olderServer());
  await using client = new ClientProcess([
    `--tcp-port=${server.tcp}`,
    `--udp-port=${server.udp}`,
  ]);
  await client.typesRaw("R alice\r\nS");
  await client.endInput();
  const { code, stdout } = await client.ended();
  assertEquals(code, 0);
  assertStringIncludes(stdout, "Registered as alice. You are online.\nalice>\n");
  assertStringIncludes(stdout, "You have no buddies yet; A adds one.\n");
});

for (const [how, leave] of WAYS.slice(1)) {
  Deno.test(`a chat is ended in order ${how}, after everything was sent`, async () => {
    await using server = new FakeServer(olderServer());
    await using alice = await ClientProcess.register(server, "alice");
    using bob = await HandPlayed.call(alice.messagePort);
    await alice.sees("is calling");
    await alice.types("Y", "one", "two");
    assertEquals(await bob.line(), "ACCEPT");
    assertEquals([await bob.line(), await bob.line()], ["one", "two"]);
    await bob.send("unread\n");
    await leave(alice);
    assertEquals(await bob.rest(), "");
    await bob.finish();
    assertEquals((await alice.ended()).code, 0);
    await server.hears(/OFFLINE/);
  });
}

Deno.test("a client that does not end its side does not hold ours up", async () => {
  await using server = new FakeServer(olderServer());
  await using alice = await ClientProcess.register(server, "alice");
  using bob = await HandPlayed.call(alice.messagePort);
  await alice.sees("is calling");
  await alice.types("Y", "q", "X");
  assertEquals((await alice.ended()).code, 0);
  assertEquals(await bob.rest(), "ACCEPT\n");
});

Deno.test("a call that rings here is rejected, one of ours given up, on SIGTERM", async () => {
  using callee = new HandPlayedCallee();
  await using server = new FakeServer(olderServer(() => callee.listLine("bob")));
  await using alice = await ClientProcess.register(server, "alice");
  await using carol = await ClientProcess.register(server, "carol");
  using caller = await HandPlayed.call(alice.messagePort);
  await alice.sees("is calling");
  await carol.seesInStatus(/^bob +ONLINE/m);
  await carol.types("M bob");
  using bob = await callee.called();
  alice.signal("SIGTERM");
  carol.signal("SIGTERM");
  assertEquals(await caller.rest(), "REJECT\n");
  assertEquals(await bob.rest(), "");
  assertEquals([(await alice.ended()).code, (await carol.ended()).code], [0, 0]);
});

Deno.test("a request that waits for its reply does not hold the end up", async () => {
  await using server = new FakeServer({ reply: () => undefined });
  await using client = await ClientProcess.start(server);
  await client.types("R alice");
  await server.hears(/^REG/);
  client.signal("SIGTERM");
  assertEquals((await client.ended()).code, 0);
});

Deno.test("killed, it has lost nothing of the transcript", async () => {
  await using directory = await TempDir.make();
  const path = `${directory.path}/transcript.txt`;
  await using server = new FakeServer(olderServer());
  await using alice = await ClientProcess.start(server, ["--transcript", path]);
  await alice.types("R", "alice", "z");
  await alice.sees("Unknown command");
  alice.signal("SIGKILL");
  const { stdout } = await alice.ended();
  const shown = stdout.split("\n").slice(0, 3);
  assertEquals((await Deno.readTextFile(path)).split("\n"), [
    ...shown,
    "> R",
    "User id: alice",
    "Registered as alice. You are online.",
    "alice> z",
    'Unknown command "z", ? lists them.',
    "",
  ]);
});
