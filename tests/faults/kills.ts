/**
 * What there is to kill in a cluster, one after the other.
 */

import type { Cluster, ClusterServer } from "../support/cluster.ts";

/** Something that is killed, and comes back. */
export interface Kill {
  /** What it is. */
  readonly what: string;
  /** Kills it, by SIGKILL. */
  readonly kill: () => Promise<unknown>;
  /** Starts it again, where it was. */
  readonly startAgain: () => Promise<unknown>;
}

/** Every server, Redis and PostgreSQL. A server that is started again takes its place in `servers`. */
export function killsOf(cluster: Cluster, servers: ClusterServer[]): Kill[] {
  const { postgres, redis } = cluster;
  return [
    ...servers.map((server, at): Kill => ({
      what: `server ${at + 1}`,
      kill: () => servers[at]!.endBy("SIGKILL"),
      startAgain: async () => servers[at] = await cluster.again(server),
    })),
    { what: "Redis", kill: () => redis.end("SIGKILL"), startAgain: () => redis.startAgain() },
    {
      what: "PostgreSQL",
      kill: () => postgres.end("SIGKILL"),
      startAgain: () => postgres.startAgain(),
    },
  ];
}
