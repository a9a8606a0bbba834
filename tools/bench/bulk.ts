/** Bytes through the balancer, in megabytes a second. */

import { type Bench, runGenerator } from "./generators.ts";
import { HAPROXY, startBackend, startInFront } from "./balancer.ts";
import type { Group, Load } from "./load.ts";
import { stopAll } from "./targets.ts";

/** Megabytes of a run of one second. */
const MEGABYTES = 800;

/** From backends that send what is asked for. */
export async function startBulk(bench: Bench): Promise<Group> {
  const backends = [await startBackend(bench, "source"), await startBackend(bench, "source")];
  const proxies = await startInFront(bench, backends, [HAPROXY]);
  return {
    loads: [1, 32].map((connections): Load => {
      const each = Math.ceil(MEGABYTES * bench.seconds / connections);
      return {
        name: `balancer, bulk, ${connections} at once`,
        unit: "MB",
        goals: [
          { against: "bare", of: "rate", must: 0.9 },
          { against: HAPROXY, of: "rate", ...(connections === 32 ? { aim: 1 } : {}) },
        ],
        contenders: proxies.running.map(({ name, server }) => ({
          name,
          run: () =>
            runGenerator(bench.generators.bulk, [
              ...["--port", String(server.tcp), "--dir", "down"],
              ...["--conns", String(connections), "--mb", String(each)],
            ], [server]),
        })),
      };
    }),
    skipped: proxies.skipped,
    stop: () => stopAll([...proxies.running.map(({ server }) => server), ...backends]),
  };
}
