/**
 * Our client at servers of the field, and at none. Rules: protocols/buddy.md; how the servers
 * answer is from older implementations.
 */

import { assert, assertEquals } from "@std/assert";
import { FakeServer, olderServer, type ServerScript } from "../support/client_fake_server.ts";
import { ClientProcess } from "../support/client_process.ts";
import { freePort } from "../support/free_port.ts";
import { TestServer } from "../support/server.ts";

/** One reply to every request but CAP, which an older server does not know. */
function replying(reply: string): ServerScript {
  return { ...olderServer(), reply: (line) => line === "CAP" ? "201 INVALID\n" : reply };
}

Deno.test("a server that ends its lines with LF only is understood", async () => {
  await using server = new FakeServer(olderServer(() => "bob 100 ONLINE 127.0.0.1 4001"));
  await using alice = await ClientProcess.register(server, "alice");
  await alice.types("A bob", "D bob");
  await alice.sees("bob is now your buddy.");
  await alice.sees("bob is not your buddy any more.");
  await alice.seesInStatus(/^bob +ONLINE +127\.0\.0\.1 +4001$/m);
});

Deno.test("a server that writes `unknown unknown` is understood", async () => {
  const list = "bob 101 OFFLINE unknown unknown\r\ncarol 101 OFFLINE unknown 0\r\n";
  await using server = new FakeServer(olderServer(() => list));
  await using alice = await ClientProcess.register(server, "alice");
  const table = [
    "User   Status   Address  Port",
    "bob    OFFLINE  -        -",
    "carol  OFFLINE  -        -",
  ];
  await alice.seesInStatus(new RegExp(`^${table.join("\n")}$`, "m"));
});

Deno.test("a server without CAP is asked once, and never sent anything of the extensions", async () => {
  const long = Array.from({ length: 60 }, (_, at) => `buddy${at} 101 OFFLINE unknown unknown\n`);
  await using server = new FakeServer(olderServer(() => long.join("")));
  await using alice = await ClientProcess.start(server);
  await alice.types("L alice", "A bob");
  await alice.sees("Online as alice. This server cannot say whether alice is registered.");
  await alice.seesInStatus(/^buddy59 /m);
  await alice.types("D bob", "M bob", "R alice", "X");
  assertEquals((await alice.ended()).code, 0);
  assertEquals(server.requests.filter((line) => line === "CAP").length, 1);
  const others = server.requests.filter((line) => line !== "CAP");
  assertEquals(others, ["ADD alice bob", "DEL alice bob", "REG alice"]);
  for (const datagram of server.datagrams) {
    assert(/^(SET alice 10[01] (ONLINE|OFFLINE) \d+|GET alice)$/.test(datagram), datagram);
  }
});

Deno.test("before a login nothing is sent over UDP", async () => {
  await using server = new FakeServer(olderServer());
  await using client = await ClientProcess.start(server);
  await client.types("S", "M bob", "L ../x", "R", "", "X");
  assertEquals((await client.ended()).code, 0);
  assertEquals(server.datagrams, []);
});

Deno.test("logged in as another: OFFLINE for the old one first", async () => {
  await using server = new FakeServer(olderServer());
  await using client = await ClientProcess.register(server, "alice");
  await client.types("R bob");
  await client.sees("bob>\n");
  await client.seesInStatus(/^You have no buddies yet/m);
  const sets = server.datagrams.filter((datagram) => datagram.startsWith("SET"));
  const port = client.messagePort;
  assertEquals([...new Set(sets)], [
    `SET alice 100 ONLINE ${port}`,
    `SET alice 101 OFFLINE ${port}`,
    `SET bob 100 ONLINE ${port}`,
  ]);
});

Deno.test("500 STORAGE and lines nobody knows are shown, made visible", async () => {
  for (
    const [line, shown] of [
      ["500 STORAGE\r\n", "500 STORAGE"],
      ["\x1b[31mred\x07\n", "^[[31mred^G"],
      ["204 DENIED\r\n", "204 DENIED"],
    ] as const
  ) {
    await using server = new FakeServer(replying(line));
    await using client = await ClientProcess.start(server);
    await client.types("R alice");
    await client.sees(`The server says: ${shown}\n>\n`);
  }
});

Deno.test("a server that hangs up without a reply is a clear line, and the menu goes on", async () => {
  await using server = new FakeServer(replying(""));
  await using client = await ClientProcess.start(server);
  await client.types("R alice", "?");
  await client.sees(`The server at 127.0.0.1:${server.tcp} hung up without a reply; check`);
  await client.sees("Type a letter");
});

Deno.test("a server that is down is a clear line, and works as soon as it is up", async () => {
  const ports = { tcp: freePort(), udp: freePort() };
  await using client = await ClientProcess.start(ports);
  await client.sees(
    `Cannot reach 127.0.0.1:${ports.tcp}: nothing is listening there; ` +
      "check that the server runs, and --server and --tcp-port.\n",
  );
  await client.types("R alice", "L alice");
  await client.sees("nothing is listening there");
  await client.sees("nothing is listening there");

  await using server = new FakeServer(olderServer(), ports.tcp);
  await client.types("R alice");
  await client.sees("Registered as alice.");
  await server.hears(/^CAP$/);
});

Deno.test("a name that does not resolve is a clear line, and the menu goes on", async () => {
  await using client = await ClientProcess.start(
    { tcp: 1234, udp: 1235 },
    ["--server", "no-such-host.invalid"],
  );
  await client.sees("Cannot reach no-such-host.invalid:1234: the name is not known; check");
  await client.types("?", "X");
  await client.sees("Type a letter");
  assertEquals((await client.ended()).code, 0);
});

Deno.test("REG of a taken name is 203 and names L, which logs in", async () => {
  await using server = await TestServer.start();
  await server.register("alice");
  await using client = await ClientProcess.start(server);
  await client.types("R alice", "L alice");
  await client.sees("alice is taken; if it is yours, log in with L (203 USER EXISTS).\n>\n");
  await client.sees("Logged in as alice. You are online.\nalice>\n");
});

Deno.test("a list longer than 1,100 bytes is whole", async () => {
  await using server = await TestServer.start();
  const buddies = Array.from({ length: 100 }, (_, at) => `buddy-number-${at}`);
  await server.register("alice", ...buddies);
  await server.addBuddies("alice", ...buddies);
  await using client = await ClientProcess.start(server);
  await client.types("L alice");
  await client.sees("Logged in as alice.");
  await client.seesInStatus(/^buddy-number-99 /m);
  for (const buddy of buddies) assert(client.shown.includes(`\n${buddy} `), buddy);
});
