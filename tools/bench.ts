/**
 * Measures the hot paths against bare servers, as `deno task bench`.
 *
 * Machines are noisy, so nothing here is an absolute promise: each figure is measured in turn with
 * its bare limit, several times, and what counts is the ratio of the medians. Results go to stdout
 * as a table and to `bench-results/` as JSON.
 *
 * Usage: bench.ts [ROUNDS] [SECONDS]
 */

import { buildGenerator, type Measured, type Row, runGenerator } from "./bench/generators.ts";
import { type Footprint, makeLargeDirectory, startMeasured } from "./bench/large_directory.ts";
import { loginChatRows, reportIdleClients } from "./bench/login_chat.ts";
import { startRoomBench } from "./bench/rooms.ts";
import { makeBuddies, startBalancer, startBare, startParley } from "./bench/targets.ts";
import { print } from "./print.ts";

const ROUNDS = Number(Deno.args[0] ?? 3);
const SECONDS = Deno.args[1] ?? "2";

/** A large site: its server must start within seconds, in so many bytes for each user. */
const LARGE = { users: 1_000_000, buddies: 5, startSeconds: 5, bytesPerUser: 1024 };

const scratch = await Deno.makeTempDir({ prefix: "parley-bench-" });
try {
  const [tcp1, udp1] = [
    await buildGenerator("tcp1", scratch),
    await buildGenerator("udp1", scratch),
  ];
  await measure(tcp1, udp1, await buildGenerator("fanout", scratch));
} finally {
  await Deno.remove(scratch, { recursive: true });
}

async function measure(tcp1: string, udp1: string, fanout: string): Promise<void> {
  const rooms = await startRoomBench(fanout, scratch);
  const ours = await startParley(`${scratch}/data`);
  await makeBuddies(ours, 10);
  const answerBytes = 10 * "buddy00 101 OFFLINE unknown 0\n".length;
  const bareTcp = await startBare("bare_group_commit.ts", [`${scratch}/bare.txt`], "tcp");
  const bareUdp = await startBare("bare_udp.ts", [String(answerBytes)], "udp");
  let ids = 1_000_000;
  const reg = (port: number, clients: number) => (): Promise<Measured> =>
    runGenerator(tcp1, [
      ...["--port", String(port), "--conc", String(clients), "--secs", SECONDS],
      ...["--start", String(ids += 1_000_000)],
    ]);
  const get = (port: number, window: number, user: string) => (): Promise<Measured> =>
    runGenerator(udp1, [
      ...["--port", String(port), "--window", String(window), "--secs", SECONDS],
      ...["--line", `GET ${user}`, "--mod", String(LARGE.users)],
    ]);
  await makeLargeDirectory(`${scratch}/large`, LARGE.users, LARGE.buddies);
  const [empty, bareFootprint] = await startMeasured(`${scratch}/empty`);
  await empty.stop();
  const [large, footprint] = await startMeasured(`${scratch}/large`);
  reportFootprint(footprint, bareFootprint);
  const largeAnswer = LARGE.buddies * "user999999 101 OFFLINE unknown 0\n".length;
  const bareLarge = await startBare("bare_udp.ts", [String(largeAnswer)], "udp");
  const backends = [
    await startBare("bare_reply.ts", [], "tcp"),
    await startBare("bare_reply.ts", [], "tcp"),
  ];
  const backendPorts = backends.map(({ tcp }) => tcp);
  const balancer = await startBalancer(backendPorts);
  const bareProxy = await startBare("bare_proxy.ts", backendPorts.map(String), "tcp");
  const chat = await startBare("chat_target.ts", [], "tcp");
  const bareFanout = await startBare("bare_fanout.ts", [], "tcp");
  await reportIdleClients(chat);
  const rows: Row[] = [
    {
      name: "balanced, 32 connections",
      ours: reg(balancer.tcp, 32),
      bare: reg(bareProxy.tcp, 32),
      must: 0.75,
    },
    ...[1, 32, 256].map((clients) => ({
      name: `REG, durable, ${clients} connections`,
      ours: reg(ours.tcp, clients),
      bare: reg(bareTcp.tcp, clients),
      must: 0.85,
    })),
    ...[1, 32].map((window) => ({
      name: `GET, 10 buddies, ${window} in flight`,
      ours: get(ours.udp, window, "asker"),
      bare: get(bareUdp.udp, window, "asker"),
      must: 0.8,
    })),
    {
      name: "GET, 32 in flight, million users",
      ours: get(large.udp, 32, "user%m"),
      bare: get(bareLarge.udp, 32, "user%m"),
      must: undefined,
    },
    ...rooms.rows,
    ...loginChatRows(fanout, chat, bareFanout),
  ];
  try {
    await report(rows);
  } finally {
    const proxied = [balancer, bareProxy, ...backends];
    const servers = [ours, bareTcp, bareUdp, large, bareLarge, rooms, chat, bareFanout, ...proxied];
    await Promise.all(servers.map((server) => server.stop()));
  }
}

