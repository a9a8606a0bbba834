/** Backends that misbehave: what clients see of it is as little as can be. */

import { assert, assertEquals } from "@std/assert";
import {
  answering,
  closingAtOnce,
  echoing,
  halfOpen,
  hanging,
  TestBackend,
  trickling,
} from "../support/backends.ts";
import { eventually } from "../support/eventually.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { FullListener } from "../support/full_listener.ts";
import { resetConnection, ResettingServer } from "../support/resets.ts";
import { RawTcp } from "../support/raw_tcp.ts";
import { TestBalancer } from "../support/test_balancer.ts";

/** Health checks that stay out of the way: one at the start, and then only connects count. */
const ONE_CHECK = { checkInterval: 1000 } as const;

Deno.test("a backend that refuses: every client is served by the other one", async () => {
  await using a = new TestBackend("a");
  await using b = new TestBackend("b");
  await using balancer = new TestBalancer({ ...ONE_CHECK, backends: [a.address, b.address] });
  await balancer.ask("first\n");
  await balancer.checked();
  await a.die();
  for (let turn = 0; turn < 6; turn++) assertEquals(await balancer.ask("x\n"), "b x\n");
  const { told } = balancer;
  assert(told.includes("Backend #0 failed (nothing is listening there), retrying on another"));
  assert(told.includes(`Backend 0 is down: ${a.address} (nothing is listening there)`));
  assertEquals(told.filter((line) => line.startsWith("Backend #0 failed")).length, 3);
});

Deno.test("all backends refuse: the client is closed, and served once one is back", async () => {
  const a = new TestBackend("a");
  await a.die();
  await using balancer = new TestBalancer({ ...ONE_CHECK, backends: [a.address] });
  assertEquals(await balancer.ask("x\n").catch(() => ""), "");
  await balancer.tells(`Backend 0 is down: ${a.address} (nothing is listening there)`);
  await using _again = new TestBackend("again", answering, a.port);
  // It is down as far as anybody knows, and nobody else is left: it is tried all the same.
  assertEquals(await balancer.ask("x\n"), "again x\n");
});

Deno.test("a backend that hangs is found out by its checks, and left alone", async () => {
  await using a = new TestBackend("a", hanging);
  await using b = new TestBackend("b");
  await using balancer = new TestBalancer({
    backends: [a.address, b.address],
    checkTimeout: 0.5,
  });
  const { pool } = balancer.service;
  // The other one may be late once, where much else goes on.
  pool.report(pool.backends[1]!, true);
  await balancer.tells(
    `Backend 0 is down: ${a.address} (it takes connections and does not answer)`,
  );
  for (let turn = 0; turn < 4; turn++) assertEquals(await balancer.ask("x\n"), "b x\n");
  a.behaviour = answering;
  await balancer.tells(`Backend 0 is up: ${a.address}`);
  assertEquals([await balancer.ask("x\n"), await balancer.ask("x\n")].sort(), ["a x\n", "b x\n"]);
});

Deno.test("a backend that closes at once: the client is given to the other one", async () => {
  await using a = new TestBackend("a", closingAtOnce);
  await using b = new TestBackend("b");
  await using balancer = new TestBalancer({
    ...ONE_CHECK,
    check: "connect",
    backends: [a.address, b.address],
  });
  for (let turn = 0; turn < 4; turn++) {
    using client = await silentAt(balancer, 1);
    await client.send("x\n");
    assertEquals(await client.readToEnd(), "b x\n");
  }
  const moved = "Backend #0 failed (it closed the connection unused), retrying on another";
  assert(balancer.told.includes(moved), balancer.told.join("\n"));
});

/** A client that comes alone, has not said anything, and has got to this backend. */
async function silentAt(balancer: TestBalancer, index: number): Promise<RawTcp> {
  await balancer.isLeft();
  const client = await RawTcp.connect(balancer.port);
  const { backends } = balancer.service.pool;
  await eventually("a backend that stays", () =>
    balancer.service.connections === 1 &&
    backends.every(({ connections }, each) => connections === (each === index ? 1 : 0)));
  return client;
}

for (const [who, isSilent] of [["speak at once", false], ["are silent at first", true]] as const) {
  Deno.test(`a backend that closes at once is taken out by clients that ${who}`, async () => {
    await using a = new TestBackend("a");
    await using b = new TestBackend("b");
    await using balancer = new TestBalancer({
      ...ONE_CHECK,
      check: "connect",
      backends: [a.address, b.address],
    });
    await balancer.ask("first\n");
    a.behaviour = closingAtOnce;
    const down = `Backend 0 is down: ${a.address} (it closes connections at once)`;
    await eventually("it is taken out", async () => {
      using client = isSilent ? await silentAt(balancer, 1) : await RawTcp.connect(balancer.port);
      // What has been sent already cannot be given to another backend.
      const answer = await client.send("x\n").then(() => client.readToEnd()).catch(() => "");
      assert(answer === "b x\n" || !isSilent && answer === "", answer);
      return balancer.told.includes(down);
    });
    for (let turn = 0; turn < 4; turn++) assertEquals(await balancer.ask("x\n"), "b x\n");
  });
}

