/**
 * Presence that users say: SET has no answer, so what is measured is what of it arrives, and how much
 * of a core a server takes for it.
 */

import type { PrivateRedis } from "../../tests/support/redis.ts";
import { cpuSeconds } from "./usage.ts";
import type { Measured } from "./results.ts";
import type { Target } from "./targets.ts";

/** Users who say it, in turn; they are registered. */
const USERS = 500;

/** Datagrams sent at once, and how often: some 10,000 a second. */
const BURST = 100;
const BURST_MS = 10;

/** Registers those who say SET. */
export async function registerSetters(
  postgres: { sql(text: string): Promise<string> },
): Promise<void> {
  await postgres.sql(
    `INSERT INTO parley.users (id) SELECT 'setter' || n FROM generate_series(0, ${USERS - 1}) n`,
  );
}

/**
 * A load of SETs. `perSecond` is what a whole core of the server would take; what the system drops
 * before the server sees it does not count.
 */
export function sets(
  { udp, pid }: Target,
  seconds: number,
  redis: PrivateRedis | undefined,
): () => Promise<Measured> {
  return async () => {
    const [before, usedBefore] = [await written(redis), await cpuSeconds([pid])];
    const count = await send(udp, seconds * 1000);
    // What is under way arrives.
    await new Promise((resume) => setTimeout(resume, 500));
    const used = await cpuSeconds([pid]) - usedBefore;
    const arrived = redis === undefined ? count : Math.min(count, await written(redis) - before);
    return {
      ...{ perSecond: arrived / used, p50: undefined, p99: undefined, bad: 0 },
      cpuMicroseconds: used / arrived * 1e6,
    };
  };
}

async function send(port: number, milliseconds: number): Promise<number> {
  const socket = Deno.listenDatagram({ transport: "udp", port: 0, hostname: "127.0.0.1" });
  const to = { transport: "udp", hostname: "127.0.0.1", port } as const;
  const lines = Array.from(
    { length: USERS },
    (_, n) => new TextEncoder().encode(`SET setter${n} 100 ONLINE 4000\r\n`),
  );
  const start = performance.now();
  let count = 0;
  while (performance.now() - start < milliseconds) {
    for (let at = 0; at < BURST; at++) await socket.send(lines[count++ % USERS]!, to);
    const next = start + count / BURST * BURST_MS;
    await new Promise((resume) => setTimeout(resume, Math.max(0, next - performance.now())));
  }
  socket.close();
  return count;
}

/** Keys that were written in Redis, ever. */
async function written(redis: PrivateRedis | undefined): Promise<number> {
  const stats = await redis?.command("INFO", "commandstats") ?? "";
  return Number(/cmdstat_set:calls=(\d+)/.exec(stats)?.[1] ?? 0);
}
