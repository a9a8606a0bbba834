/** The balancer against a bare proxy, both in front of the same backends. */

import { registrations } from "./buddies.ts";
import type { Bench, Group } from "./group.ts";
import { startBalancer, startBare } from "./targets.ts";

/** Connections a second, each with one short request. */
export async function startProxies(bench: Bench): Promise<Group> {
  const backends = [
    await startBare("bare_reply.ts", [], "tcp"),
    await startBare("bare_reply.ts", [], "tcp"),
  ];
  const ports = backends.map(({ tcp }) => tcp);
  const ours = await startBalancer(ports);
  const bare = await startBare("bare_proxy.ts", ports.map(String), "tcp");
  return {
    rows: [1, 32, 256].map((clients) => ({
      name: `balanced, ${clients} connections`,
      ours: registrations(bench, ours.tcp, clients),
      bare: registrations(bench, bare.tcp, clients),
      must: clients === 1 ? undefined : 0.9,
    })),
    async stop() {
      await Promise.all([ours, bare, ...backends].map((server) => server.stop()));
    },
  };
}
