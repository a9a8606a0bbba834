/** A service on real sockets, over backends that serve well: choice, relaying, limits, stopping. */

import { assert, assertEquals } from "@std/assert";
import type { Backend } from "../../lib/balancer/backend.ts";
import { counting, echoing, TestBackend } from "../support/backends.ts";
import { eventually } from "../support/eventually.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { ask, askAndFinish, RawTcp } from "../support/raw_tcp.ts";
import { keptAlive, TELLS_USAGE, USAGE_NOTE } from "../support/process_usage.ts";
import { TestBalancer } from "../support/test_balancer.ts";

Deno.test("Service passes requests on in turn, and tells the story", async () => {
  await using a = new TestBackend("a");
  await using b = new TestBackend("b");
  await using balancer = new TestBalancer({ backends: [a.address, b.address] });
  assertEquals(await balancer.ask("one\n"), "a one\n");
  await balancer.tells("Connection closed");
  assertEquals([await balancer.ask("two\n"), await balancer.ask("3\n")], ["b two\n", "a 3\n"]);
  assertEquals(balancer.told.slice(0, 7), [
    `Load Balancer running on port ${balancer.port}...`,
    "Forwarding to 2 backend(s)",
    `  Backend 0: ${a.address}`,
    `  Backend 1: ${b.address}`,
    "New client -> backend #0",
    `Client connected to backend: ${a.address}`,
    "Connection closed",
  ]);
});

Deno.test("Service tells what a connection carried, and how it ended", async () => {
  await using a = new TestBackend("a");
  await using balancer = new TestBalancer({ backends: [a.address] });
  await balancer.ask("one\n");
  await balancer.tells("Connection closed");
  const { fields } = balancer.log.entries.find(({ message }) => message === "Connection closed")!;
  const { service, client, backend, sent, received, end } = fields;
  assertEquals([service, client, backend], ["test", "127.0.0.1", a.address]);
  assertEquals([sent, received, end], [4, 6, "ended"]);
  assert(typeof fields.ms === "number" && typeof fields.clientPort === "number");
});

Deno.test("Service keeps half-closes: a reply that is made after the end of the request", async () => {
  await using a = new TestBackend("a", counting);
  await using balancer = new TestBalancer({ backends: [a.address] });
  assertEquals(await askAndFinish(balancer.port, "x".repeat(100_000)), "a 100000\n");
});

Deno.test("Service with least-connections sends new clients where fewest are", async () => {
  await using a = new TestBackend("a", echoing);
  await using b = new TestBackend("b", echoing);
  await using balancer = new TestBalancer({
    backends: [a.address, b.address],
    strategy: "least-connections",
  });
  const held: RawTcp[] = [];
  for (let turn = 0; turn < 6; turn++) held.push(await RawTcp.connect(balancer.port));
  for (const client of held) await client.send("x");
  await eventually("all of them", () => a.asked + b.asked === 6);
  assertEquals([a.asked, b.asked], [3, 3]);
  for (const client of held) client[Symbol.dispose]();
});

Deno.test("Service with hash-user sends a user to one backend, however it is written", async () => {
  await using a = new TestBackend("a");
  await using b = new TestBackend("b");
  await using balancer = new TestBalancer({
    backends: [a.address, b.address],
    strategy: "hash-user",
  });
  const homes = new Map<string, string>();
  for (let user = 0; user < 20; user++) {
    const first = (await balancer.ask(`REG user${user}\n`))[0]!;
    homes.set(`user${user}`, first);
    assertEquals((await balancer.ask("get ", `USER${user}`, " \r\n"))[0], first);
    assertEquals((await balancer.ask(`ADD user${user} ann\nmore`))[0], first);
  }
  assertEquals([...new Set(homes.values())].sort(), ["a", "b"]);
});

