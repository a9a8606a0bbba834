/**
 * What sharing costs: a database against text files, Redis beside it, two servers against one.
 */

import { NO_POSTGRES, PrivatePostgres } from "../../tests/support/postgres.ts";
import { NO_REDIS, PrivateRedis } from "../../tests/support/redis.ts";
import { makeBuddies } from "./asker.ts";
import { questions, registrations } from "./buddies.ts";
import { type Bench, runGenerator } from "./generators.ts";
import type { Contender, Group, Load } from "./load.ts";
import type { Measured } from "./results.ts";
import { loadRoom, makeRoom, startRoomServer } from "./rooms.ts";
import { registerSetters, sets } from "./sets.ts";
import { startBare, startServer, stopAll, type Target } from "./targets.ts";

const BUDDY = ["--services=buddy", "--tcp-port=0", "--udp-port=0"];

/** Starts everything; without PostgreSQL and Redis there are no loads. */
export async function startSharing(bench: Bench): Promise<Group> {
  const missing = NO_POSTGRES ?? NO_REDIS;
  if (missing !== undefined) {
    const skipped = [`sharing between servers: ${missing}`];
    return { loads: [], skipped, stop: () => Promise.resolve() };
  }
  const [postgres, redis] = [await PrivatePostgres.start(), await PrivateRedis.start()];
  const store = `--store=${postgres.url}`;
  const presence = `--presence=${redis.url}`;
  const buddy = (...words: readonly string[]): Promise<Target> =>
    startServer("buddy", [...BUDDY, ...words]);
  const text = await buddy(`--data=${bench.scratch}/scale`);
  const database = await buddy(store);
  const both = await buddy(store, presence);
  // The third one has the same database: its buddies are there already.
  for (const target of [text, database]) await makeBuddies(target, 10);
  await registerSetters(postgres);
  const rooms = [
    await startRoomServer([store]),
    await startRoomServer([store, presence]),
    await startRoomServer([store, presence]),
  ] as const;
  const chats = [
    await startBare("chat_target.ts", [], "tcp"),
    await startBare("chat_target.ts", [redis.url], "tcp"),
    await startBare("chat_target.ts", [redis.url], "tcp"),
  ] as const;

  const against = [[database, "PostgreSQL"], [both, "with Redis"]] as const;
  const loads: Load[] = [
    ...against.flatMap(([target, name]) =>
      [32, 256].map((clients) =>
        pair(`REG, ${clients} at once`, "requests", [name, "text files"], [
          registrations(bench, target, clients),
          registrations(bench, text, clients),
        ])
      )
    ),
    ...against.map(([target, name]) =>
      pair("GET, 32 at once", "requests", [name, "text files"], [
        questions(bench, target, 32),
        questions(bench, text, 32),
      ])
    ),
    pair("SET, a second of a core", "requests", ["with Redis", "PostgreSQL"], [
      sets(both, bench.seconds, redis),
      sets(database, bench.seconds, undefined),
    ]),
    ...[10, 100].map((members) => roomLoad(bench, rooms, members)),
    ...[10, 100].map((receivers) => chatLoad(bench, chats, receivers)),
  ];
  return {
    loads,
    async stop() {
      await stopAll([text, database, both, ...rooms, ...chats]);
      await postgres[Symbol.asyncDispose]();
      await redis[Symbol.asyncDispose]();
    },
  };
}

/** A comparison of which nothing is asked. */
function pair(
  name: string,
  unit: string,
  [left, right]: readonly [string, string],
  [first, second]: readonly [Contender["run"], Contender["run"]],
): Load {
  return {
    ...{ name: `${name}, ${left}`, unit, goals: [{ against: right, of: "rate" }] },
    contenders: [{ name: left, run: first }, { name: right, run: second }],
  };
}

/** A room of which every second member is at another server. */
function roomLoad(
  bench: Bench,
  [one, left, right]: readonly [Target, Target, Target],
  members: number,
): Load {
  const messages = 200_000 / members;
  const tokens = `${bench.scratch}/scale-tokens-${members}`;
  const load = async (servers: readonly [Target, ...Target[]]): Promise<Measured> => {
    const leave = await makeRoom(servers[0], members, tokens);
    const measured = await loadRoom(bench, { servers, members, messages, tokens });
    await leave();
    return measured;
  };
  return pair(`room of ${members}`, "deliveries", ["2 servers", "1 server"], [
    () => load([left, right]),
    () => load([one]),
  ]);
}

/** A login chat of which every second client is at another server. */
function chatLoad(
  { generators, seconds }: Bench,
  [one, left, right]: readonly [Target, Target, Target],
  receivers: number,
): Load {
  const load = (first: Target, second: Target) => (): Promise<Measured> =>
    runGenerator(generators.fanout, [
      ...["--port", String(first.tcp), "--port2", String(second.tcp)],
      ...["--members", String(receivers + 1)],
      ...["--msgs", String(Math.ceil(300_000 / receivers * seconds))],
      ...["--window", "32", "--send", "C LOGIN u%d\\nC PASSWORD secret\\n", "--wait", "C 200 OK"],
      ...["--msg", "C PM\\nD @%t %d\\n"],
    ], [first, second]);
  return pair(`chat, ${receivers} receivers`, "deliveries", ["2 servers", "1 server"], [
    load(left, right),
    load(one, one),
  ]);
}
