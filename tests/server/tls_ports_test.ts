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

function startTls(
  options: TestServerOptions = {},
  handshakeSeconds = 5,
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
  assertEquals(await askOverTls(server.tls, "REG an"), "201 INVALID\r\n");
  assertEquals(await askOverTls(server.tls, []), "");
});

for (
  const [what, said] of [
    ["says nothing", []],
    ["sends half a hello", [22, 3, 1, 2, 0]],
    ["speaks no TLS", [...new TextEncoder().encode("REG ann\n")]],
  ] as const
) {
  Deno.test(`a client that ${what} gives its place back when the time of the handshake is over`, async () => {
    await using server = await startTls({ limits: { maxConnections: 1 } }, 0.1);
    using client = await RawTcp.connect(server.tls);
    await client.send(Uint8Array.from(said));
    await client.readToEnd().catch(() => {});
    // There is one place.
    await eventually("a free place", async () => await server.ask("CAP\n").catch(() => "") !== "");
  });
}

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
