/**
 * Presence over UDP: what GET answers, to whom, how often and how much. Rules: protocols/buddy.md,
 * "UDP: presence", "Limits against abuse" (its bounds per address are in
 * `tests/server/answer_budget_test.ts`, as loopback is exempt) and "Loopback".
 */

import { assert, assertEquals } from "@std/assert";
import { MemoryStore } from "../../lib/storage/memory_store.ts";
import { id } from "../support/ids.ts";
import { canListenOn } from "../support/machine.ts";
import { PresencePlay } from "../support/presence_play.ts";
import { RawUdp } from "../support/raw_udp.ts";
import { TestServer } from "../support/server.ts";

const UNHEARD = "bob 101 OFFLINE unknown 0\n";

Deno.test("UDP GET: no buddies is an empty datagram", async () => {
  await using play = await PresencePlay.begin();
  assertEquals(await play.ann.ask("GET bob"), "");
  await play.expectSilence();
});

Deno.test("UDP GET: a buddy never seen is OFFLINE unknown 0, and the last line ends in LF", async () => {
  await using play = await PresencePlay.begin();
  assertEquals(await play.list(), UNHEARD);
});

Deno.test("UDP GET: an unknown user gets no reply, nor does a malformed request", async () => {
  await using play = await PresencePlay.begin();
  const wrong = ["GET nobody", "GET", "GET ../ann", "GET ann\0", "GET änn", "GETann", "GET\fann"];
  for (const datagram of wrong) await play.ann.send(datagram);
  await play.ann.send("GET ann ".padEnd(513, "x"));
  await play.expectSilence();
});

Deno.test("UDP GET: case, blanks, line ends and further fields do not matter", async () => {
  await using play = await PresencePlay.begin();
  const right = ["get ANN", "GET ann\n", "GET ann\r\n", " \tGET \t ann \t", "GET ann bob \0\n"];
  for (const datagram of right) assertEquals(await play.ann.ask(datagram), UNHEARD, datagram);
  assertEquals(await play.ann.ask("GET ann ".padEnd(512, "x")), UNHEARD);
});

Deno.test("UDP GET: it need not come from the address or port that sent SET", async () => {
  await using play = await PresencePlay.begin();
  using bobSays = play.client();
  using bobAsks = play.client();
  await bobSays.send("SET bob 100 ONLINE 4001");
  await play.expectSilence(bobSays);
  await play.server.addBuddies("bob", "ann");
  await play.ann.send("SET ann 102 AWAY 4002");
  await play.expectSilence();
  assertEquals(await bobAsks.ask("GET bob"), "ann 102 AWAY 127.0.0.1 4002\n");
  assertEquals(await play.list(), "bob 100 ONLINE 127.0.0.1 4001\n");
});

Deno.test("UDP GET: a client that waits for every answer gets exactly one for each, 500 times", async () => {
  await using play = await PresencePlay.begin();
  for (let round = 1; round <= 500; round++) {
    await play.ann.send(`SET bob 100 ONLINE ${round}`);
    // A missing answer would hang here; a doubled one would show as the next round's.
    assertEquals(await play.list(), `bob 100 ONLINE 127.0.0.1 ${round}\n`);
  }
  await play.expectSilence();
});

Deno.test("UDP GET: 30 clients behind one address, all at once, are all answered", async () => {
  await using play = await PresencePlay.begin();
  const clients = Array.from({ length: 30 }, () => play.client());
  for (let round = 0; round < 20; round++) {
    const answers = await Promise.all(clients.map((client) => client.ask("GET ann")));
    assert(answers.every((answer) => answer === UNHEARD));
  }
  for (const client of clients) client[Symbol.dispose]();
});

Deno.test("UDP GET: ONLINE first, then AWAY, then OFFLINE, each in the order of adding", async () => {
  await using play = await PresencePlay.begin();
  await play.server.register("c", "d", "e", "f");
  await play.server.addBuddies("ann", "c", "d", "e", "f");
  const say = [
    "SET f 100 ONLINE 6",
    "SET c 102 AWAY 3",
    "SET e 101 OFFLINE 5",
    "SET d 100 ONLINE 4",
  ];
  for (const datagram of [...say, "SET bob 102 AWAY 2"]) await play.ann.send(datagram);
  await play.expectSilence();
  assertEquals(
    await play.list(),
    "d 100 ONLINE 127.0.0.1 4\nf 100 ONLINE 127.0.0.1 6\n" +
      "bob 102 AWAY 127.0.0.1 2\nc 102 AWAY 127.0.0.1 3\ne 101 OFFLINE 127.0.0.1 5\n",
  );
});

Deno.test("UDP GET: a deleted and re-added buddy goes last", async () => {
  await using play = await PresencePlay.begin();
  await play.server.register("carol");
  await play.server.addBuddies("ann", "carol");
  await play.server.expectOk("DEL ann bob");
  assertEquals(await play.list(), "carol 101 OFFLINE unknown 0\n");
  await play.server.addBuddies("ann", "bob");
  assertEquals(await play.list(), "carol 101 OFFLINE unknown 0\n" + UNHEARD);
});