Deno.test("a backend that closes some clients at once, for what they said, stays in", async () => {
  await using a = new TestBackend("a", async (stream, backend) => {
    const first = new Uint8Array(1);
    if (await stream.read(first) !== null && first[0] !== 33) await answering(stream, backend);
  });
  const options = { ...ONE_CHECK, backends: [a.address] };
  // While the clock stands still, whatever is closed is closed at once.
  await using balancer = new TestBalancer(options, { clock: new FakeClock().read });
  await balancer.checked();
  const [backend] = balancer.service.pool.backends;
  for (let turn = 0; turn < 8; turn++) {
    const before = balancer.judged(backend!);
    assertEquals(await balancer.ask("!").catch(() => ""), "");
    await eventually("a check", () => balancer.judged(backend!) > before);
  }
  assertEquals(balancer.told.filter((line) => line.includes("is down")), []);
});

Deno.test("a client that says nothing is not handed round all backends", async () => {
  const backends = ["a", "b", "c", "d"].map((name) => new TestBackend(name, closingAtOnce));
  // Seconds pass from one look at it to the next: nobody closes so soon that it is the backend's fault.
  const clock = new FakeClock();
  const passing = (): number => {
    clock.advance(2000);
    return clock.now;
  };
  try {
    await using balancer = new TestBalancer({
      ...ONE_CHECK,
      check: "connect",
      backends: backends.map(({ address }) => address),
    }, { clock: passing });
    await balancer.checked();
    using silent = await RawTcp.connect(balancer.port);
    assertEquals(await silent.readToEnd(), "");
    const chosen = balancer.told.filter((line) => line.startsWith("New client"));
    assertEquals(chosen, ["New client -> backend #0", "New client -> backend #1"]);
    assertEquals(balancer.told.filter((line) => line.includes("is down")), []);
  } finally {
    for (const backend of backends) await backend.die();
  }
});

Deno.test("a backend that trickles is passed on as it comes", async () => {
  await using a = new TestBackend("a", trickling);
  await using balancer = new TestBalancer({ backends: [a.address] });
  assertEquals(await balancer.ask("slowly\n"), "a slowly\n");
});

Deno.test("a backend that ends its half goes on hearing the client, for a while", async () => {
  await using a = new TestBackend("a", halfOpen);
  const clock = new FakeClock();
  const options = { ...ONE_CHECK, backends: [a.address], finishTimeout: 0.2 };
  await using balancer = new TestBalancer(options, { clock: clock.read });
  using client = await RawTcp.connect(balancer.port);
  assertEquals(await client.readToEnd(), "a\n");
  await client.send("more");
  await eventually("it is heard", () => a.asked > 0);
  // Neither says anything more, and the client does not end: the balancer does.
  const timer = setInterval(() => clock.advance(201), 10);
  await balancer.tells("Connection closed").finally(() => clearInterval(timer));
  assertEquals(balancer.log.entries.at(-1)?.fields.end, "idle");
});

Deno.test({
  name: "a backend that does not take a connection in time is given up for another" +
    FullListener.note,
  ignore: !FullListener.isPossible,
  async fn() {
    await using b = new TestBackend("b");
    await using full = await FullListener.make();
    await using balancer = new TestBalancer({
      ...ONE_CHECK,
      backends: [`127.0.0.1:${full.port}`, b.address],
      connectTimeout: 0.1,
    });
    // The other one may be late, too, where much else goes on.
    await eventually("an answer", async () => {
      return await balancer.ask("x\n").catch(() => "") === "b x\n";
    });
    const moved = "Backend #0 failed (no answer in time), retrying on another";
    assert(balancer.told.includes(moved), balancer.told.join("\n"));
  },
});

Deno.test({
  name: "a backend that resets in mid-stream ends its own client's connection, and no other" +
    ResettingServer.note,
  ignore: !ResettingServer.isPossible,
  async fn() {
    await using a = await ResettingServer.start("half a rep");
    await using b = new TestBackend("b", echoing);
    await using balancer = new TestBalancer({ ...ONE_CHECK, backends: [b.address, a.address] });
    using other = await RawTcp.connect(balancer.port);
    await other.send("still ");
    using client = await RawTcp.connect(balancer.port);
    await client.send("x\n");
    await client.hears("half a rep");
    a.reset();
    assertEquals(await client.readToEnd(), "");
    await balancer.tells("Connection closed");
    assertEquals(balancer.log.entries.at(-1)?.fields.end, "backend reset");
    await other.send("here");
    await other.finish();
    assertEquals(await other.readToEnd(), "still here");
  },
});

Deno.test({
  name: "a client that resets ends its backend's connection at once" + ResettingServer.note,
  ignore: !ResettingServer.isPossible,
  async fn() {
    await using a = new TestBackend("a", echoing);
    await using balancer = new TestBalancer({ ...ONE_CHECK, backends: [a.address] });
    await resetConnection(balancer.port, "hello");
    await balancer.tells("Connection closed");
    assertEquals(balancer.log.entries.at(-1)?.fields.end, "client reset");
    await eventually("the backend's end", () => a.open === 0);
  },
});
