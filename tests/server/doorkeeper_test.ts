/** The door of a service: whose connections are taken for whose. */

import { assert, assertEquals } from "@std/assert";
import { parseAddressSet } from "../../lib/core/ip_address.ts";
import { type ConnectionLimits, DEFAULT_SERVER_LIMITS } from "../../lib/core/limits.ts";
import { Admission } from "../../lib/net/admission.ts";
import { OrderlyCloser, writeAll } from "../../lib/net/orderly_close.ts";
import { listenTcp } from "../../lib/net/tcp.ts";
import { metricsText } from "../../lib/observe/metrics.ts";
import { DoorMeter } from "../../lib/server/door_meter.ts";
import { keepDoor } from "../../lib/server/doorkeeper.ts";
import { encodeProxyV1, encodeProxyV2, type ProxyHeader } from "../../lib/wire/proxy_protocol.ts";
import { eventually } from "../support/eventually.ts";
import { ask, askAndFinish, RawTcp } from "../support/raw_tcp.ts";
import { RecordedLog } from "../support/recorded_log.ts";

const HEADER: ProxyHeader = {
  kind: "proxied",
  source: { ip: "192.0.2.7", port: 4000 },
  destination: { ip: "127.0.0.1", port: 1234 },
};

/** Far longer than anything here takes. */
const LONG_SECONDS = 60;

/** A service that answers with the client's address and the first bytes of what it sent. */
class TestDoor implements AsyncDisposable {
  readonly port: number;
  readonly admission: Admission;
  readonly meter = new DoorMeter("test");
  readonly log = new RecordedLog();
  readonly #listener = listenTcp({ hostname: "127.0.0.1", port: 0 });
  readonly #closer = new OrderlyCloser();
  readonly #keeping: Promise<void>;

  constructor(
    trustProxy: readonly string[],
    bounds: Partial<ConnectionLimits> = {},
    readDeadlineSeconds = LONG_SECONDS,
  ) {
    const trusted = parseAddressSet(trustProxy);
    const limits = { ...DEFAULT_SERVER_LIMITS, ...bounds };
    this.port = (this.#listener.addr as Deno.NetAddr).port;
    this.admission = new Admission(limits, trusted);
    this.#keeping = keepDoor({
      listener: this.#listener,
      ...{ admission: this.admission, meter: this.meter },
      trusted,
      readDeadlineSeconds,
      log: this.log,
      serve: async ({ stream, remoteIp }) => {
        const bytes = new Uint8Array(100);
        const count = await stream.read(bytes) ?? 0;
        const text = new TextDecoder().decode(bytes.subarray(0, count));
        await writeAll(stream, new TextEncoder().encode(`${remoteIp} ${text}`));
        await this.#closer.close(stream);
      },
    });
  }

  /** Resolves when so many count as connected, whoever they are. */
  async holds(count: number): Promise<void> {
    await eventually(`${count} connections`, () => this.admission.open === count);
  }

  /** Resolves when so many were let in. */
  async letsIn(count: number): Promise<void> {
    await eventually(`${count} clients`, () => this.meter.admitted === count);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#keeping;
    this.#closer.stop();
  }
}

for (const [version, encode] of [["1", encodeProxyV1], ["2", encodeProxyV2]] as const) {
  Deno.test(`a trusted balancer tells whose a connection is, in version ${version}`, async () => {
    await using door = new TestDoor(["127.0.0.1"]);
    const header = encode(HEADER);
    assertEquals(await ask(door.port, header, "REG ann\n"), "192.0.2.7 REG ann\n");
    const bytes = Array.from(header, (byte) => Uint8Array.of(byte));
    assertEquals(await ask(door.port, ...bytes, "REG ann\n"), "192.0.2.7 REG ann\n");
    assertEquals(await ask(door.port, encode({ kind: "local" }), "x"), "127.0.0.1 x");
  });
}

Deno.test("a trusted address may do without a header", async () => {
  await using door = new TestDoor(["127.0.0.1"]);
  assertEquals(await ask(door.port, "REG ann\n"), "127.0.0.1 REG ann\n");
  assertEquals(await ask(door.port, "P\n"), "127.0.0.1 P\n");
  assertEquals(await askAndFinish(door.port, "PROXY"), "127.0.0.1 PROXY");
});

