/** The buddy service: durable registrations, and presence. */

import { type Measured, runGenerator } from "./generators.ts";
import type { Bench, Group } from "./group.ts";
import { type Footprint, makeLargeDirectory, startMeasured } from "./large_directory.ts";
import { print } from "../print.ts";
import { makeBuddies, startBare, startParley } from "./targets.ts";

/** A large site: its server must start within seconds, in so many bytes for each user. */
const LARGE = { users: 1_000_000, buddies: 5, startSeconds: 5, bytesPerUser: 1024 };

/** Where the next load begins to count its users: each registers new ones. */
let nextUser = 1_000_000;

/** A load of registrations. */
export function registrations(
  { tcp1, seconds }: Bench,
  port: number,
  clients: number,
): () => Promise<Measured> {
  return () =>
    runGenerator(tcp1, [
      ...["--port", String(port), "--conc", String(clients), "--secs", seconds],
      ...["--start", String(nextUser += 1_000_000)],
    ]);
}

/** A load of questions for presence, so many under way at once. */
export function questions(
  { udp1, seconds }: Bench,
  port: number,
  window: number,
  user: string = "asker",
): () => Promise<Measured> {
  return () =>
    runGenerator(udp1, [
      ...["--port", String(port), "--window", String(window), "--secs", seconds],
      ...["--line", `GET ${user}`, "--mod", String(LARGE.users)],
    ]);
}

/** Durable registrations against a bare group commit. */
export async function startRegistrations(bench: Bench): Promise<Group> {
  const ours = await startParley(`${bench.scratch}/registrations`);
  const bare = await startBare("bare_group_commit.ts", [`${bench.scratch}/bare.txt`], "tcp");
  return {
    rows: [1, 32, 256].map((clients) => ({
      name: `REG, durable, ${clients} connections`,
      ours: registrations(bench, ours.tcp, clients),
      bare: registrations(bench, bare.tcp, clients),
      must: clients === 1 ? undefined : 0.85,
    })),
    async stop() {
      await Promise.all([ours.stop(), bare.stop()]);
    },
  };
}

/** Questions for ten buddies against an echo of the same size. */
export async function startPresence(bench: Bench): Promise<Group> {
  const ours = await startParley(`${bench.scratch}/presence`);
  await makeBuddies(ours, 10);
  const answerBytes = 10 * "buddy00 101 OFFLINE unknown 0\n".length;
  const bare = await startBare("bare_udp.ts", [String(answerBytes)], "udp");
  return {
    rows: [1, 32].map((window) => ({
      name: `GET, 10 buddies, ${window} in flight`,
      ours: questions(bench, ours.udp, window),
      bare: questions(bench, bare.udp, window),
      must: 0.8,
    })),
    async stop() {
      await Promise.all([ours.stop(), bare.stop()]);
    },
  };
}

/** A million users: start-up, memory, and questions all over them. */
export async function startLargeSite(bench: Bench): Promise<Group> {
  const { scratch } = bench;
  await makeLargeDirectory(`${scratch}/large`, LARGE.users, LARGE.buddies);
  const [empty, emptyFootprint] = await startMeasured(`${scratch}/empty`);
  await empty.stop();
  const [ours, footprint] = await startMeasured(`${scratch}/large`);
  reportFootprint(footprint, emptyFootprint);
  const answerBytes = LARGE.buddies * "user999999 101 OFFLINE unknown 0\n".length;
  const bare = await startBare("bare_udp.ts", [String(answerBytes)], "udp");
  return {
    rows: [{
      name: "GET, 32 in flight, million users",
      ours: questions(bench, ours.udp, 32, "user%m"),
      bare: questions(bench, bare.udp, 32, "user%m"),
      must: undefined,
    }],
    async stop() {
      await Promise.all([ours.stop(), bare.stop()]);
    },
  };
}

/** Tells what the large directory costs, beyond a server without users. */
function reportFootprint(large: Footprint, empty: Footprint): void {
  const perUser = (large.residentBytes - empty.residentBytes) / LARGE.users;
  const isMet = large.startSeconds < LARGE.startSeconds && !(perUser > LARGE.bytesPerUser);
  print(
    `${LARGE.users} users with ${LARGE.buddies} buddies each: ready after ` +
      `${large.startSeconds.toFixed(1)} s (must ${LARGE.startSeconds}), ` +
      `${perUser.toFixed(0)} bytes per user (must ${LARGE.bytesPerUser}): ` +
      `${isMet ? "met" : "MISSED"}\n`,
  );
}