Deno.test("Service with hash-room sends a room to one backend, byte by byte too", async () => {
  await using a = new TestBackend("a", counting);
  await using b = new TestBackend("b", counting);
  await using balancer = new TestBalancer({
    backends: [a.address, b.address],
    strategy: "hash-room",
  });
  const homes = new Set<string>();
  for (let number = 0; number < 24; number++) {
    const room = new TextEncoder().encode(`room${number}`);
    const frame = new Uint8Array(32 + room.length + 2);
    frame.set([room.length, 1 + number % 2, 0]);
    frame.set(room, 32);
    const whole = await askAndFinish(balancer.port, frame);
    const bytes = Array.from(frame, (byte) => Uint8Array.of(byte));
    assertEquals(await askAndFinish(balancer.port, ...bytes), whole);
    homes.add(whole[0]!);
  }
  assertEquals(homes.size, 2);
});

Deno.test("Service does not wait for ever for the bytes a choice depends on", async () => {
  await using a = new TestBackend("a", echoing);
  await using balancer = new TestBalancer({
    backends: [a.address],
    strategy: "hash-user",
    peekTimeout: 0.05,
  });
  using client = await RawTcp.connect(balancer.port);
  await client.send("RE");
  await balancer.tells(`Client connected to backend: ${a.address}`);
  await client.send("G ann");
  await client.finish();
  assertEquals(await client.readToEnd(), "REG ann");
});

Deno.test("Service closes connections that carry nothing for too long, and no others", async () => {
  await using a = new TestBackend("a", echoing);
  const clock = new FakeClock();
  const options = { backends: [a.address], idleTimeout: 0.3 };
  await using balancer = new TestBalancer(options, { clock: clock.read });
  using idle = await RawTcp.connect(balancer.port);
  using busy = await RawTcp.connect(balancer.port);
  await idle.send("x");
  await idle.hears("x");
  let isOver = false;
  const ended = idle.readToEnd().finally(() => isOver = true);
  await eventually("the idle client's end", async () => {
    await busy.send("x");
    await busy.hears("x");
    clock.advance(100);
    return isOver;
  });
  assertEquals(await ended, "");
  await busy.finish();
  assertEquals(await busy.readToEnd(), "");
});

Deno.test({
  name: "Service has the system ask whether silent clients and backends are there" + USAGE_NOTE,
  ignore: !TELLS_USAGE,
  async fn() {
    await using a = new TestBackend("a", echoing);
    await using balancer = new TestBalancer({ backends: [a.address], check: "connect" });
    using client = await RawTcp.connect(balancer.port);
    await client.send("x");
    await client.hears("x");
    // One-shot connections are over before that.
    await eventually("the set-up", async () => await keptAlive(balancer.port) === 1);
    assertEquals(await keptAlive(a.port), 0, "only our own ends of it");
  },
});

Deno.test("Service lets in only who is allowed, and nobody who is denied", async () => {
  await using a = new TestBackend("a");
  for (
    const [lists, isLetIn] of [
      [{ allow: ["127.0.0.0/8"] }, true],
      [{ allow: ["10.0.0.0/8", "::1"] }, false],
      [{ deny: ["127.0.0.1"] }, false],
      [{ allow: ["127.0.0.1"], deny: ["127.0.0.0/8"] }, false],
      [{ deny: ["10.0.0.0/8"] }, true],
    ] as const
  ) {
    await using balancer = new TestBalancer({ backends: [a.address], ...lists });
    const answer = await balancer.ask("hi\n").catch(() => "");
    assertEquals(answer, isLetIn ? "a hi\n" : "", JSON.stringify(lists));
    if (isLetIn) continue;
    await balancer.tells("Connections are turned away: the address is not allowed, from 127.0.0.1");
  }
});

Deno.test("Service bounds its connections in all", async () => {
  await using a = new TestBackend("a", echoing);
  await using balancer = new TestBalancer({ backends: [a.address], maxConnections: 2 });
  using one = await RawTcp.connect(balancer.port);
  using two = await RawTcp.connect(balancer.port);
  await one.send("1");
  await two.send("2");
  await eventually("both", () => balancer.service.connections === 2);
  assertEquals(await ask(balancer.port, "3").catch(() => ""), "");
  await one.finish();
  assertEquals(await one.readToEnd(), "1");
  await eventually("a place", () => balancer.service.connections === 1);
  assertEquals(await askAndFinish(balancer.port, "4"), "4");
});

