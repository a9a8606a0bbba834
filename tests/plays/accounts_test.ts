/**
 * Accounts with passwords over real sockets: who is let in, and what somebody who sees the network
 * can do. Rules: docs/protocols/accounts.md.
 */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { MAX_DATAGRAM_BYTES } from "../../lib/core/limits.ts";
import { MemoryStore } from "../../lib/storage/memory_store.ts";
import { AccountPlay } from "../support/account_play.ts";
import { id } from "../support/ids.ts";
import { canListenOn } from "../support/machine.ts";
import { ask } from "../support/raw_tcp.ts";
import { RawUdp } from "../support/raw_udp.ts";
import { TestServer } from "../support/server.ts";
import { askOverTls } from "../support/tls_client.ts";

const OK = "200 OK\r\n";
const INVALID = "201 INVALID\r\n";
const NO_SUCH_USER = "202 NO SUCH USER\r\n";
const DENIED = "204 DENIED\r\n";
const GRANT = /^200 OK [\w-]{16} [\w-]{43} welcome\r\n$/;

Deno.test("CAP offers accounts, with TLS and without", async () => {
  await using play = await AccountPlay.begin({}, []);
  const words = `200 OK parley/1 get info accounts tls=${play.server.tls}\r\n`;
  assertEquals([await play.server.ask("CAP\n"), await play.askTls("CAP\n")], [words, words]);
});

Deno.test("REG and LOG over TLS: what is answered to what", async () => {
  await using play = await AccountPlay.begin();
  assertMatch(await play.askTls("LOG alice alice words\n"), GRANT);
  assertMatch(await play.askTls("log ALICE alice words\r\n"), GRANT);
  for (
    const [request, reply] of [
      ["REG carol secret", OK],
      ["REG carol secret", "203 USER EXISTS\r\n"],
      ["REG alice another", "203 USER EXISTS\r\n"],
      ["REG dora abc", "201 INVALID password too short\r\n"],
      ["REG ../x secret", INVALID],
      ["REG dora", DENIED],
      ["LOG dora secret", NO_SUCH_USER],
      ["LOG alice", INVALID],
      ["LOG alice Alice words", "204 DENIED wrong password\r\n"],
      ["LOG alice  alice words", "204 DENIED wrong password\r\n"],
      ["LOG alice alice words ", "204 DENIED wrong password\r\n"],
    ] as const
  ) assertEquals(await play.askTls(`${request}\n`), reply, request);
  const metrics = play.server.metrics("buddy");
  for (
    const line of [
      'parley_passwords_total{service="buddy",result="wrong"} 3',
      'parley_passwords_total{service="buddy",result="too short"} 1',
      'parley_passwords_total{service="buddy",result="unknown"} 1',
      'parley_passwords_total{service="buddy",result="too many attempts"} 0',
      'parley_requests_total{service="buddy",kind="log in",reply="204"} 3',
      'parley_requests_total{service="buddy",kind="add",reply="204"} 0',
    ]
  ) assertStringIncludes(metrics, `${line}\n`);
});

Deno.test("a sniffed password: in the clear none is taken, whether right or wrong", async () => {
  await using play = await AccountPlay.begin();
  for (const request of ["LOG alice alice words", "LOG alice wrong", "REG dora secret"]) {
    const reply = await play.server.ask(`${request}\n`);
    assertEquals(reply, "204 DENIED passwords over TLS only\r\n", request);
  }
  assertEquals(await play.askTls("LOG dora secret\n"), NO_SUCH_USER);
});

Deno.test("in the clear they are taken where the server was told so", async () => {
  const accounts = { minPassword: 4, allowCleartext: true };
  await using play = await AccountPlay.begin({ accounts }, []);
  assertEquals(await play.server.ask("REG alice secret\n"), OK);
  assertMatch(await play.server.ask("LOG alice secret\n"), GRANT);
});

Deno.test("requests of older clients are denied over TCP, and met with silence over UDP", async () => {
  await using play = await AccountPlay.begin();
  const fence = await play.logIn("fence");
  const requests = ["REG zoe", "ADD alice bob", "DEL alice bob", "GET alice", "INFO alice a=1"];
  for (const request of requests) {
    assertEquals(await play.server.ask(`${request}\n`), DENIED, request);
    assertEquals(await play.askTls(`${request}\n`), DENIED, request);
  }
  for (const request of ["ADD alice", "nonsense", "REG"]) {
    assertEquals(await play.server.ask(`${request}\n`), INVALID, request);
  }
  assertEquals(await play.server.ask("\n"), "");
  for (const datagram of ["GET alice", "SET alice 100 ONLINE 4001", "GET alice\n", "junk"]) {
    await play.udp.send(datagram);
  }
  await play.expectSilence(fence);
  const alice = await play.logIn("alice");
  assertEquals(await play.server.ask(alice.sign("GET alice", "TCP")), "200 OK 0\r\n");
});

