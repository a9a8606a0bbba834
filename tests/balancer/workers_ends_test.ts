/** How threads of a service end, alone and together, and what a reload changes for them. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { Balancer } from "../../lib/balancer/balancer.ts";
import { canBeShared } from "../../lib/balancer/shared_port.ts";
import type { Order } from "../../lib/balancer/worker_messages.ts";
import { OperationalError } from "../../lib/core/errors.ts";
import { echoing, TestBackend } from "../support/backends.ts";
import { eventually } from "../support/eventually.ts";
import { askAndFinish, type RawTcp } from "../support/raw_tcp.ts";
import { serviceOptions, type TestBalancer, type TestOptions } from "../support/test_balancer.ts";
import { askThread, clientOf, startThreads, takenOf } from "../support/worker_clients.ts";

/** A client of the second thread whose bytes come back. */
async function echoed(balancer: TestBalancer, a: TestBackend): Promise<RawTcp> {
  const client = await clientOf(balancer, 2);
  const { asked } = a;
  await client.send("x");
  await client.hears("x");
  assertEquals(a.asked, asked + 1);
  return client;
}

/** How the connections ended that were told of. */
function endsOf({ log }: TestBalancer): readonly unknown[] {
  return log.entries.filter(({ message }) => message === "Connection closed")
    .map(({ fields }) => fields.end);
}

Deno.test("a worker that breaks is told of, what it held is given back, and the others go on", async () => {
  await using a = new TestBackend("a", echoing);
  await using balancer = await startThreads([a]);
  using held = await echoed(balancer, a);
  const [link] = balancer.workers!.links;
  link!.post({ kind: "nonsense" } as unknown as Order);
  await held.readToEnd().catch(() => "");
  await eventually("its place", () => balancer.service.connections === 0);
  assertEquals(balancer.service.pool.backends[0]!.connections, 0);
  assertEquals(endsOf(balancer).at(-1), "worker lost");
  assertEquals(balancer.log.messages("error"), [
    'Worker 2 has failed, the others go on: No such order: {"kind":"nonsense"}',
  ]);
  const [, before] = takenOf(balancer);
  let answered = 0;
  await eventually("twenty answers", async () => {
    // The system may let go of its listener a moment later, and of who came to it in between.
    const answer = await askAndFinish(balancer.port, "hi").catch(() => "");
    assert(answer === "hi" || answer === "", answer);
    if (answer === "hi") answered++;
    return answered === 20;
  });
  assertEquals(takenOf(balancer)[1], before, "nobody is given to a thread that is gone");
});

Deno.test("clients of a worker may end within the grace of a stop", async () => {
  await using a = new TestBackend("a", echoing);
  await using balancer = await startThreads([a]);
  using patient = await echoed(balancer, a);
  const stopping = balancer.stop(60_000);
  await patient.send("y");
  await patient.finish();
  assertEquals(await patient.readToEnd(), "y");
  await stopping;
  assertEquals(balancer.service.connections, 0);
  assertEquals(endsOf(balancer).at(-1), "ended");
  // The worker lets go of the port when its thread has ended.
  await eventually("nobody listens", async () => {
    const outcome = await balancer.ask("hi\n").catch((error: unknown) => error);
    return outcome instanceof Deno.errors.ConnectionRefused;
  });
});

Deno.test("clients of a worker are cut when the grace of a stop is over", async () => {
  await using a = new TestBackend("a", echoing);
  await using balancer = await startThreads([a]);
  using idle = await echoed(balancer, a);
  await balancer.stop(10);
  assertEquals(await idle.readToEnd(), "");
  assertEquals(balancer.service.connections, 0);
  assertEquals(endsOf(balancer).at(-1), "stopped");
});

Deno.test("a client of a worker that waits for a place is let go of by a stop", async () => {
  await using a = new TestBackend("a", echoing);
  await using balancer = await startThreads([a], {
    backends: [`${a.address},max=1`],
  });
  using held = await echoed(balancer, a);
  using waiting = await clientOf(balancer, 2);
  await eventually("one that waits", () => balancer.service.pool.waiting > 0);
  await balancer.stop(0);
  await held.readToEnd().catch(() => "");
  assertEquals(await waiting.readToEnd().catch(() => ""), "");
  assertEquals(balancer.service.connections, 0);
});

Deno.test("a reload changes what workers go by, and clients that are there stay", async () => {
  await using a = new TestBackend("a", echoing);
  await using balancer = await startThreads([a]);
  using held = await echoed(balancer, a);
  const options = balancer.service.options;

  // Workers do not listen to what clients say: the main thread takes them all, until that changes.
  balancer.service.reconfigure({ ...options, strategy: "hash-user" });
  const [, before] = takenOf(balancer);
  let answered = 0;
  await eventually("eight answers", async () => {
    // One that came to a worker just before it heard of it is closed.
    const answer = await askAndFinish(balancer.port, "REG ann\n").catch(() => "");
    if (answer === "REG ann\n") answered++;
    return answered === 8;
  });
  assertEquals(takenOf(balancer)[1], before);
  balancer.service.reconfigure(options);
  await balancer.service.opened();
  using other = await echoed(balancer, a);
  await held.send("y");
  await held.finish();
  assertEquals(await held.readToEnd(), "y");

  // Also for those whom workers hold while they listen no more.
  balancer.service.reconfigure({ ...options, strategy: "hash-user", idleTimeout: 0.05 });
  assertEquals(await other.readToEnd(), "");
  await eventually("the idle end", () => endsOf(balancer).includes("idle"));
});

Deno.test("a service whose clients are listened to is the main thread's alone", async () => {
  const may = (options: TestOptions): boolean => canBeShared(serviceOptions(options));
  assert(may({}) && may({ strategy: "first" }) && may({ sendProxy: true }));
  assert(!may({ tlsCert: "c", tlsKey: "k" }) && !may({ acceptProxy: ["192.0.2.1"] }));
  assert(!may({ strategy: "hash-user" }) && !may({ strategy: "hash-room" }));
  await using a = new TestBackend("a");
  await using balancer = await startThreads([a], { tellTlsPort: 443 });
  for (let turn = 0; turn < 12; turn++) assertEquals(await balancer.ask("hi\n"), "a hi\n");
  assertEquals(takenOf(balancer), [12, 0]);
});

Deno.test("a port is shared by the threads of one balancer, and by no other one", async () => {
  await using a = new TestBackend("a");
  await using balancer = await startThreads([a]);
  const { port } = balancer;
  for (const threads of [1, 2]) {
    const again = await assertRejects(
      () =>
        Balancer.start({
          services: new Map([["b", serviceOptions({ backends: [a.address], listen: port })]]),
          ...{ isQuiet: true, threads, log: balancer.log, clock: () => 0, random: Math.random },
          readFile: () => Promise.reject(new Error("no such file")),
        }),
      OperationalError,
    );
    assert(
      again.message.startsWith(`Cannot listen on 127.0.0.1:${port} (TCP): the port is in use`),
    );
  }
  assertEquals(await askThread(balancer, 2, "hi\n"), "a hi\n");
});

Deno.test("a worker that cannot listen is told of", async () => {
  await using a = new TestBackend("a");
  await using balancer = await startThreads([a]);
  using alone = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = alone.addr as Deno.NetAddr;
  const shared = balancer.workers!.share(() => {});
  shared.apply(serviceOptions({ backends: [a.address] }), port);
  await assertRejects(() => shared.opened(), OperationalError, "the port is in use");
  assert(balancer.log.messages("error")[0]!.startsWith("A worker does not listen: Cannot listen"));
  shared.close();
});
