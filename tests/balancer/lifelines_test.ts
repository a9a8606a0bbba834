import { assert, assertEquals } from "@std/assert";
import { Backend } from "../../lib/balancer/backend.ts";
import { Lifelines } from "../../lib/balancer/lifelines.ts";
import { connectTcp } from "../../lib/net/tcp.ts";
import { type Behaviour, TestBackend } from "../support/backends.ts";
import { eventually } from "../support/eventually.ts";
import { TestBalancer } from "../support/test_balancer.ts";

/** Keeps a connection for as long as the other side does. */
const patient: Behaviour = async (stream) => {
  while (await stream.read(new Uint8Array(16)) !== null);
};

/** Lifelines to one server, and what they doubted. */
function watching(server: TestBackend, isWanted = true): {
  readonly lifelines: Lifelines;
  readonly backend: Backend;
  readonly doubted: Backend[];
  /** When it connected. */
  readonly connects: number[];
  /** How often it was told something. */
  readonly heard: () => number;
} {
  const doubted: Backend[] = [];
  const connects: number[] = [];
  let heard = 0;
  const lifelines = new Lifelines({
    connect: async (host, port) => {
      connects.push(performance.now());
      const stream = await connectTcp(host, port, { timeoutMs: 60_000 });
      const read = stream.read.bind(stream);
      stream.read = async (into) => {
        const count = await read(into);
        if (count !== null) heard++;
        return count;
      };
      return stream;
    },
    isWanted: () => isWanted,
    doubt: (backend) => doubted.push(backend),
  });
  const backend = new Backend(0, {
    ...{ host: "127.0.0.1", port: server.port, weight: 1, max: Infinity, isBackup: false },
  });
  lifelines.watch(backend);
  return { lifelines, backend, doubted, connects, heard: () => heard };
}

Deno.test("Lifelines doubts a backend whose process has ended, and holds on to the next one", async () => {
  const server = new TestBackend("a", patient);
  const { lifelines, backend, doubted } = watching(server);
  await eventually("it is watched", () => server.open === 1);
  await server.die();
  await eventually("it is doubted", () => doubted.length > 0);
  assertEquals(doubted, [backend]);
  await using again = new TestBackend("a", patient, server.port);
  await eventually("the next one is watched", () => again.open === 1);
  assertEquals(doubted, [backend]);
  await lifelines.stop();
  await eventually("it is let go", () => again.open === 0);
});

Deno.test("Lifelines says nothing on the connection, and reads over what is said", async () => {
  const said: (number | null)[] = [];
  await using server = new TestBackend("a", async (stream) => {
    await stream.write(new TextEncoder().encode("welcome\n"));
    said.push(await stream.read(new Uint8Array(16)));
  });
  const { lifelines, backend, doubted, heard } = watching(server);
  await eventually("it has heard it", () => heard() > 0);
  lifelines.forget(backend);
  await eventually("it is let go", () => said.length > 0);
  assertEquals([said, doubted], [[null], []]);
  await lifelines.stop();
});

Deno.test("Lifelines does not come again at once to a backend that closes at once", async () => {
  await using server = new TestBackend("a", () => Promise.resolve());
  const { lifelines, doubted, connects } = watching(server);
  await eventually("it has closed", () => doubted.length > 0);
  await eventually("it is tried again", () => connects.length > 1);
  assert(connects[1]! - connects[0]! > 900, String(connects));
  await lifelines.stop();
});

Deno.test("Lifelines leaves alone whom it shall not watch", async () => {
  await using server = new TestBackend("a", patient);
  const { lifelines } = watching(server, false);
  await new Promise((resume) => setTimeout(resume, 50));
  assertEquals(server.accepted, 0);
  await lifelines.stop();
});

Deno.test("A service that keeps all clients together misses its backend at once", async () => {
  await using a = new TestBackend("a", patient);
  await using b = new TestBackend("b", patient);
  await using balancer = new TestBalancer({
    ...{ strategy: "first", check: "connect", checkInterval: 600, fall: 1 },
    backends: [a.address, b.address],
  });
  await balancer.checked();
  await eventually("it is watched", () => a.accepted === 2 && a.open === 1);
  await a.die();
  await balancer.tells(`Backend 0 is down: ${a.address} (nothing is listening there)`);
});
