/**
 * The login chat on real sockets, played by hand: what protocols/login-chat.md promises.
 */

import { assert, assertEquals } from "@std/assert";
import { LOGIN_LIMITS } from "../../lib/core/limits.ts";
import { MemoryStore } from "../../lib/storage/memory_store.ts";
import { ChatClient } from "../support/chat_client.ts";
import { RawTcp } from "../support/raw_tcp.ts";
import { RawUdp } from "../support/raw_udp.ts";
import { TestServer } from "../support/server.ts";
import { within } from "../support/within.ts";

/** What logging in comes to, from the first answer to the end of the connection. */
async function refusal(port: number, user: string, password: string): Promise<string | undefined> {
  using client = await ChatClient.connect(port);
  await client.send(`C LOGIN ${user}\nC PASSWORD ${password}\n`);
  return (await client.toTheEnd()).at(-1);
}

Deno.test("a whole conversation, as somebody types it", async () => {
  await using server = await TestServer.start({ chat: {} });
  using bob = await ChatClient.enter(server.chat, "bob");
  using alice = await ChatClient.connect(server.chat);
  await alice.expects("C LOGIN Alice", "C PASSWORD new");
  await alice.expects("C PASSWORD abc", "C 201 INVALID password too short");
  await alice.expects("C PASSWORD secret words", "C 200 OK registered");
  await alice.expects("C WHO", "C USERS bob");
  await alice.expects("C PM", "C READY");
  await alice.expects("D hello all", "C 200 SENT 1");
  assertEquals(await bob.line(), "D PM alice hello all");
  await alice.expects("C DM", "C USERS bob");
  await alice.expects("D bob psst", "C 200 SENT 1");
  assertEquals(await bob.line(), "D DM alice psst");
  await alice.expects("C DM", "C USERS bob");
  await alice.expects("C CANCEL", "C 200 OK");
  await alice.expects("C PING x", "C PONG x");
  await alice.expects("C EX", "C 200 BYE");
  assertEquals(await alice.toTheEnd(), []);
  await bob.expects("C WHO", "C USERS");
});

Deno.test("a wrong password ends the connection; too many are refused, right ones too", async () => {
  await using server = await TestServer.start({ chat: {} });
  {
    using first = await ChatClient.enter(server.chat, "alice");
    // She is gone when this is answered, and may come again.
    await first.expects("C EX", "C 200 BYE");
  }
  const guesses = [];
  for (let index = 0; index <= LOGIN_LIMITS.perPair.atOnce; index++) {
    guesses.push(await refusal(server.chat, "alice", `guess ${index}`));
  }
  assertEquals(guesses, [
    ...Array(LOGIN_LIMITS.perPair.atOnce).fill("C 401 WRONG PASSWORD"),
    "C 429 TOO MANY ATTEMPTS",
  ]);
  assertEquals(await refusal(server.chat, "alice", "secret"), "C 429 TOO MANY ATTEMPTS");
  using other = await ChatClient.enter(server.chat, "bob");
  server.clock.advance(60_000);
  using alice = await ChatClient.enter(server.chat, "alice");
  assertEquals(await other.others(), "alice");
  assertEquals(await alice.others(), "bob");
});

Deno.test("who guesses at many names is refused; who was not guessed at gets in beside them", async () => {
  const store = new MemoryStore();
  const many = LOGIN_LIMITS.perAddress.atOnce;
  const names = Array.from({ length: many + 1 }, (_, index) => `u${index}`);
  {
    await using before = await TestServer.start({ chat: {}, store });
    for (const name of names) (await ChatClient.enter(before.chat, name))[Symbol.dispose]();
  }
  // A server that was started anew knows of nobody that they were here before.
  await using server = await TestServer.start({ chat: {}, store });
  const guessed = names.slice(0, many);
  for (const name of guessed) {
    assertEquals(await refusal(server.chat, name, "guess"), "C 401 WRONG PASSWORD");
  }
  for (const name of guessed) {
    assertEquals(await refusal(server.chat, name, "guess"), "C 429 TOO MANY ATTEMPTS");
  }
  (await ChatClient.enter(server.chat, names[many]!))[Symbol.dispose]();
});

Deno.test("a hundred guesses at once are answered as few as a hundred in turn", async () => {
  await using server = await TestServer.start({ chat: {} });
  (await ChatClient.enter(server.chat, "alice"))[Symbol.dispose]();
  const isTooMany = Promise.withResolvers<void>();
  const wrong = Array.from({ length: 99 }, async (_, at) => {
    const end = await refusal(server.chat, "alice", `guess ${at}`);
    if (end === "C 429 TOO MANY ATTEMPTS") isTooMany.resolve();
    return end;
  });
  // The right one comes among them, but behind those that are judged: they may come in any order.
  const right = within("too many attempts", isTooMany.promise).then(() =>
    refusal(server.chat, "alice", "secret")
  );
  const ends = await Promise.all([...wrong, right]);
  const counts = new Map(ends.map((end) => [end, ends.filter((other) => other === end).length]));
  assertEquals(counts.get("C 401 WRONG PASSWORD"), LOGIN_LIMITS.perPair.atOnce);
  assertEquals(counts.get("C 429 TOO MANY ATTEMPTS"), 100 - LOGIN_LIMITS.perPair.atOnce);
});

Deno.test("a hundred people behind one address log in at once", async () => {
  await using server = await TestServer.start({ chat: {} });
  const names = Array.from({ length: 100 }, (_, index) => `u${index}`);
  for (const _round of ["register", "log in"]) {
    const clients = await Promise.all(names.map((name) => ChatClient.enter(server.chat, name)));
    for (const client of clients) {
      await client.expects("C EX", "C 200 BYE");
      client[Symbol.dispose]();
    }
  }
});

