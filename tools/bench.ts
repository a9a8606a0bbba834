/**
 * Measures the hot paths against bare servers, as `deno task bench`.
 *
 * Machines are noisy, so nothing here is an absolute promise: each figure is measured in turn with
 * its bare limit, several times, and what counts is the ratio of the medians. Only the servers of
 * one group run at a time. Results go to stdout as a table and to `bench-results/` as JSON.
 *
 * Usage: bench.ts [ROUNDS] [SECONDS] [GROUP...]
 */

import { startProxies } from "./bench/balancer.ts";
import { startLargeSite, startPresence, startRegistrations } from "./bench/buddies.ts";
import { startFiles } from "./bench/files.ts";
import { buildGenerator } from "./bench/generators.ts";
import { type Bench, measureRow, type Result, type StartGroup } from "./bench/group.ts";
import { startLoginChat } from "./bench/login_chat.ts";
import { keepResults, printHead, printResult } from "./bench/report.ts";
import { startRooms } from "./bench/rooms.ts";
import { startSharing } from "./bench/scale_out.ts";
import { print } from "./print.ts";

const GROUPS: Readonly<Record<string, StartGroup>> = {
  registrations: startRegistrations,
  presence: startPresence,
  large: startLargeSite,
  balancer: startProxies,
  rooms: startRooms,
  chat: startLoginChat,
  files: startFiles,
  sharing: startSharing,
};

const [rounds = "5", seconds = "1", ...wanted] = Deno.args;
const unknown = wanted.find((name) => GROUPS[name] === undefined);
if (unknown !== undefined || !(Number(rounds) >= 1) || !(Number(seconds) > 0)) {
  const what = unknown === undefined ? "Rounds and seconds are numbers" : `No group "${unknown}"`;
  print(`${what}. Usage: bench.ts [ROUNDS] [SECONDS] [${Object.keys(GROUPS).join("|")}]...\n`);
  Deno.exit(2);
}

const scratch = await Deno.makeTempDir({ prefix: "parley-bench-" });
try {
  const [tcp1, udp1, fanout] = await Promise.all(
    ["tcp1", "udp1", "fanout"].map((name) => buildGenerator(name, scratch)),
  ) as [string, string, string];
  const bench: Bench = { tcp1, udp1, fanout, scratch, seconds };
  print(`medians of ${rounds} rounds of ${seconds} s, ours and bare in turn\n`);
  printHead();
  const results: Result[] = [];
  for (const name of wanted.length > 0 ? wanted : Object.keys(GROUPS)) {
    results.push(...await measureGroup(GROUPS[name]!, bench));
  }
  await keepResults(Number(rounds), results);
} finally {
  await Deno.remove(scratch, { recursive: true });
}

async function measureGroup(start: StartGroup, bench: Bench): Promise<Result[]> {
  const group = await start(bench);
  try {
    const results = [];
    for (const row of group.rows) {
      const result = await measureRow(row, Number(rounds));
      printResult(result);
      results.push(result);
    }
    return results;
  } finally {
    await group.stop();
  }
}