Deno.test("UDP GET: one not heard of within the lifetime is OFFLINE unknown 0", async () => {
  await using play = await PresencePlay.begin({ presenceTtl: 12 });
  await play.ann.send("SET bob 100 ONLINE 4001");
  await play.expectSilence();
  play.server.clock.advance(11_999);
  assertEquals(await play.list(), "bob 100 ONLINE 127.0.0.1 4001\n");
  play.server.clock.advance(1);
  assertEquals(await play.list(), UNHEARD);
  await play.ann.send("SET bob 100 ONLINE 4001");
  await play.expectSilence();
  assertEquals(
    await play.list(),
    "bob 100 ONLINE 127.0.0.1 4001\n",
    "and is back with the next SET",
  );
});

Deno.test("UDP GET: one who said OFFLINE keeps address and port, for the lifetime", async () => {
  await using play = await PresencePlay.begin();
  await play.ann.send("SET bob 100 ONLINE 4001");
  await play.ann.send("SET bob 101 OFFLINE 4002");
  await play.expectSilence();
  assertEquals(await play.list(), "bob 101 OFFLINE 127.0.0.1 4002\n");
  play.server.clock.advance(30_000);
  assertEquals(await play.list(), UNHEARD);
});

/** A store in which ann has so many buddies that each of their lines has 55 bytes. */
async function storeWithManyBuddies(count: number): Promise<MemoryStore> {
  const store = new MemoryStore();
  await store.change({ kind: "register", user: id("ann") });
  for (let number = 0; number < count; number++) {
    const buddy = id(`b${number}`.padEnd(32, "-"));
    await store.change({ kind: "register", user: buddy });
    await store.change({ kind: "add", user: id("ann"), buddy });
  }
  return store;
}

Deno.test({
  name:
    "UDP GET: a list too long for a datagram is cut at a line end below 65,507 bytes (not on macOS: it sends less)",
  ignore: Deno.build.os === "darwin",
  async fn() {
    await using server = await TestServer.start({ store: await storeWithManyBuddies(2000) });
    using client = new RawUdp(server.udp);
    const last = `b1999`.padEnd(32, "-");
    await client.send(`SET ${last} 100 ONLINE 4001`);
    const answer = await client.ask("GET ann");
    assert(answer.length <= 65_507 && answer.length > 65_507 - 56, `${answer.length} bytes`);
    assert(
      answer.startsWith(`${last} 100 ONLINE 127.0.0.1 4001\n`),
      "reachable buddies come first",
    );
    for (const line of answer.split("\n").slice(1, -1)) assertEquals(line.length, 54);
    assert(answer.endsWith(" 101 OFFLINE unknown 0\n"));
  },
});

Deno.test({
  name: "UDP GET: a list that just fits is sent whole (not on macOS: it sends less)",
  ignore: Deno.build.os === "darwin",
  async fn() {
    await using server = await TestServer.start({ store: await storeWithManyBuddies(1191) });
    using client = new RawUdp(server.udp);
    assertEquals((await client.ask("GET ann")).length, 1191 * 55);
  },
});

Deno.test("TCP GET: the list is whole, whatever its size", async () => {
  await using server = await TestServer.start({ store: await storeWithManyBuddies(5000) });
  const reply = await server.ask("GET ann\n");
  assert(reply.startsWith("200 OK 5000\r\n"));
  assertEquals(reply.split("\n").length - 1, 5001);
  assertEquals(reply.length, "200 OK 5000\r\n".length + 5000 * 55);
});

Deno.test({
  name:
    "a buddy on the server's machine has its advertised address for an asker elsewhere (needs 127.0.0.2)",
  ignore: !canListenOn("127.0.0.2"),
  async fn() {
    await using play = await PresencePlay.begin({ host: "0.0.0.0", advertise: "198.51.100.1" });
    using here = play.client("127.0.0.1");
    using elsewhere = play.client("127.0.0.2"); // stands in for another machine
    await here.send("SET bob 100 ONLINE 4001");
    await play.expectSilence(here);
    assertEquals(await elsewhere.ask("GET ann"), "bob 100 ONLINE 198.51.100.1 4001\n");
    assertEquals(await here.ask("GET ann"), "bob 100 ONLINE 127.0.0.1 4001\n");
  },
});

Deno.test({
  name: "TCP GET: it tells an advertised address as UDP does (needs 127.0.0.2)",
  ignore: !canListenOn("127.0.0.2"),
  async fn() {
    await using play = await PresencePlay.begin({ advertise: "198.51.100.1" });
    using bob = play.client("127.0.0.2");
    await bob.send("SET bob 100 ONLINE 4001");
    await play.expectSilence(bob);
    const lines = "bob 100 ONLINE 198.51.100.1 4001\n";
    assertEquals(await play.list(), lines);
    assertEquals(await play.server.ask("GET ann\n"), `200 OK 1\r\n${lines}`);
  },
});

Deno.test({
  name: "a server on :: writes an IPv4-mapped address as IPv4, and answers both (needs ::1)",
  ignore: !canListenOn("::1"),
  async fn() {
    await using play = await PresencePlay.begin({ host: "::" });
    using six = new RawUdp(play.server.udp, "::1");
    await play.ann.send("SET bob 100 ONLINE 4001");
    await play.expectSilence();
    assertEquals(await play.list(), "bob 100 ONLINE 127.0.0.1 4001\n");
    await six.send("SET bob 100 ONLINE 4002");
    assertEquals(await six.ask("GET ann"), "bob 100 ONLINE ::1 4002\n");
  },
});
