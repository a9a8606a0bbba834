/**
 * What Parleys say to each other: CAP, GET and INFO over TCP, through real sockets. Rules:
 * protocols/buddy.md, "Extensions".
 */

import { assertEquals } from "@std/assert";
import { canListenOn } from "../support/machine.ts";
import { PresencePlay } from "../support/presence_play.ts";
import { TestServer } from "../support/server.ts";

const OK = "200 OK\r\n";
const INVALID = "201 INVALID\r\n";
const NO_SUCH_USER = "202 NO SUCH USER\r\n";
const DENIED = "204 DENIED\r\n";

Deno.test("CAP is answered parley/1 and the words get and info", async () => {
  await using server = await TestServer.start();
  for (const request of ["CAP\n", "cap\r\n", "  CAP anything\n"]) {
    assertEquals(await server.ask(request), "200 OK parley/1 get info\r\n");
  }
});

Deno.test("GET over TCP: 200 OK n, then n lines ending in LF, then the end", async () => {
  await using play = await PresencePlay.begin();
  assertEquals(await play.server.ask("GET bob\n"), "200 OK 0\r\n");
  await play.ann.send("SET bob 102 AWAY 4001");
  await play.expectSilence();
  await play.server.register("carol");
  await play.server.addBuddies("ann", "carol");
  assertEquals(
    await play.server.ask("GET ann\n"),
    "200 OK 2\r\nbob 102 AWAY 127.0.0.1 4001\ncarol 101 OFFLINE unknown 0\n",
  );
});

Deno.test("GET over TCP: 202 for an unknown user, 201 for none", async () => {
  await using server = await TestServer.start();
  assertEquals(await server.ask("GET nobody\n"), NO_SUCH_USER);
  assertEquals(await server.ask("GET\n"), INVALID);
  assertEquals(await server.ask("GET ../x\n"), INVALID);
});

Deno.test("INFO of a user is 200 OK and the words published, 202 for an unknown user", async () => {
  await using play = await PresencePlay.begin();
  const { server } = play;
  assertEquals(await server.ask("INFO nobody\n"), NO_SUCH_USER);
  assertEquals(await server.ask("INFO\n"), INVALID);
  assertEquals(await server.ask("INFO bob\n"), OK);
  await play.ann.send("SET bob 100 ONLINE 4001");
  await play.expectSilence();
  assertEquals(await server.ask("INFO Bob files=4002 key=ed25519:AbC+/=\n"), OK);
  assertEquals(await server.ask("info bob\n"), "200 OK files=4002 key=ed25519:AbC+/=\r\n");
});

Deno.test({
  name: "INFO stores only from the address of the live SET, else 204 (needs 127.0.0.2)",
  ignore: !canListenOn("127.0.0.2"),
  async fn() {
    await using play = await PresencePlay.begin();
    assertEquals(await play.server.ask("INFO bob files=4002\n"), DENIED, "never heard of");
    using elsewhere = play.client("127.0.0.2");
    await elsewhere.send("SET bob 100 ONLINE 4001");
    await play.expectSilence(elsewhere);
    assertEquals(await play.server.ask("INFO bob files=4002\n"), DENIED, "from another address");
    assertEquals(await play.server.ask("INFO bob\n"), OK);
  },
});

Deno.test("INFO is kept as long as the presence it belongs to", async () => {
  await using play = await PresencePlay.begin();
  const { server, ann } = play;
  await ann.send("SET bob 100 ONLINE 4001");
  await play.expectSilence();
  await server.expectOk("INFO bob files=4002");
  server.clock.advance(29_000);
  await ann.send("SET bob 102 AWAY 4001");
  await play.expectSilence();
  server.clock.advance(29_000);
  assertEquals(await server.ask("INFO bob\n"), "200 OK files=4002\r\n");
  server.clock.advance(1000);
  assertEquals(await server.ask("INFO bob\n"), OK);
  assertEquals(await server.ask("INFO bob files=4002\n"), DENIED);
});

Deno.test("INFO with words outside the grammar is 201 and stores nothing", async () => {
  await using play = await PresencePlay.begin();
  await play.ann.send("SET bob 100 ONLINE 4001");
  await play.expectSilence();
  const wrong = [
    "files",
    "=4002",
    "files=",
    "Files=4002",
    "files=4002 files=4003",
    "9=x",
    "files=4\x1b[2J",
    "files=é",
    `${"n".repeat(17)}=1`,
    `files=${"v".repeat(129)}`,
    "a=1 b=2 c=3 d=4 e=5 f=6 g=7 h=8 i=9",
  ];
  for (const words of wrong) {
    assertEquals(await play.server.ask(`INFO bob ${words}\n`), INVALID, words);
  }
  assertEquals(await play.server.ask("INFO bob\n"), OK);
  const most = `a=1 b=2 c=3 d=4 e=5 f=6 ${"n".repeat(16)}=7 h=${"v".repeat(128)}`;
  assertEquals(await play.server.ask(`INFO bob ${most}\n`), OK);
  assertEquals(await play.server.ask("INFO bob\n"), `200 OK ${most}\r\n`);
});
