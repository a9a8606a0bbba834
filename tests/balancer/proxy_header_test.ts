/** PROXY headers to backends, and from another balancer. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { decodeProxyHeader, encodeProxyV2, MAX_V2_BYTES } from "../../lib/wire/proxy_protocol.ts";
import type { ByteStream } from "../../lib/core/ports.ts";
import { writeAll } from "../../lib/net/orderly_close.ts";
import { answering, TestBackend } from "../support/backends.ts";
import { eventually } from "../support/eventually.ts";
import { askAndFinish, RawTcp } from "../support/raw_tcp.ts";
import { TestServer } from "../support/server.ts";
import { TestBalancer } from "../support/test_balancer.ts";

/** Answers with what the header said and what came after it. */
async function tellingHeader(stream: ByteStream): Promise<void> {
  let bytes = new Uint8Array(0);
  for (;;) {
    const chunk = new Uint8Array(4096);
    const count = await stream.read(chunk);
    if (count === null) break;
    bytes = Uint8Array.of(...bytes, ...chunk.subarray(0, count));
  }
  const decision = decodeProxyHeader(bytes);
  if (decision.state !== "whole") return;
  const rest = new TextDecoder().decode(bytes.subarray(decision.length));
  await writeAll(stream, new TextEncoder().encode(JSON.stringify([decision.header, rest])));
}

for (const version of ["sendProxy", "sendProxyV2"] as const) {
  Deno.test(`Service with ${version} tells backends whose connection it is`, async () => {
    await using a = new TestBackend("a", tellingHeader);
    await using balancer = new TestBalancer({ backends: [a.address], [version]: true });
    const [header, rest] = JSON.parse(await askAndFinish(balancer.port, "REG ann\n"));
    assertEquals(rest, "REG ann\n");
    assertEquals([header.kind, header.source.ip], ["proxied", "127.0.0.1"]);
    assert(header.source.port > 0);
    assertEquals(header.destination, { ip: "127.0.0.1", port: balancer.port });
  });
}

Deno.test("Service takes the client from another balancer's header, and passes it on", async () => {
  await using a = new TestBackend("a", tellingHeader);
  await using inner = new TestBalancer({
    backends: [a.address],
    acceptProxy: ["127.0.0.0/8"],
    sendProxyV2: true,
    strategy: "hash-user",
  });
  await using outer = new TestBalancer({ backends: [`127.0.0.1:${inner.port}`], sendProxy: true });
  const [header, rest] = JSON.parse(await askAndFinish(outer.port, "REG ann\n"));
  assertEquals([header.source.ip, header.destination.port], ["127.0.0.1", outer.port]);
  assertEquals(rest, "REG ann\n");

  const made = "PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\nREG ann\n";
  const bytes = Array.from(new TextEncoder().encode(made), (byte) => Uint8Array.of(byte));
  const [told] = JSON.parse(await askAndFinish(inner.port, ...bytes));
  assertEquals(told.source, { ip: "192.0.2.7", port: 56324 });
  await eventually(
    "the end of what that client said",
    () =>
      inner.log.entries.some(({ message, fields }) =>
        message === "Connection closed" && fields.client === "192.0.2.7"
      ),
  );
});

Deno.test("Service judges by the client of the header, not by the balancer that sent it", async () => {
  await using a = new TestBackend("a");
  await using balancer = new TestBalancer({
    backends: [a.address],
    acceptProxy: ["127.0.0.1"],
    deny: ["192.0.2.0/24"],
    maxConnectionsPerAddress: 1,
  });
  const as = (ip: string) => `PROXY TCP4 ${ip} 198.51.100.1 1 2\r\n`;
  assertEquals(await balancer.ask(as("198.51.100.9"), "x\n"), "a x\n");
  assertEquals(await balancer.ask(as("192.0.2.7"), "x\n").catch(() => ""), "");
  const mapped = "PROXY TCP6 ::ffff:c000:207 ::1 1 2\r\n";
  assertEquals(await balancer.ask(mapped, "x\n").catch(() => ""), "");
  await balancer.isLeft();
  using first = await RawTcp.connect(balancer.port);
  await first.send(as("198.51.100.9"));
  const [backend] = balancer.service.pool.backends;
  await eventually("it is let in", () => backend!.connections === 1);
  assertEquals(await balancer.ask(as("198.51.100.9"), "x\n").catch(() => ""), "");
  assertEquals(await balancer.ask(as("198.51.100.10"), "x\n"), "a x\n");
});

