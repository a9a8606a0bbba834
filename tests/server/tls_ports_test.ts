/** The TLS ports of a server: the services as on the plain ones, with their limits and deadlines. */

import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { closeNow } from "../../lib/net/orderly_close.ts";
import { makeIdentity } from "../../lib/server/self_signed.ts";
import { CERT, KEY } from "../samples/tls_identity.ts";
import { ChatClient } from "../support/chat_client.ts";
import { eventually } from "../support/eventually.ts";
import { RawTcp } from "../support/raw_tcp.ts";
import { TestServer, type TestServerOptions } from "../support/server.ts";
import { readToEnd } from "../support/streams.ts";
import { askOverTls, connectOverTls } from "../support/tls_client.ts";
import { toldTrace } from "../support/told_trace.ts";

function startTls(
  options: TestServerOptions = {},
  handshakeSeconds = 60,
): Promise<TestServer> {
  const identity = { cert: CERT, key: KEY };
  return TestServer.start({
    tls: { identity, handshakeSeconds, ports: { buddy: 0, chat: options.chat && 0 } },
    ...options,
  });
}

Deno.test("buddies over TLS are served as others, and each reply comes to its end", async () => {
  await using server = await startTls();
  assertEquals(await askOverTls(server.tls, "REG ann\n"), "200 OK\r\n");
  assertEquals(await askOverTls(server.tls, ["RE", "G an", "n\r\n"]), "203 USER EXISTS\r\n");
  assertEquals(await askOverTls(server.tls, "REG bob\nREG eve\n"), "200 OK\r\n");
  assertEquals(await server.ask("REG bob\n"), "203 USER EXISTS\r\n");
});

Deno.test("a list of thousands comes whole over TLS", async () => {
  await using server = await startTls();
  const buddies = Array.from({ length: 3000 }, (_, at) => `buddy-with-a-long-name-${at}`);
  await server.register("ann", ...buddies);
  await server.addBuddies("ann", ...buddies);
  const lines = (await askOverTls(server.tls, "GET ann\n")).split("\n");
  assertEquals([lines[0], lines.length], ["200 OK 3000\r", 3002]);
});

Deno.test("CAP tells where TLS is, and nothing where there is none", async () => {
  await using server = await startTls();
  const words = `200 OK parley/1 get info tls=${server.tls}\r\n`;
  assertEquals([await server.ask("CAP\n"), await askOverTls(server.tls, "CAP\n")], [words, words]);
  await using plain = await TestServer.start();
  assertEquals(await plain.ask("CAP\n"), "200 OK parley/1 get info\r\n");
});

Deno.test("a request that does not come in time is told so over TLS, too", async () => {
  await using server = await startTls({ limits: { readDeadlineSeconds: 0.1 } });
  let reply = "";
  // On a busy machine the time may be over before anything has come: that is just a close.
  await eventually("a reply", async () => (reply = await askOverTls(server.tls, "REG an")) !== "");
  assertEquals(reply, "201 INVALID\r\n");
  assertEquals(await askOverTls(server.tls, []), "");
});

/** A hello of TLS 1.0, which nobody speaks any more. */
const OLD_HELLO = [
  ...[22, 3, 1, 0, 45, 1, 0, 0, 41, 3, 1],
  ...new Uint8Array(32).fill(7),
  ...[0, 0, 2, 0, 47, 1, 0],
];