/** Tells what the large directory costs, beyond a server without users. */
function reportFootprint(large: Footprint, empty: Footprint): void {
  const perUser = (large.residentBytes - empty.residentBytes) / LARGE.users;
  const isMet = large.startSeconds < LARGE.startSeconds && !(perUser > LARGE.bytesPerUser);
  print(
    `${LARGE.users} users with ${LARGE.buddies} buddies each: ready after ` +
      `${large.startSeconds.toFixed(1)} s (must ${LARGE.startSeconds}), ` +
      `${perUser.toFixed(0)} bytes per user (must ${LARGE.bytesPerUser}): ` +
      `${isMet ? "met" : "MISSED"}\n\n`,
  );
}

async function report(rows: readonly Row[]): Promise<void> {
  const results = [];
  const head = ["", "ours/s", "bare/s", "ratio", "p99 ms", "bare p99", "must", ""];
  print(`medians of ${ROUNDS} rounds of ${SECONDS} s, ours and bare in turn\n${table(head)}`);
  for (const { name, ours, bare, must } of rows) {
    const runs: { ours: Measured; bare: Measured }[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      runs.push({ bare: await bare(), ours: await ours() });
    }
    const mine = medians(runs.map((run) => run.ours));
    const limit = medians(runs.map((run) => run.bare));
    const ratio = mine.perSecond / limit.perSecond;
    const isMet = must === undefined || ratio >= must;
    results.push({ name, ours: mine, bare: limit, ratio, must, met: isMet });
    print(table([
      name,
      mine.perSecond.toFixed(0),
      limit.perSecond.toFixed(0),
      ratio.toFixed(2),
      mine.p99.toFixed(2),
      limit.p99.toFixed(2),
      must?.toFixed(2) ?? "-",
      (isMet ? "met" : "MISSED") + (mine.bad > 0 ? `, ${mine.bad} bad answers` : ""),
    ]));
  }
  await Deno.mkdir("bench-results", { recursive: true });
  const when = new Date().toISOString();
  await Deno.writeTextFile(
    `bench-results/${when.replaceAll(":", "-")}.json`,
    JSON.stringify({ when, deno: Deno.version.deno, rounds: ROUNDS, results }, null, 2),
  );
}

function table(cells: readonly string[]): string {
  const [name = "", ...figures] = cells;
  return name.padEnd(34) + figures.map((figure) => figure.padStart(10)).join("") + "\n";
}

function medians(runs: readonly Measured[]): Measured {
  const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1]!;
  return {
    perSecond: median(runs.map((run) => run.perSecond)),
    p50: median(runs.map((run) => run.p50)),
    p99: median(runs.map((run) => run.p99)),
    bad: runs.reduce((sum, run) => sum + run.bad, 0),
  };
}