Deno.test("a second login of a name is refused while the first one is there", async () => {
  await using server = await TestServer.start({ chat: {} });
  using alice = await ChatClient.enter(server.chat, "alice");
  assertEquals(await refusal(server.chat, "ALICE", "secret"), "C 409 ALREADY ONLINE");
  assertEquals(await refusal(server.chat, "alice", "guess"), "C 401 WRONG PASSWORD");
  await alice.expects("C PING a", "C PONG a");
  await alice.expects("C EX", "C 200 BYE");
  using again = await ChatClient.enter(server.chat, "alice");
  await again.expects("C WHO", "C USERS");
});

Deno.test("of ten who register one name at once, one gets in", async () => {
  await using server = await TestServer.start({ chat: {} });
  const clients = await Promise.all(
    Array.from({ length: 10 }, () => ChatClient.connect(server.chat)),
  );
  for (const client of clients) await client.expects("C LOGIN alice", "C PASSWORD new");
  const ends = await Promise.all(clients.map(async (client, index) => {
    await client.send(`C PASSWORD secret ${index}\n`);
    return await client.line();
  }));
  assertEquals(ends.filter((end) => end === "C 200 OK registered").length, 1);
  const others = ends.filter((end) => end !== "C 200 OK registered");
  // One that is heard only now has guessed wrong; one that was under way was too late.
  const refusals = [
    ...["C 401 WRONG PASSWORD", "C 429 TOO MANY ATTEMPTS"],
    "C 201 INVALID somebody else has just registered this name",
  ];
  assert(others.every((end) => refusals.includes(end ?? "")), others.join(", "));
  for (const client of clients) client[Symbol.dispose]();
});

Deno.test("a name registered in one service exists in the other", async () => {
  await using server = await TestServer.start({ chat: {} });
  using bob = await ChatClient.enter(server.chat, "bob");
  assertEquals(await server.ask("REG bob\n"), "203 USER EXISTS\r\n");
  await server.register("carol");
  await server.addBuddies("carol", "bob");
  // In open mode the password guards the login chat only.
  assertEquals(await server.ask("ADD bob carol\n"), "200 OK\r\n");
  using carol = await ChatClient.connect(server.chat);
  await carol.expects("C LOGIN carol", "C PASSWORD new");
  await carol.expects("C PASSWORD secret", "C 200 OK registered");
  assertEquals(await bob.others(), "carol");
  assertEquals(await server.ask("DEL carol bob\n"), "200 OK\r\n");
});

Deno.test("a name in use by a buddy client gets its password from that address only", async () => {
  await using server = await TestServer.start({ chat: {} });
  await server.register("carol");
  using buddy = new RawUdp(server.udp, "127.0.0.2", "127.0.0.1");
  await buddy.send("SET carol 100 ONLINE 4001");
  // The SET has no answer: the GET behind it tells that it was taken.
  assertEquals(await buddy.ask("GET carol"), "");
  using client = await ChatClient.connect(server.chat);
  await client.send("C LOGIN carol\n");
  const elsewhere = await client.line();
  assert(elsewhere?.startsWith("C 201 INVALID this name has no password yet"), elsewhere);
  server.clock.advance(30_000);
  await client.expects("C LOGIN carol", "C PASSWORD new");
  await client.expects("C PASSWORD secret", "C 200 OK registered");
});

Deno.test("a SET that comes between LOGIN and PASSWORD counts", async () => {
  await using server = await TestServer.start({ chat: {} });
  await server.register("carol");
  using client = await ChatClient.connect(server.chat);
  await client.expects("C LOGIN carol", "C PASSWORD new");
  using buddy = new RawUdp(server.udp, "127.0.0.2", "127.0.0.1");
  await buddy.send("SET carol 100 ONLINE 4001");
  assertEquals(await buddy.ask("GET carol"), "");
  await client.send("C PASSWORD secret\n");
  assert((await client.line())?.startsWith("C 201 INVALID this name has no password yet"));
});

Deno.test("whoever is reset is gone from WHO, and a client that stops reading delays nobody", async () => {
  await using server = await TestServer.start({ chat: {} });
  using alice = await ChatClient.enter(server.chat, "alice");
  using bob = await ChatClient.enter(server.chat, "bob");
  using stalled = await RawTcp.connect(server.chat);
  await stalled.send("C LOGIN stalled\nC PASSWORD secret\n");
  await within(
    "stalled is online",
    (async () => {
      while (await alice.others() !== "bob stalled");
    })(),
  );
  const text = "x".repeat(4000);
  let count = "";
  // The system's own buffers fill first; how large they are is its affair.
  for (let index = 0; count !== "C 200 SENT 1"; index++) {
    assert(index < 20_000, "the stalled client is dropped some time");
    await alice.send(`C PM\nD ${text}\n`);
    assertEquals(await bob.line(), `D PM alice ${text}`);
    count = (await alice.lines(2)).at(-1) ?? "";
  }
  assertEquals(await alice.others(), "bob");
});

Deno.test("what is said before a close arrives, and the server's stop ends everybody", async () => {
  const server = await TestServer.start({ chat: {} });
  using alice = await ChatClient.enter(server.chat, "alice");
  using bob = await ChatClient.enter(server.chat, "bob");
  await alice.send("C PM\nD last words\nC EX\n");
  assertEquals(await alice.toTheEnd(), ["C READY", "C 200 SENT 1", "C 200 BYE"]);
  alice[Symbol.dispose]();
  const stopping = server.stop();
  assertEquals(await bob.toTheEnd(), ["D PM alice last words"]);
  bob[Symbol.dispose]();
  await within("the stop", stopping);
});