Deno.test("Service counts who sends no header before it lets more in than may be", async () => {
  await using a = new TestBackend("a");
  await using balancer = new TestBalancer({
    ...{ backends: [a.address], acceptProxy: ["127.0.0.1"] },
    maxConnections: 1,
  });
  using silent = await RawTcp.connect(balancer.port);
  await eventually("it is counted", () => balancer.service.connections === 1);
  assertEquals(await balancer.ask("PROXY UNKNOWN\r\n", "x\n").catch(() => ""), "");
  await balancer.tells("Connections are turned away: too many connections, from 127.0.0.1");
  await silent.send("PROXY UNKNOWN\r\nx\n");
  assertEquals(await silent.readToEnd(), "a x\n");
});

Deno.test("Service finds the key behind the longest header there may be", async () => {
  await using a = new TestBackend("a");
  await using b = new TestBackend("b");
  await using balancer = new TestBalancer({
    ...{ backends: [a.address, b.address], acceptProxy: ["127.0.0.1"], strategy: "hash-user" },
  });
  const header = longestHeader();
  const homes = new Set<string>();
  for (let turn = 0; turn < 16; turn++) {
    const line = `REG user${turn}\n`;
    const home = await balancer.ask("PROXY UNKNOWN\r\n", line);
    assertEquals(await balancer.ask(header, line), home);
    homes.add(home[0]!);
  }
  assertEquals(homes.size, 2);
});

/** A header of version 2 that is filled up with an extension. */
function longestHeader(): Uint8Array {
  const ends = {
    source: { ip: "192.0.2.7", port: 1 },
    destination: { ip: "192.0.2.8", port: 2 },
  };
  const short = encodeProxyV2({ kind: "proxied", ...ends });
  const header = new Uint8Array(MAX_V2_BYTES);
  header.set(short);
  const view = new DataView(header.buffer);
  view.setUint16(14, MAX_V2_BYTES - 16);
  view.setUint8(short.length, 4);
  view.setUint16(short.length + 1, MAX_V2_BYTES - short.length - 3);
  return header;
}

Deno.test("Service refuses a balancer without a header, with a broken one, or with half of one", async () => {
  await using a = new TestBackend("a");
  for (const text of ["REG ann\n", "PROXY nonsense\r\n", "PROXY TCP4 192."]) {
    await using balancer = new TestBalancer({
      backends: [a.address],
      acceptProxy: ["127.0.0.1"],
      peekTimeout: 0.05,
    });
    assertEquals(await balancer.ask(text).catch(() => ""), "");
    const away = "Connections are turned away: it";
    await balancer.tellsOf(away);
    const told = balancer.told.find((line) => line.startsWith(away));
    assertMatch(told!, /no PROXY header|version 1 header|never came whole/);
  }
});

Deno.test("Service takes no header from anybody else: it is passed on as it is", async () => {
  await using a = new TestBackend("a", answering);
  await using balancer = new TestBalancer({ backends: [a.address], acceptProxy: ["10.0.0.0/8"] });
  assertEquals(await balancer.ask("PROXY UNKNOWN\r\n"), "a PROXY UNKNOWN\r\n");
});

for (const version of ["sendProxy", "sendProxyV2"] as const) {
  Deno.test(`our server limits by the client that ${version} tells of`, async () => {
    await using server = await TestServer.start({
      trustProxy: ["127.0.0.1"],
      limits: { maxConnectionsPerAddress: 1 },
    });
    await using balancer = new TestBalancer({
      backends: [`127.0.0.1:${server.tcp}`],
      acceptProxy: ["127.0.0.1"],
      [version]: true,
    });
    const as = (ip: string) => `PROXY TCP4 ${ip} 198.51.100.1 1 2\r\n`;
    using first = await RawTcp.connect(balancer.port);
    await first.send(as("192.0.2.7") + "REG a");
    await balancer.tells(`Client connected to backend: 127.0.0.1:${server.tcp}`);
    // Once the server has the first one, the same client again is one too many; another one is not.
    await eventually("it is one too many", async () => {
      return await balancer.ask(as("192.0.2.7"), "REG x\n").catch(() => "") === "";
    });
    assertEquals(await balancer.ask(as("192.0.2.8"), "REG bob\n"), "200 OK\r\n");
    await first.send("nn\n");
    assertEquals(await first.readToEnd(), "200 OK\r\n");
  });
}