Deno.test("a trusted address that sends no whole header in time is left to the service", async () => {
  await using door = new TestDoor(["127.0.0.1"], {}, 0.05);
  // Also what a header in version 2 begins with.
  assertEquals(await ask(door.port, "\r\n\r\n"), "127.0.0.1 \r\n\r\n");
  assertEquals(await askAndFinish(door.port), "127.0.0.1 ");
  using silent = await RawTcp.connect(door.port);
  await door.letsIn(3);
  const late = new TextDecoder().decode(encodeProxyV1(HEADER));
  await silent.send(late);
  assertEquals(await silent.readToEnd(), `127.0.0.1 ${late}`, "no header any more");
});

Deno.test("a trusted address that sends a broken header is closed", async () => {
  await using door = new TestDoor(["127.0.0.1"]);
  assertEquals(await ask(door.port, "PROXY nonsense\r\n").catch(() => ""), "");
  assertEquals(door.admission.open, 0);
  assertEquals(door.meter.refused["broken PROXY header"], 1);
  assertEquals(door.meter.admitted, 0);
  const [{ message, fields }] = door.log.entries as [typeof door.log.entries[0]];
  assertEquals(message, "Connections are turned away");
  assertEquals(fields.reason, "broken PROXY header");
});

Deno.test("a door counts who is let in, and who is not, from nought on", async () => {
  await using door = new TestDoor(["127.0.0.1"], { maxConnectionsPerAddress: 1 });
  using first = await RawTcp.connect(door.port);
  await first.send(encodeProxyV1(HEADER));
  await door.letsIn(1);
  await ask(door.port, encodeProxyV1(HEADER), "x").catch(() => "");
  assertEquals(metricsText(door.meter.families()).match(/^\w.*/gm), [
    'parley_connections_total{service="test"} 1',
    'parley_connections_refused_total{service="test",reason="too many connections"} 0',
    'parley_connections_refused_total{service="test",reason="too many from this address"} 1',
    'parley_connections_refused_total{service="test",reason="too fast"} 0',
    'parley_connections_refused_total{service="test",reason="broken PROXY header"} 0',
  ]);
  await first.send("done");
  await first.readToEnd();
});

Deno.test("nobody else's header is believed", async () => {
  await using door = new TestDoor(["10.0.0.0/8"]);
  const sent = new TextDecoder().decode(encodeProxyV1(HEADER));
  assertEquals(await ask(door.port, sent), `127.0.0.1 ${sent}`);
});

Deno.test("the client of the header is limited, not the balancer", async () => {
  await using door = new TestDoor(["127.0.0.1"], { maxConnectionsPerAddress: 1 });
  using first = await RawTcp.connect(door.port);
  await first.send(encodeProxyV1(HEADER));
  await door.letsIn(1);
  assertEquals(await ask(door.port, encodeProxyV1(HEADER), "x").catch(() => ""), "");
  const other = { ...HEADER, source: { ip: "192.0.2.8", port: 1 } };
  assertEquals(await ask(door.port, encodeProxyV1(other), "x"), "192.0.2.8 x");
  await first.send("done");
  assertEquals(await first.readToEnd(), "192.0.2.7 done");
});

Deno.test("who has not said who they are counts in all: no more are let in than may be", async () => {
  await using door = new TestDoor(["127.0.0.1"], { maxConnections: 1 });
  using silent = await RawTcp.connect(door.port);
  await door.holds(1);
  assertEquals(await ask(door.port, encodeProxyV1(HEADER), "x").catch(() => ""), "");
  await silent.send("PROXY nonsense\r\n");
  await silent.readToEnd().catch(() => "");
  await door.holds(0);
  assertEquals(await ask(door.port, "again"), "127.0.0.1 again");
});

Deno.test("closing the door lets go of who has not said anything yet", async () => {
  const door = new TestDoor(["127.0.0.1"]);
  using silent = await RawTcp.connect(door.port);
  await door.holds(1);
  await door[Symbol.asyncDispose]();
  assert(await silent.readToEnd() === "");
});