Deno.test("a user who is logged in does everything, over TLS, TCP and UDP", async () => {
  await using play = await AccountPlay.begin();
  const [alice, bob] = [await play.logIn("alice"), await play.logIn("bob")];
  const { server, udp } = play;
  assertEquals(await server.ask(alice.sign("ADD alice bob", "TCP")), OK);
  assertEquals(await play.askTls(alice.sign("ADD alice bob", "TCP")), INVALID);
  assertEquals(await server.ask(alice.sign("ADD alice nobody", "TCP")), NO_SUCH_USER);
  await udp.send(bob.sign("SET bob 100 ONLINE 4001", "UDP"));
  const list = "bob 100 ONLINE 127.0.0.1 4001\n";
  assertEquals(alice.read(await udp.ask(alice.sign("GET alice", "UDP"))), list);
  assertEquals(await server.ask(bob.sign("INFO bob files=4002", "TCP")), OK);
  assertEquals(await server.ask(alice.sign("INFO bob", "TCP")), "200 OK files=4002\r\n");
  assertEquals(await server.ask(alice.sign("GET alice", "TCP")), `200 OK 1\r\n${list}`);
  assertEquals(await server.ask(alice.sign("DEL alice bob", "TCP")), OK);
  assertEquals(alice.read(await udp.ask(alice.sign("GET alice", "UDP"))), "");
});

Deno.test("a session of alice's cannot act for bob, nor see his list", async () => {
  await using play = await AccountPlay.begin();
  const [alice, bob, fence] = [
    await play.logIn("alice"),
    await play.logIn("bob"),
    await play.logIn("fence"),
  ];
  for (const request of ["ADD bob alice", "DEL bob alice", "GET bob", "INFO bob files=1"]) {
    assertEquals(await play.server.ask(alice.sign(request, "TCP")), DENIED, request);
  }
  await play.udp.send(alice.sign("GET bob", "UDP"));
  await play.udp.send(alice.sign("SET bob 100 ONLINE 4001", "UDP"));
  await play.expectSilence(fence);
  assertEquals(await play.server.ask(fence.sign("ADD fence bob", "TCP")), OK);
  const lines = fence.read(await play.udp.ask(fence.sign("GET fence", "UDP")));
  assertEquals(lines, "bob 101 OFFLINE unknown 0\n");
  assertEquals(await play.server.ask(bob.sign("GET bob", "TCP")), "200 OK 0\r\n");
});

Deno.test("a request over TCP that is sent again is denied, and done once", async () => {
  await using play = await AccountPlay.begin();
  const alice = await play.logIn("alice");
  const [add, del] = [alice.sign("ADD alice bob", "TCP"), alice.sign("DEL alice bob", "TCP")];
  assertEquals(await play.server.ask(add), OK);
  assertEquals(await play.server.ask(del), OK);
  for (const again of [add, del, add]) assertEquals(await play.server.ask(again), DENIED);
  assertEquals(await play.askTls(add), DENIED);
  assertEquals(await play.server.ask(alice.sign("GET alice", "TCP")), "200 OK 0\r\n");
});

Deno.test("a datagram that is sent again changes nothing, and is not answered", async () => {
  await using play = await AccountPlay.begin();
  const { udp } = play;
  const [alice, bob] = [await play.logIn("alice"), await play.logIn("bob")];
  const fence = await play.logIn("fence");
  assertEquals(await play.server.ask(alice.sign("ADD alice bob", "TCP")), OK);
  const [online, gone] = ["100 ONLINE 4001", "101 OFFLINE 4001"].map((what) =>
    bob.sign(`SET bob ${what}`, "UDP")
  );
  const get = alice.sign("GET alice", "UDP");
  await udp.send(online!);
  assertEquals(alice.read(await udp.ask(get)), "bob 100 ONLINE 127.0.0.1 4001\n");
  await udp.send(gone!);
  await udp.send(online!);
  await udp.send(get);
  await play.expectSilence(fence);
  const now = alice.read(await udp.ask(alice.sign("GET alice", "UDP")));
  assertEquals(now, "bob 101 OFFLINE 127.0.0.1 4001\n");
});