/** A client that has the only place at the backend, and the answer to one that waits for it. */
async function oneWaiting(
  balancer: TestBalancer,
): Promise<{ first: RawTcp; waiting: Promise<string> }> {
  const first = await RawTcp.connect(balancer.port);
  await first.send("1");
  const [{ name }] = balancer.service.pool.backends as [Backend];
  await balancer.tells(`Client connected to backend: ${name}`);
  const waiting = askAndFinish(balancer.port, "2");
  await eventually("one that waits", () => balancer.service.pool.waiting === 1);
  return { first, waiting };
}

/** The first one goes, and the one that waits is served. */
async function leaveTo(first: RawTcp, waiting: Promise<string>): Promise<void> {
  await first.finish();
  assertEquals(await first.readToEnd(), "1");
  assertEquals(await waiting, "2");
  first[Symbol.dispose]();
}

Deno.test("Service keeps to a backend's max, and clients wait for a place", async () => {
  await using a = new TestBackend("a", echoing);
  await using balancer = new TestBalancer({ backends: [`${a.address},max=1`] });
  const { first, waiting } = await oneWaiting(balancer);
  await leaveTo(first, waiting);
});

Deno.test("Service closes a client that waited too long for a place", async () => {
  await using a = new TestBackend("a", echoing);
  await using balancer = new TestBalancer({
    backends: [`${a.address},max=1`],
    queueTimeout: 0.05,
  });
  using first = await RawTcp.connect(balancer.port);
  await first.send("1");
  await balancer.tells(`Client connected to backend: ${a.address}`);
  using second = await RawTcp.connect(balancer.port);
  assertEquals(await second.readToEnd(), "");
  assert(balancer.told.includes("Connection closed: every backend is full"));
});

Deno.test("Service lets connections end when it stops", async () => {
  await using a = new TestBackend("a", echoing);
  await using balancer = new TestBalancer({ backends: [a.address] });
  using patient = await RawTcp.connect(balancer.port);
  await patient.send("one ");
  await patient.hears("one ");
  const stopping = balancer.stop(60_000);
  await patient.send("two");
  await patient.finish();
  assertEquals(await patient.readToEnd(), "two");
  await stopping;
  assertEquals(balancer.service.connections, 0);
});

Deno.test("Service ends connections when it stops and the grace is over", async () => {
  await using a = new TestBackend("a", echoing);
  await using balancer = new TestBalancer({ backends: [a.address] });
  using idle = await RawTcp.connect(balancer.port);
  await idle.send("x");
  await idle.hears("x");
  await balancer.stop(10);
  assertEquals(await idle.readToEnd(), "");
  assertEquals(balancer.service.connections, 0);
});

Deno.test("Service serves who waits for a place while it stops, if the grace is long enough", async () => {
  await using a = new TestBackend("a", echoing);
  await using balancer = new TestBalancer({ backends: [`${a.address},max=1`] });
  const { first, waiting } = await oneWaiting(balancer);
  const stopping = balancer.stop(60_000);
  await leaveTo(first, waiting);
  await stopping;
});

Deno.test("Service lets go of balancers in front that have sent no header when it stops", async () => {
  await using a = new TestBackend("a", echoing);
  await using balancer = new TestBalancer({ backends: [a.address], acceptProxy: ["127.0.0.1"] });
  using silent = await RawTcp.connect(balancer.port);
  using other = await RawTcp.connect(balancer.port);
  await other.send("PROXY UNKNOWN\r\nx");
  await balancer.tells(`Client connected to backend: ${a.address}`);
  await balancer.stop(0);
  assertEquals(await silent.readToEnd(), "");
});
