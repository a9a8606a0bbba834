/** A balancer and real servers joined by trunks: the buddy protocol as without, addresses, restarts. */

import { assert, assertEquals } from "@std/assert";
import { joinBytes } from "../../lib/core/bytes.ts";
import { writeAll } from "../../lib/net/orderly_close.ts";
import { encodeProxyV1, encodeProxyV2 } from "../../lib/wire/proxy_protocol.ts";
import { CERT, KEY } from "../samples/tls_identity.ts";
import { AccountPlay } from "../support/account_play.ts";
import { eventually } from "../support/eventually.ts";
import { ask, askAndFinish, toBytes } from "../support/raw_tcp.ts";
import { TestServer } from "../support/server.ts";
import { readToEnd } from "../support/streams.ts";
import { TestBalancer, type TestOptions } from "../support/test_balancer.ts";

const TRUST = { trustProxy: ["127.0.0.1"] };

/** A balancer in front of servers, that has its trunks. */
async function balance(
  servers: readonly TestServer[],
  options: TestOptions = {},
): Promise<TestBalancer> {
  const backends = servers.map(({ tcp }) => `127.0.0.1:${tcp}`);
  // A check that is late on a busy machine is to take nobody out.
  const balancer = new TestBalancer({ backends, trunk: true, checkTimeout: 20, ...options });
  for (const [index, name] of backends.entries()) {
    await balancer.tells(`Backend ${index} is reached by 2 trunks: ${name}`);
  }
  return balancer;
}

/** What went by trunk to every backend, together. */
function trunked({ service }: TestBalancer): number {
  return service.pool.backends.reduce((sum, { counts }) => sum + counts.trunked, 0);
}

Deno.test("every request is answered by trunk as on a connection of its own", async () => {
  await using server = await TestServer.start(TRUST);
  await using direct = await TestServer.start();
  await using balancer = await balance([server]);
  const requests = [
    ...[
      "REG ann\n",
      "REG ann\n",
      "reg BEN\r\n",
      "ADD ann ben\n",
      "ADD ann nobody\n",
      "DEL ann ann\n",
    ],
    ...["GET ann\n", "GET nobody\n", "INFO ben\n", "CAP\n", "INFO ben files=1\n", "GET\n"],
    ...[
      "HELLO\n",
      "\n",
      "  \r\n",
      "REG ../x\n",
      "REG \xe9\n",
      "REG a\r\r\n",
      "TRUNK 1\n",
      "TRUNK 2\n",
    ],
    ...[`${"x".repeat(512)}\n`, "REG cat\nREG dog\n", "PING\n", "1 127.0.0.1 1 REG eve\n"],
  ];
  for (const request of requests) {
    assertEquals(await balancer.ask(request), await direct.ask(request), JSON.stringify(request));
  }
  assertEquals(trunked(balancer), requests.length);
  for (const request of ["REG fox", "", "GET ann", "REG gnu\r", "x".repeat(700)]) {
    const [here, there] = [balancer.port, direct.tcp];
    assertEquals(await askAndFinish(here, request), await askAndFinish(there, request), request);
  }
  assertEquals(await balancer.ask("REG cat\n"), "203 USER EXISTS\r\n");
  assertEquals(await balancer.ask("REG dog\n"), "200 OK\r\n", "only the first line is a request");
  assertEquals(await balancer.ask("REG eve\n"), "200 OK\r\n", "a client cannot number requests");
});

Deno.test("a list that is too long for a trunk comes whole", async () => {
  await using server = await TestServer.start(TRUST);
  await using balancer = await balance([server]);
  await server.register("ann");
  const buddies = Array.from({ length: 2000 }, (_, at) => `b${at}`.padEnd(32, "x"));
  for (const buddy of buddies) {
    assertEquals(await balancer.ask(`REG ${buddy}\n`), "200 OK\r\n");
    assertEquals(await balancer.ask(`ADD ann ${buddy}\n`), "200 OK\r\n");
  }
  const list = await balancer.ask("GET ann\n");
  assert(list.length > 64 * 1024 && list.startsWith("200 OK 2000\r\n"), list.slice(0, 100));
  assertEquals(list, await server.ask("GET ann\n"));
});

Deno.test("requests that are authenticated are so by trunk, once, and many at a time", async () => {
  await using play = await AccountPlay.begin(TRUST);
  await using balancer = await balance([play.server]);
  const alice = await play.logIn("alice");
  const requests = Array.from({ length: 50 }, () => alice.sign("GET alice", "TCP"));
  const answers = await Promise.all(requests.map((request) => balancer.ask(request)));
  assertEquals([...new Set(answers)], ["200 OK 0\r\n"]);
  assertEquals(await balancer.ask(requests[0]!), "204 DENIED\r\n", "the same once more");
  assertEquals(await balancer.ask("GET alice\n"), "204 DENIED\r\n");
  assertEquals(await balancer.ask(alice.sign("ADD alice bob", "TCP")), "200 OK\r\n");
  const refused = "204 DENIED passwords over TLS only\r\n";
  assertEquals(await balancer.ask("LOG alice alice words\n"), refused);
  assertEquals(trunked(balancer), 54);
});

