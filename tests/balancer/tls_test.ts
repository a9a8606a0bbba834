/** TLS at the balancer: ended there, or passed through. */

import { assertEquals } from "@std/assert";
import { counting, echoing, TestBackend } from "../support/backends.ts";
import { counted } from "../support/counts.ts";
import { RawTcp } from "../support/raw_tcp.ts";
import { readToEnd } from "../support/streams.ts";
import { TestBalancer } from "../support/test_balancer.ts";
import { CERT, KEY } from "../samples/tls_identity.ts";
import { writeAll } from "../../lib/net/orderly_close.ts";

const IDENTITY = { tls: { cert: CERT, key: KEY } };

/** Connects as a client that trusts the certificate. */
async function connectTls(port: number): Promise<Deno.TlsConn> {
  return await Deno.connectTls({ hostname: "localhost", port, caCerts: [CERT] });
}

async function askTls(port: number, request: string): Promise<string> {
  using conn = await connectTls(port);
  await writeAll(conn, new TextEncoder().encode(request));
  await conn.closeWrite();
  return await readToEnd(conn);
}

Deno.test("Service ends TLS: the backend gets plain bytes, half-closes are kept", async () => {
  await using a = new TestBackend("a", counting);
  await using b = new TestBackend("b");
  await using balancer = new TestBalancer({ backends: [a.address, b.address] }, IDENTITY);
  assertEquals(await askTls(balancer.port, "x".repeat(200_000)), "a 200000\n");
  assertEquals(await askTls(balancer.port, "REG ann\n"), "b REG ann\n");
});

Deno.test("Service with TLS finds the user in what was encrypted", async () => {
  await using a = new TestBackend("a");
  await using b = new TestBackend("b");
  await using balancer = new TestBalancer(
    { backends: [a.address, b.address], strategy: "hash-user" },
    IDENTITY,
  );
  const homes = new Map<string, string>();
  for (let turn = 0; turn < 16; turn++) {
    const user = `user${turn % 8}`;
    const home = (await askTls(balancer.port, `REG ${user}\n`))[0]!;
    assertEquals(homes.get(user) ?? home, home);
    homes.set(user, home);
  }
});

Deno.test("a client that speaks no TLS is closed and counted, and nobody else notices", async () => {
  await using a = new TestBackend("a");
  await using balancer = new TestBalancer({ backends: [a.address] }, IDENTITY);
  await balancer.ask("REG ann\n").catch(() => "");
  await balancer.tellsOf("Connections are turned away: TLS handshake failed: no TLS");
  assertEquals(counted(balancer.service.refused), { "TLS handshake failed: no TLS": 1 });
  using _silent = await RawTcp.connect(balancer.port);
  assertEquals(await askTls(balancer.port, "REG ann\n"), "a REG ann\n");
});

Deno.test("Service takes a PROXY header in front of TLS, and knows the client by it", async () => {
  await using a = new TestBackend("a", counting);
  await using ends = new TestBalancer(
    { backends: [a.address], acceptProxy: ["127.0.0.1"] },
    IDENTITY,
  );
  await using passes = new TestBalancer({ backends: [`127.0.0.1:${ends.port}`], sendProxy: true });
  assertEquals(await askTls(passes.port, "REG ann\n"), "a 8\n");
  for (const balancer of [passes, ends]) await balancer.tells("Connection closed");
  const [connected, closed] = ["Client connected to backend", "Connection closed"].map((start) =>
    [passes, ends].map(({ log }) =>
      log.entries.find(({ message }) => message.startsWith(start))!.fields.clientPort
    )
  );
  // The port of the client itself, not that of the balancer in between.
  assertEquals([connected![1], closed![1]], [connected![0], connected![0]]);
});

Deno.test("Service passes TLS through as it is: the backend ends it", async () => {
  await using backend = new TestBalancer({ backends: ["127.0.0.1:1"] }, IDENTITY);
  await using a = new TestBackend("a", echoing);
  backend.service.reconfigure({
    ...backend.service.options,
    backends: [{ host: "127.0.0.1", port: a.port, weight: 1, max: Infinity, isBackup: false }],
  });
  await using balancer = new TestBalancer({ backends: [`127.0.0.1:${backend.port}`] });
  assertEquals(await askTls(balancer.port, "through two"), "through two");
});
