/** The buddy service: durable changes, and presence. */

import { makeBuddies, sayOnline } from "./asker.ts";
import { type Bench, runGenerator } from "./generators.ts";
import { makeLargeDirectory } from "./large_directory.ts";
import type { Contender, Group, Load } from "./load.ts";
import { cppServer, javaServer, startPeers } from "./peers.ts";
import type { Goal, Measured } from "./results.ts";
import { startBare, startParley, stopAll, type Target } from "./targets.ts";

/** What a course's server in C++ is called in the table, and one in Java. */
const [CPP, JAVA] = ["C++ threads", "Java threads"];

/** Latencies, against a server that does nothing else. */
export const P99: Goal = { against: "bare", of: "p99", must: 2, aim: 1.3 };

/** Where the next load begins to count its users: each registers new ones. */
let nextUser = 1_000_000;

/** A load of registrations. */
export function registrations(
  { generators, seconds }: Bench,
  server: Target,
  clients: number,
  servers: readonly Target[] = [server],
): () => Promise<Measured> {
  return () =>
    runGenerator(generators.tcp1, [
      ...["--port", String(server.tcp), "--conc", String(clients), "--secs", String(seconds)],
      ...["--start", String(nextUser += 1_000_000)],
    ], servers);
}

/** A load of questions for presence, so many under way at once. */
export function questions(
  { generators, seconds }: Bench,
  server: Target,
  window: number,
  user: string = "asker",
  users: number = 1,
): () => Promise<Measured> {
  return () =>
    runGenerator(generators.udp1, [
      ...["--port", String(server.udp), "--window", String(window), "--secs", String(seconds)],
      ...["--line", `GET ${user}`, "--mod", String(users)],
    ], [server]);
}

/** Durable registrations against a bare group commit, and against servers that sync nothing. */
export async function startRegistrations(bench: Bench): Promise<Group> {
  const { scratch } = bench;
  const ours = await startParley(`${scratch}/registrations`);
  const bare = await startBare("bare_group_commit.ts", [`${scratch}/bare.txt`], "tcp");
  const peers = await startPeers({ [CPP]: cppServer(scratch), [JAVA]: javaServer(scratch) });
  const goals: Readonly<Record<number, readonly Goal[]>> = {
    1: [{ against: "bare", of: "rate" }],
    32: [
      { against: "bare", of: "rate", must: 0.85, aim: 1 },
      P99,
      { against: CPP, of: "rate", must: 1.5, aim: 2.5 },
    ],
    256: [
      { against: "bare", of: "rate", must: 0.85, aim: 1 },
      { against: CPP, of: "rate", must: 2.2, aim: 2.5 },
    ],
  };
  const everybody = [
    { name: "Parley", server: ours },
    { name: "bare", server: bare },
    ...peers.running,
  ];
  return {
    loads: [1, 32, 256].map((clients): Load => ({
      name: `REG, durable, ${clients} at once`,
      unit: "requests",
      goals: [...goals[clients]!, { against: JAVA, of: "rate" }],
      contenders: everybody.map(({ name, server }) => ({
        name,
        run: registrations(bench, server, clients),
      })),
    })),
    skipped: peers.skipped,
    stop: () => stopAll(everybody.map(({ server }) => server)),
  };
}

/** Buddies that are added, and taken out again, against a bare group commit. */
export async function startChanges(bench: Bench): Promise<Group> {
  const { scratch, seconds } = bench;
  const each = Math.ceil(20_000 * seconds);
  const directory = `${scratch}/changes`;
  // More than any sensible number of rounds adds.
  await makeLargeDirectory(directory, 40 * each, 0);
  const ours = await startParley(directory);
  const bare = await startBare("bare_group_commit.ts", [`${scratch}/changes.txt`], "tcp");
  let next = 1;
  const change = (server: Target, word: string, clients: number, from: number) =>
    runGenerator(bench.generators.tcp1, [
      ...["--port", String(server.tcp), "--conc", String(clients), "--total", String(each)],
      ...["--line", `${word} user%d user0\\n`, "--start", String(from)],
    ], [server]);
  return {
    loads: [32, 256].flatMap((clients) => {
      const added: number[] = [];
      const ranges: Readonly<Record<string, () => number>> = {
        ADD() {
          added.push(next);
          next = (next + each) % (39 * each) + 1;
          return added.at(-1)!;
        },
        DEL: () => added.shift()!,
      };
      return Object.entries(ranges).map(([word, range]): Load => ({
        name: `${word}, durable, ${clients} at once`,
        unit: "requests",
        goals: [
          { against: "bare", of: "rate", must: 0.85, aim: 1 },
          ...(clients === 32 ? [P99] : []),
        ],
        contenders: [
          { name: "Parley", run: () => change(ours, word, clients, range()) },
          { name: "bare", run: () => change(bare, word, clients, 0) },
        ],
      }));
    }),
    stop: () => stopAll([ours, bare]),
  };
}

/** Questions for ten buddies who are online, against an echo of the same size. */
export async function startPresence(bench: Bench): Promise<Group> {
  const { scratch } = bench;
  const ours = await startParley(`${scratch}/presence`);
  const peers = await startPeers({ [CPP]: cppServer(scratch), [JAVA]: javaServer(scratch) });
  const real = [{ name: "Parley", server: ours }, ...peers.running];
  for (const { server } of real) await makeBuddies(server, 10);
  const answerBytes = 10 * "buddy00 100 ONLINE 127.0.0.1 20001\n".length;
  const bare = await startBare("bare_udp.ts", [String(answerBytes)], "udp");
  return {
    loads: [1, 32].map((window): Load => {
      const contenders = real.map(({ name, server }): Contender => {
        const ask = questions(bench, server, window);
        return { name, run: () => sayOnline(server, 10).then(ask) };
      });
      return {
        name: `GET, 10 buddies online, ${window} at once`,
        unit: "requests",
        goals: [
          { against: "bare", of: "rate", must: 0.8, aim: 0.95 },
          ...(window === 32 ? [P99] : []),
          { against: CPP, of: "rate", ...(window === 32 ? { must: 1.2, aim: 1.5 } : {}) },
          { against: JAVA, of: "rate" },
        ],
        contenders: [...contenders, { name: "bare", run: questions(bench, bare, window) }],
      };
    }),
    skipped: peers.skipped,
    stop: () => stopAll([bare, ...real.map(({ server }) => server)]),
  };
}