Deno.test("only a trusted address is offered a trunk, and only it gets one", async () => {
  await using server = await TestServer.start(TRUST);
  await using strict = await TestServer.start({ trustProxy: ["192.0.2.1"] });
  const [offer, plain] = ["200 OK parley/1 get info trunk\r\n", "200 OK parley/1 get info\r\n"];
  assertEquals([await server.ask("CAP\n"), await strict.ask("CAP\n")], [offer, plain]);
  assertEquals(await strict.ask("TRUNK 1\n"), "201 INVALID\r\n");
  assertEquals(await server.ask("TRUNK 2\n"), "201 INVALID\r\n");
  assertEquals(await server.ask("TRUNK 1\n1 192.0.2.9 1 REG ann\n"), "201 INVALID\r\n");
  // Whoever comes by a trusted balancer is not trusted for that.
  const ends = { destination: { ip: "127.0.0.1", port: 1 } };
  for (const source of [{ ip: "192.0.2.7", port: 1 }, { ip: "127.0.0.1", port: 1 }]) {
    for (const encode of [encodeProxyV1, encodeProxyV2]) {
      const header = encode({ kind: "proxied", source, ...ends });
      assertEquals(await ask(server.tcp, header, "CAP\n"), plain);
      assertEquals(await ask(server.tcp, header, "TRUNK 1\n"), "201 INVALID\r\n");
    }
  }
  const local = encodeProxyV2({ kind: "local" });
  using trunk = await Deno.connect({ hostname: "127.0.0.1", port: server.tcp });
  await writeAll(trunk, joinBytes([local, toBytes("TRUNK 1\n")]));
  const taken = new Uint8Array(100);
  const count = await trunk.read(taken) ?? 0;
  assertEquals(new TextDecoder().decode(taken.subarray(0, count)), "200 OK trunk/1\r\n");
  await writeAll(trunk, toBytes("1 192.0.2.9 1 REG ann\n"));
  await trunk.closeWrite();
  assertEquals(await readToEnd(trunk), "1 8\n200 OK\r\n");
});

Deno.test("the server knows clients by the address they come from", async () => {
  const limits = { connectionRate: 1, connectionBurst: 2 };
  await using server = await TestServer.start({ ...TRUST, limits });
  await using balancer = await balance([server], { acceptProxy: ["127.0.0.1"] });
  const answers: string[] = [];
  for (let turn = 0; turn < 4; turn++) {
    const header = `PROXY TCP4 192.0.2.${turn < 3 ? 7 : 8} 198.51.100.1 4000 1234\r\n`;
    answers.push(await askAndFinish(balancer.port, header, `REG u${turn}\n`));
  }
  assertEquals(answers, ["200 OK\r\n", "200 OK\r\n", "", "200 OK\r\n"]);
  assertEquals(trunked(balancer), 4);
});

Deno.test("trunks carry what came over TLS, and users stay with their server", async () => {
  await using a = await TestServer.start(TRUST);
  await using b = await TestServer.start(TRUST);
  const servers = [a, b];
  const backends = servers.map(({ tcp }) => `127.0.0.1:${tcp}`);
  await using balancer = new TestBalancer(
    { backends, trunk: true, checkTimeout: 20, strategy: "hash-user" },
    { tls: { cert: CERT, key: KEY } },
  );
  for (const [index, name] of backends.entries()) {
    await balancer.tells(`Backend ${index} is reached by 2 trunks: ${name}`);
  }
  for (let number = 0; number < 16; number++) {
    for (const wanted of ["200 OK\r\n", "203 USER EXISTS\r\n"]) {
      using conn = await Deno.connectTls({
        ...{ hostname: "localhost", port: balancer.port, caCerts: [CERT] },
      });
      await conn.write(new TextEncoder().encode(`REG user${number}\n`));
      const answer = new Uint8Array(100);
      const count = await conn.read(answer) ?? 0;
      assertEquals(new TextDecoder().decode(answer.subarray(0, count)), wanted);
    }
  }
  const counts = balancer.service.pool.backends.map(({ counts: { trunked } }) => trunked);
  assertEquals(counts[0]! + counts[1]!, 32);
  assert(counts.every((count) => count > 0), String(counts));
});

Deno.test("requests under way when a server stops are answered, and the others go elsewhere", async () => {
  const a = await TestServer.start(TRUST);
  await using b = await TestServer.start(TRUST);
  await using balancer = await balance([a, b]);
  const answers: string[] = [];
  let isOver = false;
  const clients = Array.from({ length: 8 }, async (_, client) => {
    for (let number = 0; !isOver; number++) {
      answers.push(await ask(balancer.port, `REG u${client}-${number}\n`));
    }
  });
  await eventually("a hundred answers", () => answers.length >= 100);
  await a.stop();
  const before = answers.length;
  await eventually("a hundred more", () => answers.length >= before + 100);
  isOver = true;
  await Promise.all(clients);
  assertEquals([...new Set(answers)], ["200 OK\r\n"]);
  await a[Symbol.asyncDispose]();
});

Deno.test("a server that comes back without trust is reached without trunks", async () => {
  await using store = await TestServer.start(TRUST);
  await using balancer = await balance([store], { checkInterval: 0.1, rise: 1, fall: 1 });
  assertEquals(await balancer.ask("REG ann\n"), "200 OK\r\n");
  const port = store.tcp;
  await store.stop();
  await balancer.tellsOf("Backend 0 is down");
  await using plain = await TestServer.start({ tcpPort: port });
  await balancer.tellsOf("Backend 0 is up");
  for (let turn = 0; turn < 2; turn++) {
    assertEquals(await balancer.ask(`REG u${turn}\n`), "200 OK\r\n");
    await new Promise((resume) => setTimeout(resume, 1200));
  }
  assertEquals([trunked(balancer), balancer.service.pool.backends[0]!.trunks], [1, 0]);
  assertEquals(plain.tcp, port);
});