for (
  const [what, said, ends, fault] of [
    ["says nothing", [], false, "too slow"],
    ["sends half a hello", [22, 3, 1, 2, 0], false, "too slow"],
    [
      "sends a hello in two records, and not the second",
      [22, 3, 1, 0, 4, 1, 0, 2, 0],
      false,
      "too slow",
    ],
    ["sends half a hello and hangs up", [22, 3, 1, 2, 0], true, "hung up"],
    ["speaks no TLS", [...new TextEncoder().encode("REG ann\n")], false, "no TLS"],
    ["tells that it does not trust the certificate", [21, 3, 1, 0, 2, 2, 48], false, "alert"],
    ["speaks nothing newer than TLS 1.0", OLD_HELLO, false, undefined],
  ] as const
) {
  Deno.test(`a client that ${what} gives its place back in time, and is counted`, async () => {
    // Only those are cut off who are meant to be.
    const seconds = fault === "too slow" ? 0.1 : undefined;
    await using server = await startTls({ limits: { maxConnections: 1 } }, seconds);
    using client = await RawTcp.connect(server.tls);
    await client.send(Uint8Array.from(said));
    if (ends) await client.finish();
    await client.readToEnd().catch(() => {});
    // There is one place.
    await eventually("a free place", async () => await server.ask("CAP\n").catch(() => "") !== "");
    const counted = Object.entries(server.failedHandshakes);
    // What is wrong with an old hello depends on the version of Deno.
    assertEquals(counted, [[fault ?? counted[0]?.[0], 1]]);
  });
}

Deno.test("a client is told by TLS why its handshake failed, and then let go of", async () => {
  await using server = await startTls();
  using client = await RawTcp.connect(server.tls);
  await client.send(Uint8Array.from(OLD_HELLO));
  const [alert, , , , , fatal] = new TextEncoder().encode(await client.readToEnd());
  assertEquals([alert, fatal], [21, 2]);
});

Deno.test("a client that does not trust the certificate is counted as such", async () => {
  await using server = await startTls();
  const { cert } = await makeIdentity([], Date.now());
  await assertRejects(() => connectOverTls(server.tls, cert), Error, "UnknownIssuer");
  await eventually("its count", () => Object.keys(server.failedHandshakes).length > 0);
  assertEquals(server.failedHandshakes, { alert: 1 });
  closeNow(await connectOverTls(server.tls));
  assertEquals(server.failedHandshakes, { alert: 1 });
});

Deno.test("connections over TLS take places as plain ones do", async () => {
  await using server = await startTls({ limits: { maxConnections: 1 } });
  const client = await connectOverTls(server.tls);
  assertEquals(await server.ask("CAP\n").catch(() => ""), "");
  closeNow(client);
  await eventually("a free place", async () => await server.ask("CAP\n").catch(() => "") !== "");
});

Deno.test("the login chat over TLS talks to the one without", async () => {
  await using server = await startTls({ chat: {} });
  using ann = new ChatClient(await connectOverTls(server.chatTls));
  await ann.logIn("ann");
  using bob = await ChatClient.enter(server.chat, "bob");
  await bob.send("C PM\nD hello over there\n");
  assertStringIncludes(await ann.line() ?? "", "hello over there");
  assertEquals(await ann.others(), "bob");
});

Deno.test("a traced server tells the inside of TLS from plain TCP", async () => {
  const { trace, told } = toldTrace();
  await using server = await startTls({ trace });
  assertEquals(await askOverTls(server.tls, "REG ann\n"), "200 OK\r\n");
  assertEquals(await server.ask("REG bob\n"), "200 OK\r\n");
  assertEquals(told, [
    "TLS ann to server: REG ann",
    "TLS server to ann: 200 OK",
    "TCP bob to server: REG bob",
    "TCP server to bob: 200 OK",
  ]);
});

Deno.test("a server with TLS stops, whoever is there", async () => {
  await using server = await startTls();
  using silent = await RawTcp.connect(server.tls);
  using waiting = await connectOverTls(server.tls);
  await server.stop();
  await silent.readToEnd().catch(() => {});
  await readToEnd(waiting).catch(() => {});
});

Deno.test("reloadTls() shows another certificate, and a bad one changes nothing", async () => {
  await using server = await startTls();
  const { cert, key } = await makeIdentity([], Date.now());
  try {
    server.reloadTls({ cert, key: KEY });
    throw new Error("It was taken");
  } catch (error) {
    assertStringIncludes((error as Error).message, "Cannot use certificate and key (TLS)");
  }
  closeNow(await connectOverTls(server.tls));
  server.reloadTls({ cert, key });
  await assertRejects(() => connectOverTls(server.tls), Error, "UnknownIssuer");
  closeNow(await connectOverTls(server.tls, cert));
});
