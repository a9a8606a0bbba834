/** Clients of a balancer with several threads: the system chooses who gets which. */

import type { TestBackend } from "./backends.ts";
import { eventually } from "./eventually.ts";
import { RawTcp } from "./raw_tcp.ts";
import { TestBalancer, type TestOptions } from "./test_balancer.ts";

/** Far longer than the system leaves a thread out. */
const PATIENCE_MS = 60_000;

/** Two threads over these backends, which may be named anew in the options. */
export function startThreads(
  backends: readonly TestBackend[],
  options: TestOptions = {},
): Promise<TestBalancer> {
  const addresses = backends.map(({ address }) => address);
  return TestBalancer.start({ backends: addresses, ...options }, { threads: 2 });
}

/** Clients that came to each thread so far. */
export function takenOf({ service }: TestBalancer): readonly number[] {
  return service.taken ?? [];
}

function sum(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

/**
 * Connects until it is this thread that takes the connection, counted from 1. Those that another one
 * took are gone then, unless they wait for a place.
 */
export async function clientOf(balancer: TestBalancer, thread: number): Promise<RawTcp> {
  const { service } = balancer;
  for (const end = performance.now() + PATIENCE_MS; performance.now() < end;) {
    const before = [...takenOf(balancer)];
    const { connections } = service;
    const client = await RawTcp.connect(balancer.port);
    await eventually("a thread that takes it", () => sum(takenOf(balancer)) > sum(before));
    if (takenOf(balancer)[thread - 1]! > before[thread - 1]!) return client;
    client[Symbol.dispose]();
    await eventually(
      "the end of one of the other thread",
      () => service.connections <= connections || service.pool.waiting > 0,
    );
  }
  throw new Error(`Waited in vain: a client of thread ${thread}`);
}

/** Sends a line to this thread, and reads to the end. */
export async function askThread(
  balancer: TestBalancer,
  thread: number,
  line: string,
): Promise<string> {
  using client = await clientOf(balancer, thread);
  await client.send(line);
  return await client.readToEnd();
}