Deno.test("datagrams that overtake each other are taken, each once", async () => {
  await using play = await AccountPlay.begin();
  const alice = await play.logIn("alice");
  for (const counter of [5, 2, 4, 1, 3]) {
    const answer = await play.udp.ask(alice.sign("GET alice", "UDP", counter));
    assertEquals(alice.read(answer), "", String(counter));
  }
  const fence = await play.logIn("fence");
  for (const counter of [1, 2, 3, 4, 5]) {
    await play.udp.send(alice.sign("GET alice", "UDP", counter));
  }
  await play.expectSilence(fence);
});

Deno.test("no byte of a request can be another one: over TCP denied, over UDP silence", async () => {
  await using play = await AccountPlay.begin();
  const [alice, fence] = [await play.logIn("alice"), await play.logIn("fence")];
  const request = alice.sign("ADD alice bob", "TCP");
  const datagram = alice.sign("GET alice", "UDP");
  // The last byte ends the line: whatever else it is belongs to the tag then.
  for (let at = 0; at < request.length; at++) {
    const reply = await play.server.askAndFinish(request.with(at, request[at]! ^ 1));
    assert(reply === DENIED || reply === INVALID, `${at}: ${reply}`);
  }
  for (let at = 0; at < datagram.length; at++) {
    await play.udp.send(datagram.with(at, datagram[at]! ^ 1));
  }
  await play.expectSilence(fence);
  // The number was not used up by all those: the request itself is still good.
  assertEquals(await play.server.ask(request), OK);
  assertEquals(alice.read(await play.udp.ask(datagram)), "bob 101 OFFLINE unknown 0\n");
});

Deno.test("a request for one transport is worth nothing over the other", async () => {
  await using play = await AccountPlay.begin();
  const [alice, fence] = [await play.logIn("alice"), await play.logIn("fence")];
  assertEquals(await play.server.ask(alice.sign("GET alice", "UDP")), DENIED);
  await play.udp.send(alice.sign("GET alice", "TCP"));
  await play.expectSilence(fence);
});

Deno.test("a request that was held back for over a minute is denied", async () => {
  await using play = await AccountPlay.begin();
  const [alice, fence] = [await play.logIn("alice"), await play.logIn("fence")];
  const [request, datagram] = [alice.sign("ADD alice bob", "TCP"), alice.sign("GET alice", "UDP")];
  play.server.clock.advance(60_001);
  fence.age = 60;
  assertEquals(await play.server.ask(request), DENIED);
  await play.udp.send(datagram);
  await play.expectSilence(fence);
  alice.age = 60;
  assertEquals(await play.server.ask(alice.sign("GET alice", "TCP")), "200 OK 0\r\n");
});

Deno.test({
  name: "a datagram passed on from another address is not believed (needs 127.0.0.2)",
  ignore: !canListenOn("127.0.0.2"),
  async fn() {
    await using play = await AccountPlay.begin();
    const [alice, fence] = [await play.logIn("alice"), await play.logIn("fence")];
    using attacker = new RawUdp(play.server.udp, "127.0.0.2", "127.0.0.1");
    // The real one never arrives: this is its first use.
    await attacker.send(alice.sign("SET alice 100 ONLINE 4001", "UDP"));
    await attacker.send(alice.sign("GET alice", "UDP"));
    await play.expectSilence(fence);
    assertEquals(await play.server.ask(fence.sign("ADD fence alice", "TCP")), OK);
    const lines = fence.read(await play.udp.ask(fence.sign("GET fence", "UDP")));
    assertEquals(lines, "alice 101 OFFLINE unknown 0\n");
  },
});

Deno.test("an answer that was changed, or is another's, is not authentic", async () => {
  await using play = await AccountPlay.begin();
  const [alice, bob] = [await play.logIn("alice"), await play.logIn("bob")];
  assertEquals(await play.server.ask(alice.sign("ADD alice bob", "TCP")), OK);
  const answer = await play.udp.ask(alice.sign("GET alice", "UDP"));
  assertEquals(alice.read(answer), "bob 101 OFFLINE unknown 0\n");
  const forged = [
    answer.replace("unknown 0", "192.0.2.1 4001"),
    answer.slice(answer.indexOf("MAC")),
  ];
  for (const text of [...forged, await play.udp.ask(bob.sign("GET bob", "UDP"))]) {
    let isTaken = true;
    try {
      alice.read(text);
    } catch {
      isTaken = false;
    }
    assert(!isTaken, text);
  }
});

