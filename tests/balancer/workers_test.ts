/** A service whose connections several threads carry: decided in one place, whoever carries them. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { servicesPart } from "../../lib/balancer/services_part.ts";
import { metricsText } from "../../lib/observe/metrics.ts";
import { closingAtOnce, counting, echoing, TestBackend } from "../support/backends.ts";
import { eventually } from "../support/eventually.ts";
import { TestBalancer, type TestOptions } from "../support/test_balancer.ts";
import { askThread, clientOf, startThreads, takenOf } from "../support/worker_clients.ts";

/** Health checks that stay out of the way: one at the start, and then only connects count. */
const ONE_CHECK: TestOptions = { checkInterval: 1000 };

/** What the story has told of the ends of connections. */
function endsOf({ log }: TestBalancer): readonly unknown[][] {
  return log.entries.filter(({ message }) => message === "Connection closed")
    .map(({ fields: { backend, sent, received, end } }) => [backend, sent, received, end]);
}

Deno.test("threads share a port, and every client is answered and told of by one of them", async () => {
  await using a = new TestBackend("a");
  await using b = new TestBackend("b");
  await using balancer = await startThreads([a, b]);
  const answers: string[] = [];
  await eventually("clients of both", async () => {
    answers.push(await balancer.ask("hi\n"));
    return !takenOf(balancer).includes(0) && answers.length >= 8;
  });
  // One after the other, whoever asks: the turn is the same for all threads.
  assertEquals(answers, answers.map((_, index) => index % 2 === 0 ? "a hi\n" : "b hi\n"));
  await balancer.isLeft();
  assertEquals(endsOf(balancer).length, answers.length);
  const [of, counts] = [endsOf(balancer), balancer.service.pool.backends.map((one) => one.counts)];
  for (const end of of) assertEquals(end.slice(1), [3, 5, "ended"]);
  assertEquals(counts.map(({ connected }) => connected), [
    Math.ceil(answers.length / 2),
    Math.floor(answers.length / 2),
  ]);
  const carried = counts.reduce((sum, { sent, received }) => sum + sent + received, 0);
  assertEquals(carried, answers.length * 8);
  assertEquals(takenOf(balancer).reduce((sum, count) => sum + count), answers.length);
});

Deno.test("page and figures tell which thread took how many, where there are several", async () => {
  await using a = new TestBackend("a");
  await using alone = new TestBalancer({ backends: [a.address] });
  await using balancer = await startThreads([a]);
  await askThread(balancer, 2, "hi\n");
  const [here, there] = takenOf(balancer);
  const told = ({ service }: TestBalancer): string => {
    const part = servicesPart(new Map([["buddy", service]]));
    return JSON.stringify(part.view().tables) + metricsText(part.families());
  };
  const text = told(balancer);
  assertStringIncludes(text, `["Clients by thread","${here}, ${there}"]`);
  for (const [thread, count] of [[1, here], [2, there]]) {
    const labels = `service="buddy",thread="${thread}"`;
    assertStringIncludes(text, `lb_thread_connections_total{${labels}} ${count}\n`);
  }
  assert(!/thread/i.test(told(alone)));
});

Deno.test("a worker carries much, and keeps half-closes", async () => {
  await using a = new TestBackend("a", counting);
  await using balancer = await startThreads([a]);
  using client = await clientOf(balancer, 2);
  await client.send("x".repeat(500_000));
  await client.finish();
  assertEquals(await client.readToEnd(), "a 500000\n");
  await eventually("its end", () => endsOf(balancer).some(([, sent]) => sent === 500_000));
});

Deno.test("a worker tells backends whose connection it is", async () => {
  await using a = new TestBackend("a", echoing);
  await using balancer = await startThreads([a], { sendProxy: true });
  using client = await clientOf(balancer, 2);
  await client.send("hi");
  await client.finish();
  const end = new RegExp(
    `^PROXY TCP4 127\\.0\\.0\\.1 127\\.0\\.0\\.1 \\d+ ${balancer.port}\\r\\nhi$`,
  );
  assertMatch(await client.readToEnd(), end);
});

Deno.test("a bound on connections in all holds for all threads together", async () => {
  await using a = new TestBackend("a", echoing);
  await using balancer = await startThreads([a], { maxConnections: 2 });
  using here = await clientOf(balancer, 1);
  using there = await clientOf(balancer, 2);
  await eventually("both", () => balancer.service.connections === 2);
  const before = balancer.service.refused["too many connections"]!;
  for (const thread of [1, 2]) {
    assertEquals(await askThread(balancer, thread, "no").catch(() => ""), "");
  }
  assert(balancer.service.refused["too many connections"]! >= before + 2);
  await here.finish();
  await there.finish();
  assertEquals([await here.readToEnd(), await there.readToEnd()], ["", ""]);
  await eventually("two places", () => balancer.service.connections === 0);
});

Deno.test("whoever is not allowed is turned away by every thread, and counted", async () => {
  await using a = new TestBackend("a");
  await using balancer = await startThreads([a], { deny: ["127.0.0.0/8"] });
  for (const thread of [1, 2]) {
    assertEquals(await askThread(balancer, thread, "hi\n").catch(() => ""), "");
  }
  const clients = takenOf(balancer).reduce((sum, count) => sum + count);
  assertEquals(balancer.service.refused["the address is not allowed"], clients);
  assertEquals(balancer.service.connections, 0);
});

