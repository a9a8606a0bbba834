/** Requests by trunk, over a backend that says what the test wants it to. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { backendLine, reportBackend } from "../../lib/balancer/report.ts";
import { hanging, TestBackend } from "../support/backends.ts";
import { eventually } from "../support/eventually.ts";
import { ask, askAndFinish, RawTcp } from "../support/raw_tcp.ts";
import { TestBalancer } from "../support/test_balancer.ts";
import { balanceByTrunk, TrunkBackend } from "../support/trunk_backend.ts";

Deno.test("requests of many clients share two trunks, and each gets its own answer", async () => {
  await using a = new TrunkBackend();
  await using balancer = await balanceByTrunk(a);
  const clients = Array.from({ length: 6 }, (_, at) => ask(balancer.port, `REG u${at}\n`));
  const asked = await Promise.all(clients.map((_, at) => a.asked(`REG u${at}`)));
  assertEquals(a.trunks.length, 2);
  // The last comes first.
  for (const [at, { trunk, number }] of [...asked.entries()].reverse()) {
    await trunk.answer(number, `200 OK u${at}\r\n`);
  }
  for (const [at, client] of clients.entries()) assertEquals(await client, `200 OK u${at}\r\n`);
  for (const { calls } of a.trunks) {
    assertEquals(calls.map((call) => Number.parseInt(call)), calls.map((_, at) => at + 1));
    for (const call of calls) assert(/^\d+ 127\.0\.0\.1 [1-9]\d* REG u\d$/.test(call), call);
  }
  const report = reportBackend(balancer.service.pool.backends[0]!);
  assertEquals([report.trunks, report.trunked, report.connected, report.connections], [2, 6, 6, 0]);
  assert(backendLine("buddy", 1234, report).endsWith(", 0 connections, 2 trunks"));
  assertEquals(a.apart, []);
});

Deno.test("a balancer that does not say whose connections are is told of what that means", async () => {
  await using a = new TrunkBackend();
  for (const sendProxyV2 of [false, true]) {
    await using balancer = await balanceByTrunk(a, { sendProxyV2 });
    const warned = balancer.told.filter((line) => line.includes("give --send-proxy-v2")).length;
    assertEquals(warned, sendProxyV2 ? 0 : 1);
  }
});

for (
  const [what, offer, welcome] of [
    ["an older server", "201 INVALID", ""],
    ["a server that offers none", "200 OK parley/1 get info", ""],
    ["a server that offers one and takes none", "200 OK parley/1 trunk", "201 INVALID"],
  ] as const
) {
  Deno.test(`${what} gets a connection for each request`, async () => {
    await using a = new TrunkBackend();
    a.offer = offer;
    a.welcome = welcome;
    await using balancer = new TestBalancer({ backends: [a.address], trunk: true });
    for (let turn = 0; turn < 3; turn++) {
      assertEquals(await balancer.ask("REG ann\n"), "apart REG ann\n");
    }
    assertEquals(a.apart, Array(3).fill("REG ann"));
  });
}

for (
  const [what, offer] of [
    ["says nothing", undefined],
    ["answers with what is no line", "x".repeat(2000)],
  ] as const
) {
  Deno.test(`a backend that ${what} when it is asked is asked once, and keeps nobody waiting`, async () => {
    let asked = 0;
    await using a = new TestBackend("a", async (stream) => {
      const chunk = new Uint8Array(100);
      const count = await stream.read(chunk) ?? 0;
      const text = new TextDecoder().decode(chunk.subarray(0, count));
      if (text !== "CAP\n") return void await stream.write(chunk.subarray(0, count));
      asked++;
      if (offer !== undefined) await stream.write(new TextEncoder().encode(offer));
      await stream.read(chunk);
    });
    await using balancer = new TestBalancer({
      ...{ backends: [a.address], trunk: true, checkTimeout: 0.05, check: "connect" },
      checkInterval: 1000,
    });
    for (let turn = 0; turn < 3; turn++) {
      assertEquals(await balancer.ask("REG ann\n"), "REG ann\n");
      await new Promise((resume) => setTimeout(resume, 600));
    }
    // Again only if it failed: its check may be late where much else goes on.
    const { failedChecks } = balancer.service.pool.backends[0]!.counts;
    assert(asked === 1 || asked === 1 + failedChecks, `${asked}, failed: ${failedChecks}`);
  });
}

Deno.test("a balancer that stops does not wait for a backend it asks", async () => {
  await using a = new TestBackend("a", hanging);
  await using balancer = new TestBalancer({
    ...{ backends: [a.address], trunk: true, checkTimeout: 1000, check: "connect" },
  });
  await eventually("it is checked, and asked", () => a.accepted === 2);
  await balancer.stop(0);
});

Deno.test("a service without trunks asks nobody for any", async () => {
  await using a = new TrunkBackend();
  await using balancer = new TestBalancer({ backends: [a.address], trunk: false });
  assertEquals(await balancer.ask("REG ann\n"), "apart REG ann\n");
  assertEquals(a.trunks, []);
});

for (
  const [what, pieces, line] of [
    ["in pieces", ["RE", "G an", "n\n"], "REG ann"],
    ["with CRLF", ["REG ann\r\n"], "REG ann\r"],
    ["with more behind it", ["REG ann\nREG ben\n"], "REG ann"],
    ["with a verb nobody knows", ["HELLO\n"], "HELLO"],
    ["that tries to open a trunk", ["TRUNK 1\n"], "TRUNK 1"],
    [
      "that is a PROXY header",
      ["PROXY TCP4 1.2.3.4 1.2.3.4 1 1\r\n"],
      "PROXY TCP4 1.2.3.4 1.2.3.4 1 1\r",
    ],
    ["that is blank", [" \n"], " "],
    ["of 512 bytes", [`${"x".repeat(512)}\r\n`], `${"x".repeat(512)}\r`],
  ] as const
) {
  Deno.test(`a request ${what} goes by trunk as it is`, async () => {
    await using a = new TrunkBackend();
    await using balancer = await balanceByTrunk(a);
    const client = ask(balancer.port, ...pieces);
    const { trunk, number } = await a.asked(line);
    await trunk.answer(number, "200 OK\r\n");
    assertEquals(await client, "200 OK\r\n");
  });
}

Deno.test("a request that ends with the client's side is a request", async () => {
  await using a = new TrunkBackend();
  await using balancer = await balanceByTrunk(a);
  const client = askAndFinish(balancer.port, "REG ", "ann");
  const { trunk, number } = await a.asked("REG ann");
  await trunk.answer(number, "200 OK\r\n");
  assertEquals(await client, "200 OK\r\n");
});

Deno.test("no answer is a close without one", async () => {
  await using a = new TrunkBackend();
  await using balancer = await balanceByTrunk(a);
  const client = ask(balancer.port, "\n");
  const { trunk, number } = await a.asked("");
  await trunk.say(`${number} 0\n`);
  assertEquals(await client, "");
});

Deno.test("a client that says nothing and ends is closed", async () => {
  await using a = new TrunkBackend();
  await using balancer = await balanceByTrunk(a);
  assertEquals(await askAndFinish(balancer.port), "");
  assertEquals([a.apart, a.trunks.flatMap(({ calls }) => calls)], [[], []]);
});

Deno.test("what is no request in time is relayed, with the client's address", async () => {
  await using a = new TrunkBackend();
  await using balancer = await balanceByTrunk(a, { peekTimeout: 0.05 });
  using slow = await RawTcp.connect(balancer.port);
  await slow.send("REG ");
  await balancer.tells(`Client connected to backend: ${a.address}`);
  await slow.send("ann\n");
  assertEquals(await slow.readToEnd(), "apart REG ann\n");
  assertEquals(a.apart, ["127.0.0.1 REG ann"]);
});

Deno.test("what is too long for a request is relayed, every byte of it", async () => {
  await using a = new TrunkBackend();
  await using balancer = await balanceByTrunk(a);
  for (
    const pieces of [["x".repeat(5000)], ["x".repeat(513)], ["x".repeat(300), "x".repeat(300)]]
  ) {
    const line = pieces.join("");
    assertEquals(await balancer.ask(...pieces, "\n"), `apart ${line}\n`);
  }
});

Deno.test("a long answer is passed on in pieces, and a trunk lost within it ends it", async () => {
  await using a = new TrunkBackend();
  await using balancer = await balanceByTrunk(a);
  const long = "0123456789".repeat(50_000);
  for (const length of [long.length, 300_000]) {
    using client = await RawTcp.connect(balancer.port);
    await client.send(`GET ann${length}\n`);
    const { trunk, number } = await a.asked(`GET ann${length}`);
    await trunk.say(`${number} ${long.length}\n${long.slice(0, length)}`);
    if (length < long.length) trunk.close();
    const text = await client.readToEnd();
    assertEquals(long.startsWith(text), true);
    assertEquals(text.length === long.length, length === long.length, String(text.length));
  }
  await balancer.tellsOf("A trunk to backend 0 was lost");
  const ends = balancer.log.entries.filter(({ message }) => message === "Connection closed");
  assertEquals(ends.map(({ fields }) => fields.end), ["ended", "backend reset"]);
});

Deno.test("a client that is gone before its answer disturbs nobody", async () => {
  await using a = new TrunkBackend();
  await using balancer = await balanceByTrunk(a);
  const gone = await RawTcp.connect(balancer.port);
  await gone.send("REG gone\n");
  const { trunk, number } = await a.asked("REG gone");
  gone[Symbol.dispose]();
  await trunk.answer(number, "200 OK\r\n");
  const client = ask(balancer.port, "REG ann\n");
  const next = await a.asked("REG ann");
  await next.trunk.answer(next.number, "200 OK\r\n");
  assertEquals(await client, "200 OK\r\n");
  await balancer.isLeft();
});

Deno.test("a backend with max=N waits for answers, and serves who waits by trunk", async () => {
  await using a = new TrunkBackend();
  await using balancer = await balanceByTrunk(a, { backends: [`${a.address},max=1`] });
  const one = ask(balancer.port, "REG one\n");
  const first = await a.asked("REG one");
  const two = ask(balancer.port, "REG two\n");
  await eventually("one that waits", () => balancer.service.pool.waiting === 1);
  assertEquals(a.trunks.flatMap(({ calls }) => calls).length, 1);
  await first.trunk.answer(first.number, "ONE");
  const second = await a.asked("REG two");
  await second.trunk.answer(second.number, "TWO");
  assertEquals([await one, await two], ["ONE", "TWO"]);
  assertEquals(a.apart, []);
});

Deno.test("a service whose backends have no trunk does not wait for a client's first bytes", async () => {
  await using a = new TestBackend("a", async (stream) => {
    await stream.write(new TextEncoder().encode("hello"));
  });
  await using balancer = new TestBalancer({ backends: [a.address], trunk: true });
  using client = await RawTcp.connect(balancer.port);
  assertEquals(await client.readToEnd(), "hello");
});

Deno.test("an answer to CAP that the balancer tells itself goes by no trunk", async () => {
  await using a = new TrunkBackend();
  a.answerApart = () => "200 OK parley/1 get tls=1\r\n";
  await using balancer = await balanceByTrunk(a, { tellTlsPort: 4430 });
  assertEquals(await balancer.ask("CAP\n"), "200 OK parley/1 get tls=4430\r\n");
  const client = ask(balancer.port, "REG ann\n");
  const { trunk, number } = await a.asked("REG ann");
  await trunk.answer(number, "200 OK\r\n");
  assertEquals(await client, "200 OK\r\n");
});

Deno.test("refused clients are refused with trunks, too", async () => {
  await using a = new TrunkBackend();
  await using balancer = await balanceByTrunk(a, { deny: ["127.0.0.1"] });
  await assertRejects(() =>
    ask(balancer.port, "REG ann\n").then((text) => {
      if (text === "") throw new Error("closed");
    })
  );
  assertEquals(balancer.service.refused["the address is not allowed"], 1);
});
