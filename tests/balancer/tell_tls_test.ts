/** The TLS port that clients of a balancer are told, and TLS that is passed through to servers. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { securePlace } from "../../lib/client/secure_place.ts";
import { KnownServers } from "../../lib/client/known_servers.ts";
import { ServerLink } from "../../lib/client/server_link.ts";
import { writeAll } from "../../lib/net/orderly_close.ts";
import { CERT, KEY } from "../samples/tls_identity.ts";
import { TestBackend } from "../support/backends.ts";
import { id } from "../support/ids.ts";
import { RecordedLog } from "../support/recorded_log.ts";
import { TestServer } from "../support/server.ts";
import { TempDir } from "../support/temp_dir.ts";
import { TestBalancer } from "../support/test_balancer.ts";
import { askOverTls } from "../support/tls_client.ts";

const IDENTITY = { cert: CERT, key: KEY };

function startServer(): Promise<TestServer> {
  return TestServer.start({
    tls: { identity: IDENTITY, ports: { buddy: 0 } },
    trustProxy: ["127.0.0.1"],
  });
}

/** A balancer that is asked for nothing more. */
function plain(...backends: string[]): TestBalancer {
  return new TestBalancer({ backends, sendProxyV2: true });
}

Deno.test("a client of a balancer finds TLS at the balancer, and the servers end it", async () => {
  await using a = await startServer();
  await using b = await startServer();
  await using secure = plain(`127.0.0.1:${a.tls}`, `127.0.0.1:${b.tls}`);
  await using balancer = new TestBalancer({
    backends: [`127.0.0.1:${a.tcp}`, `127.0.0.1:${b.tcp}`],
    sendProxyV2: true,
    tellTlsPort: secure.port,
  });
  await using directory = await TempDir.make();
  const log = new RecordedLog();
  const world = { log, tell: () => {}, known: new KnownServers(directory.path) };
  const named = { host: "127.0.0.1", tcpPort: balancer.port };
  const wishes = { tls: true, ca: undefined, acceptNewKey: undefined };
  const place = await securePlace(named, wishes, world);
  assertEquals(place.secure?.tlsPort, secure.port);
  for (const name of ["ann", "bob"]) {
    const link = new ServerLink(place, log);
    assertEquals((await link.request({ kind: "register", user: id(name) })).code, 200);
    link.close();
  }
  await balancer.isLeft();
});

Deno.test("--tell-tls-port changes the answer to CAP, however it is asked, and nothing else", async () => {
  await using server = await startServer();
  await using balancer = new TestBalancer({
    backends: [`127.0.0.1:${server.tcp}`],
    tellTlsPort: 443,
  });
  const told = "200 OK parley/1 get info tls=443\r\n";
  assertEquals(await balancer.ask("CAP\n"), told);
  assertEquals(await balancer.ask("c", "ap", "\r", "\n"), told);
  assertStringIncludes(await server.ask("CAP\n"), `tls=${server.tls}`);
  assertEquals(await balancer.ask("CAPX\n"), "201 INVALID\r\n");
  assertEquals(await balancer.ask("REG ann\n"), "200 OK\r\n");
  assertEquals(await balancer.ask("GET ann\nCAP\n"), "200 OK 0\r\n");
});

Deno.test("--tell-tls-port is told of older servers, too; what cannot be an answer stays", async () => {
  for (
    const [said, heard] of [
      ["201 INVALID\n", "200 OK parley/1 tls=443\r\n"],
      ["200 OK parley/1 get tls=1 future=x\r\n", "200 OK parley/1 get future=x tls=443\r\n"],
      ["500 STORAGE\r\n", "500 STORAGE\r\n"],
      ["200 OK parley/1", "200 OK parley/1"],
      ["", ""],
      ["x".repeat(5000), "x".repeat(5000)],
    ] as const
  ) {
    await using backend = new TestBackend("a", async (stream) => {
      await stream.read(new Uint8Array(100));
      for (const byte of new TextEncoder().encode(said)) {
        await writeAll(stream, Uint8Array.of(byte));
      }
    });
    await using balancer = new TestBalancer({ backends: [backend.address], tellTlsPort: 443 });
    assertEquals(await balancer.ask("CAP\n"), heard);
  }
});

Deno.test("--tell-tls-port goes with a choice by user, and with TLS that ends here", async () => {
  await using server = await startServer();
  await using balancer = new TestBalancer({
    backends: [`127.0.0.1:${server.tcp}`],
    strategy: "hash-user",
    tellTlsPort: 443,
  }, { tls: IDENTITY });
  assertEquals(await askOverTls(balancer.port, "REG ann\n"), "200 OK\r\n");
  const told = "200 OK parley/1 get info tls=443\r\n";
  assertEquals(await askOverTls(balancer.port, "CAP\n"), told);
});