Deno.test("a list too long for a datagram is cut in front of its tag", async () => {
  const store = new MemoryStore();
  await using play = await AccountPlay.begin({ store }, ["alice"]);
  for (let at = 0; at < 2000; at++) {
    const buddy = id(`buddy-with-a-long-name-${at}`);
    await store.change({ kind: "register", user: buddy });
    await store.change({ kind: "add", user: id("alice"), buddy });
  }
  const alice = await play.logIn("alice");
  const answer = await play.udp.ask(alice.sign("GET alice", "UDP"));
  assert(answer.length <= MAX_DATAGRAM_BYTES && answer.length > MAX_DATAGRAM_BYTES - 200);
  const lines = alice.read(answer).split("\n");
  assertEquals([lines[0], lines.at(-1)], ["buddy-with-a-long-name-0 101 OFFLINE unknown 0", ""]);
});

Deno.test("a server that was started anew knows no session of before", async () => {
  const store = new MemoryStore();
  const before = await AccountPlay.begin({ store });
  const alice = await before.logIn("alice");
  await before[Symbol.asyncDispose]();
  await using play = await AccountPlay.begin({ store }, []);
  const fence = await play.logIn("fence");
  assertEquals(await play.server.ask(alice.sign("GET alice", "TCP")), DENIED);
  await play.udp.send(alice.sign("GET alice", "UDP"));
  await play.expectSilence(fence);
});

Deno.test("wrong passwords are answered so often, at the login chat and here together", async () => {
  await using play = await AccountPlay.begin({ chat: {} });
  const { server } = play;
  // The test's address is alice's home from her first login on.
  await play.logIn("alice");
  const inChat = (password: string): Promise<string> =>
    askOverTls(server.chatTls, `C LOGIN alice\nC PASSWORD ${password}\nC EX\n`);
  const asked = "C PASSWORD existing\n";
  assertEquals(await inChat("alice words"), `${asked}C 200 OK welcome\nC 200 BYE\n`);
  for (let times = 0; times < 3; times++) {
    assertEquals(await inChat("wrong"), `${asked}C 401 WRONG PASSWORD\n`);
  }
  for (let times = 0; times < 2; times++) {
    assertEquals(await play.askTls("LOG alice wrong\n"), "204 DENIED wrong password\r\n");
  }
  assertEquals(await play.askTls("LOG alice wrong\n"), "204 DENIED too many attempts\r\n");
  assertEquals(await play.askTls("LOG alice alice words\n"), "204 DENIED too many attempts\r\n");
  assertEquals(await inChat("alice words"), `${asked}C 429 TOO MANY ATTEMPTS\n`);
  server.clock.advance(60_000);
  assertMatch(await play.askTls("LOG alice alice words\n"), GRANT);
});

Deno.test("a name without a password gets one at its first login", async () => {
  const store = new MemoryStore();
  await store.change({ kind: "register", user: id("older") });
  await using play = await AccountPlay.begin({ store }, []);
  assertEquals(await play.askTls("REG older secret\n"), "203 USER EXISTS\r\n");
  assertEquals(await play.askTls("LOG older abc\n"), "201 INVALID password too short\r\n");
  assertMatch(
    await play.askTls("LOG older secret\n"),
    /^200 OK [\w-]{16} [\w-]{43} registered\r\n$/,
  );
  assertEquals(await play.askTls("LOG older another\n"), "204 DENIED wrong password\r\n");
});

Deno.test("the login chat takes passwords over TLS only", async () => {
  await using play = await AccountPlay.begin({ chat: {} });
  const refused = await ask(play.server.chat, "C LOGIN alice\nC EX\n");
  assertEquals(refused, "C 201 INVALID passwords are taken over TLS only\nC 200 BYE\n");
});

Deno.test("in open mode a password behind REG is ignored, and LOG is unknown", async () => {
  await using server = await TestServer.start();
  assertEquals(await server.ask("REG alice secret words\n"), OK);
  assertEquals(await server.ask("LOG alice secret words\n"), INVALID);
  assertEquals(await server.ask("GET alice\n"), "200 OK 0\r\n");
  using udp = new RawUdp(server.udp);
  assertEquals(await udp.ask("GET alice"), "");
});
