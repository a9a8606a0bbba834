/**
 * Measures the hot paths against bare servers and against peers, as `deno task bench`.
 *
 * Machines are noisy, so nothing here is an absolute promise: each load is put on everybody in
 * turn, several times, and what counts is the ratio of the medians. Only the servers of one group
 * run at a time. What must be and what is aimed at is marked, and never changes the exit code.
 * Results go to stdout as a table and to `bench-results/` as JSON; docs/performance.md tells the
 * method. `--help` tells how.
 */

import { UsageError } from "../lib/core/errors.ts";
import { startBulk } from "./bench/bulk.ts";
import { startChanges, startPresence, startRegistrations } from "./bench/buddies.ts";
import { startExecutables } from "./bench/executables.ts";
import { startFiles } from "./bench/files.ts";
import { type Bench, buildGenerators } from "./bench/generators.ts";
import { startGrowth } from "./bench/growth.ts";
import { measureLoad, type StartGroup } from "./bench/load.ts";
import { startLoginChat } from "./bench/login_chat.ts";
import { startMemory } from "./bench/memory.ts";
import { startProxies, startSite } from "./bench/balancer.ts";
import { circumstances, keepResults, printEnd, printHead, printLoad } from "./bench/report.ts";
import type { BenchResults, LoadResult } from "./bench/results.ts";
import { startRooms } from "./bench/rooms.ts";
import { settingsFrom } from "./command_line.ts";
import { startSharing } from "./bench/scale_out.ts";
import { stopLeftovers } from "./bench/targets.ts";

/** What is measured when nothing is named. */
const GROUPS: Readonly<Record<string, StartGroup>> = {
  registrations: startRegistrations,
  changes: startChanges,
  presence: startPresence,
  rooms: startRooms,
  chat: startLoginChat,
  balancer: startProxies,
  site: startSite,
  bulk: startBulk,
  files: startFiles,
  growth: startGrowth,
  memory: startMemory,
  executables: startExecutables,
};

/** What is measured when it is named: several servers compared with one, see docs/scaling.md. */
const ON_REQUEST: Readonly<Record<string, StartGroup>> = { sharing: startSharing };

const ALL = { ...GROUPS, ...ON_REQUEST };

type Words = readonly [rounds: number, seconds: number, groups: readonly string[]];

const USAGE =
  `Measure the hot paths against bare servers and peers, ROUNDS times SECONDS for each load (5, 0.7).

Usage: deno task bench [ROUNDS] [SECONDS] [GROUP...]

Groups, all but the last unless named: ${Object.keys(ALL).join(", ")}
`;

const [rounds, seconds, wanted] = settingsFrom("bench", USAGE, readWords);
const scratch = await Deno.makeTempDir({ prefix: "parley-bench-" });
for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, giveUp);
try {
  await measure();
} finally {
  await Deno.remove(scratch, { recursive: true });
}
Deno.exit(0);

/** Ends the servers, because whoever interrupts a bench wants the machine back. */
async function giveUp(): Promise<void> {
  await stopLeftovers();
  await Deno.remove(scratch, { recursive: true });
  Deno.exit(130);
}

function readWords([rounds = "5", seconds = "0.7", ...names]: readonly string[]): Words {
  const unknown = names.find((name) => !Object.hasOwn(ALL, name));
  if (unknown === undefined && Number.isInteger(Number(rounds)) && Number(rounds) > 0) {
    if (Number(seconds) > 0) {
      return [Number(rounds), Number(seconds), names.length > 0 ? names : Object.keys(GROUPS)];
    }
  }
  const wrong = unknown === undefined
    ? "Rounds and seconds are numbers"
    : `No group "${unknown}", only ${Object.keys(ALL).join(", ")}`;
  throw new UsageError(`${wrong}: bench [ROUNDS] [SECONDS] [GROUP...]`);
}

async function measure(): Promise<void> {
  const bench = { generators: await buildGenerators(scratch), scratch, seconds };
  const all: Measurements = { loads: [], figures: [], skipped: [] };
  printHead(rounds, seconds);
  for (const name of wanted) {
    // What a busy machine did not bear is no reason to lose all the rest.
    await measureGroup(name, bench, all).catch((error) => all.skipped.push(whyNot(name, error)));
    await stopLeftovers();
  }
  const isComplete = Object.keys(GROUPS).every((name) => wanted.includes(name));
  const skipped = [...new Set(all.skipped)];
  const results = { ...circumstances(), rounds, seconds, isComplete, ...all, skipped };
  printEnd(results);
  await keepResults(results);
}

interface Measurements {
  readonly loads: LoadResult[];
  readonly figures: BenchResults["figures"][number][];
  readonly skipped: string[];
}

async function measureGroup(name: string, bench: Bench, all: Measurements): Promise<void> {
  const group = await ALL[name]!(bench);
  try {
    for (const load of group.loads) {
      try {
        const result = { group: name, ...await measureLoad(load, rounds) };
        printLoad(result);
        all.loads.push(result);
      } catch (error) {
        all.skipped.push(whyNot(load.name, error));
      }
    }
    const figures = await group.figures?.() ?? [];
    all.figures.push(...figures.map((figure) => ({ group: name, ...figure })));
  } finally {
    await group.stop();
  }
  all.skipped.push(...group.skipped ?? []);
}

function whyNot(what: string, error: unknown): string {
  return `${what}: ${error instanceof Error ? error.message.trim() : error}`;
}
