/**
 * Several servers that are one system, on one machine, as `deno task cluster`: three servers on one
 * data directory, with buddies, rooms and the login chat, and a balancer in front of them. Ctrl-C
 * stops all of it, and nothing stays behind but a data directory that was asked for.
 */

import { CLUSTER_PROGRAM } from "./cluster/options.ts";
import { runProgram } from "../lib/config/start.ts";
import { Cluster } from "./cluster/cluster.ts";

if (import.meta.main) {
  await runProgram(CLUSTER_PROGRAM, Deno.args, async ({ options }) => {
    const cluster = new Cluster(options);
    return await cluster.run();
  });
}