Deno.test("max of a backend is kept by all threads together, and its place goes to who waits", async () => {
  await using a = new TestBackend("a", echoing);
  await using balancer = await startThreads([a], {
    backends: [`${a.address},max=1`],
    queueTimeout: 60,
  });
  using here = await clientOf(balancer, 1);
  await here.send("1");
  await eventually("a place taken", () => a.asked === 1);
  // Whoever tries for a thread and gets the other one leaves a client that waits, and goes in its turn.
  using there = await clientOf(balancer, 2);
  await there.send("2");
  await eventually("one that waits", () => balancer.service.pool.waiting > 0);
  assertEquals([a.asked, balancer.service.pool.backends[0]!.connections], [1, 1]);
  await here.finish();
  assertEquals(await here.readToEnd(), "1");
  await there.finish();
  assertEquals(await there.readToEnd(), "2");
});

Deno.test("a drained backend gets nothing new from any thread, and what it has goes on", async () => {
  await using a = new TestBackend("a", echoing);
  await using b = new TestBackend("b");
  await using balancer = await startThreads([a, b], ONE_CHECK);
  const [first, second] = balancer.service.pool.backends;
  second!.adminState = "drain";
  using held = await clientOf(balancer, 2);
  await held.send("x");
  await eventually("a relay", () => a.asked === 1);
  first!.adminState = "drain";
  second!.adminState = "ready";
  for (const thread of [1, 2, 2]) assertEquals(await askThread(balancer, thread, "hi\n"), "b hi\n");
  await held.finish();
  assertEquals(await held.readToEnd(), "x");
});

Deno.test("clients of a worker whose backend refuses are served by the other one", async () => {
  await using a = new TestBackend("a");
  await using b = new TestBackend("b");
  await using balancer = await startThreads([a, b], ONE_CHECK);
  await balancer.checked();
  await a.die();
  assertEquals(await askThread(balancer, 2, "one\n"), "b one\n");
  assertEquals(await askThread(balancer, 2, "two\n"), "b two\n");
  const retried = "Backend #0 failed (nothing is listening there), retrying on another";
  assert(balancer.told.includes(retried));
  assert(balancer.service.pool.backends[0]!.counts.failed > 0);
});

Deno.test("a client of a worker that no backend serves is closed", async () => {
  await using a = new TestBackend("a");
  await using balancer = await startThreads([a], ONE_CHECK);
  await a.die();
  assertEquals(await askThread(balancer, 2, "hi\n").catch(() => ""), "");
  await eventually("its place", () => balancer.service.connections === 0);
  assert(balancer.service.refused["no backend is left to try"]! > 0);
});

Deno.test("a client of a worker whose backend closes unused is given to the other one", async () => {
  await using a = new TestBackend("a", closingAtOnce);
  await using b = new TestBackend("b");
  await using balancer = await startThreads([a, b], { ...ONE_CHECK, check: "connect" });
  const moved = "Backend #0 failed (it closed the connection unused), retrying on another";
  const times = (): number => balancer.told.filter((line) => line === moved).length;
  // Every other client begins at the backend that closes.
  for (let before = 0; before < 2; before = times()) {
    using client = await clientOf(balancer, 2);
    const { pool } = balancer.service;
    await eventually("a backend that stays", () =>
      balancer.service.connections === 1 &&
      pool.backends.map(({ connections }) => connections).join() === "0,1");
    await client.send("hi\n");
    assertEquals(await client.readToEnd(), "b hi\n");
  }
  await eventually("their places", () => balancer.service.connections === 0);
  assertEquals(balancer.service.pool.backends.map(({ connections }) => connections), [0, 0]);
});

Deno.test("a backend that closes clients of a worker at once is taken out", async () => {
  await using a = new TestBackend("a");
  await using b = new TestBackend("b");
  await using balancer = await startThreads([a, b], { ...ONE_CHECK, check: "connect" });
  assertEquals(
    await askThread(balancer, 2, "first\n").then((answer) => answer.slice(1)),
    " first\n",
  );
  a.behaviour = closingAtOnce;
  const down = `Backend 0 is down: ${a.address} (it closes connections at once)`;
  await eventually("it is taken out", async () => {
    await askThread(balancer, 2, "x\n").catch(() => "");
    return balancer.told.includes(down);
  });
  assertEquals(await askThread(balancer, 2, "x\n"), "b x\n");
});

Deno.test("clients of a worker are cut when all are to meet at the next backend", async () => {
  await using a = new TestBackend("a", echoing);
  await using b = new TestBackend("b");
  await using balancer = await startThreads([a, b], { ...ONE_CHECK, strategy: "first" });
  using held = await clientOf(balancer, 2);
  await held.send("x");
  await held.hears("x");
  const { pool } = balancer.service;
  // The main thread hears of it from the worker, which may have passed on much by then.
  await eventually("a relay", () => {
    return pool.backends[0]!.counts.connected === takenOf(balancer).reduce((sum, one) => sum + one);
  });
  while (pool.backends[0]!.health.isUp) pool.report(pool.backends[0]!, false, "it is to be");
  assertEquals(await held.readToEnd(), "");
  await eventually("its end", () => endsOf(balancer).some(([, , , end]) => end === "backend down"));
});
