/** The balancer against a bare proxy, HAProxy and nginx, all in front of the same backends. */

import { offersOf } from "./asker.ts";
import { P99, registrations } from "./buddies.ts";
import type { Bench } from "./generators.ts";
import type { Group, Load } from "./load.ts";
import { haproxy, nginx, type Peers, startPeers } from "./peers.ts";
import { freePort } from "./ports.ts";
import type { Goal } from "./results.ts";
import {
  startBalancer,
  startBare,
  startProgram,
  startServer,
  stopAll,
  type Target,
} from "./targets.ts";

/** What peers are called in the table. */
export const HAPROXY = "HAProxy";
const NGINX = "nginx";

/** What ours is called. */
const OURS = "Parley";

/** Threads of the balancer in rows of their own: as many as the machine of the bench has cores. */
const WORKERS = 2;

/** Connections a second, each with one short request, answered by backends that do nothing else. */
export async function startProxies(bench: Bench): Promise<Group> {
  const backends = [await startBackend(bench, "line"), await startBackend(bench, "line")];
  const proxies = await startInFront(bench, backends);
  const threads = await startBalancer(backends, [`--workers=${WORKERS}`]);
  const goals: readonly Goal[] = [
    { against: "bare", of: "rate", must: 0.9, aim: 1.2 },
    { against: HAPROXY, of: "rate", must: 0.4, aim: 0.6 },
  ];
  const group = groupOf(
    bench,
    proxies,
    backends,
    [1, 32, 256].map((clients) => ({
      clients,
      name: `balancer, plain, ${clients} at once`,
      goals: clients === 1
        ? goals.map(({ against, of }) => ({ against, of }))
        : [...goals, ...(clients === 32 ? [P99] : []), { against: NGINX, of: "rate" }],
    })),
  );
  const compared = proxies.running.filter(({ name }) =>
    goals.some(({ against }) => against === name)
  );
  const byThreads = loadsOf(
    bench,
    [{ name: OURS, server: threads }, ...compared],
    [32, 256].map((clients) => ({
      clients,
      name: `balancer, plain, ${clients} at once, ${WORKERS} workers`,
      goals: [{ against: "bare", of: "rate", aim: 1.2 }, {
        against: HAPROXY,
        of: "rate",
        aim: 0.6,
      }],
    })),
  );
  return {
    ...group,
    loads: [...group.loads, ...byThreads],
    stop: async () => {
      await threads.stop();
      await group.stop();
    },
  };
}

/** Starts a backend in C, which is faster than any proxy: it says one line, or as much as is asked. */
export async function startBackend(
  { generators }: Bench,
  mode: "line" | "source",
): Promise<Target> {
  const port = freePort("tcp");
  return await startProgram(generators.cresp, ["--port", String(port), "--mode", mode], port);
}

/** Requests a second of a site: two servers of ours that keep their users in memory. */
export async function startSite(bench: Bench): Promise<Group> {
  const words = [
    ...["--services=buddy", "--tcp-port=0", "--udp-port=0", "--store=memory"],
    "--trust-proxy=127.0.0.1",
  ];
  const backends = [await startServer("buddy", words), await startServer("buddy", words)];
  const trunk = (await offersOf(backends[0]!)).includes("trunk") ? ", trunk" : "";
  const proxies = await startInFront(bench, backends);
  return groupOf(
    bench,
    proxies,
    backends,
    [32, 256].map((clients) => ({
      clients,
      name: `balancer, Parley backends${trunk}, ${clients} at once`,
      goals: [
        { against: HAPROXY, of: "rate", must: 1.4, aim: 2 },
        ...(clients === 32 ? [P99] : []),
        { against: "bare", of: "rate" },
        { against: NGINX, of: "rate" },
      ],
    })),
  );
}

/** Starts everybody in front of the same backends, ours first. */
export async function startInFront(
  { scratch }: Bench,
  backends: readonly Target[],
  names: readonly string[] = [HAPROXY, NGINX],
): Promise<Peers> {
  const starts = { [HAPROXY]: haproxy(scratch, backends), [NGINX]: nginx(scratch, backends) };
  const peers = await startPeers(
    Object.fromEntries(Object.entries(starts).filter(([name]) => names.includes(name))),
  );
  const ports = backends.map(({ tcp }) => String(tcp));
  return {
    running: [
      { name: OURS, server: await startBalancer(backends) },
      { name: "bare", server: await startBare("bare_proxy.ts", ports, "tcp") },
      ...peers.running,
    ],
    skipped: peers.skipped,
  };
}

/** A load on everybody, and how many clients make it. */
type Row = Pick<Load, "name" | "goals"> & { readonly clients: number };

function loadsOf(bench: Bench, running: Peers["running"], rows: readonly Row[]): Load[] {
  return rows.map(({ clients, name, goals }) => ({
    ...{ name, goals, unit: "requests" },
    contenders: running.map(({ name, server }) => ({
      name,
      run: registrations(bench, server, clients),
    })),
  }));
}

function groupOf(
  bench: Bench,
  { running, skipped }: Peers,
  backends: readonly Target[],
  rows: readonly Row[],
): Group {
  return {
    loads: loadsOf(bench, running, rows),
    skipped,
    stop: () => stopAll([...running.map(({ server }) => server), ...backends]),
  };
}
