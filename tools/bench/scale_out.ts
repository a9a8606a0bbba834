/**
 * What sharing costs: a database against text files, Redis beside it, two servers against one. The
 * left column is the shared one, the right one what it is compared with.
 */

import { NO_POSTGRES, PrivatePostgres } from "../../tests/support/postgres.ts";
import { NO_REDIS, PrivateRedis } from "../../tests/support/redis.ts";
import { print } from "../print.ts";
import { questions, registrations } from "./buddies.ts";
import { type Measured, type Row, runGenerator } from "./generators.ts";
import type { Bench, Group } from "./group.ts";
import { loadRoom, makeRoom } from "./rooms.ts";
import { registerSetters, sets } from "./sets.ts";
import { makeBuddies, startBare, startServer, type Target } from "./targets.ts";

const BUDDY = ["--services=buddy", "--tcp-port=0", "--udp-port=0"];
const MOST = "1000000";
const ROOMS = [
  ...["--services=rooms", "--rooms-tcp-port=0", "--rooms-udp-port=0"],
  ...["--room-datagram-rate", MOST, "--room-datagram-burst", MOST],
];

/** Starts everything; without PostgreSQL and Redis there are no rows. */
export async function startSharing(bench: Bench): Promise<Group> {
  const { fanout, scratch } = bench;
  const missing = NO_POSTGRES ?? NO_REDIS;
  if (missing !== undefined) {
    print(`skipped: sharing between servers: ${missing}\n`);
    return { rows: [], stop: () => Promise.resolve() };
  }
  const [postgres, redis] = [await PrivatePostgres.start(), await PrivateRedis.start()];
  const store = `--store=${postgres.url}`;
  const presence = `--presence=${redis.url}`;
  const buddy = (...words: readonly string[]): Promise<Target> =>
    startServer("buddy", [...BUDDY, ...words]);
  const text = await buddy(`--data=${scratch}/scale`);
  const database = await buddy(store);
  const both = await buddy(store, presence);
  // The third one has the same database: its buddies are there already.
  for (const target of [text, database]) await makeBuddies(target, 10);
  await registerSetters(postgres);
  const rooms = [
    await startServer("rooms", [...ROOMS, store]),
    await startServer("rooms", [...ROOMS, store, presence]),
    await startServer("rooms", [...ROOMS, store, presence]),
  ] as const;
  const chats = [
    await startBare("chat_target.ts", [], "tcp"),
    await startBare("chat_target.ts", [redis.url], "tcp"),
    await startBare("chat_target.ts", [redis.url], "tcp"),
  ] as const;

  const against = [[database, "PostgreSQL"], [both, "with Redis"]] as const;
  const rows: Row[] = [
    ...against.flatMap(([target, name]) =>
      [32, 256].map((clients) => ({
        name: `REG, ${clients}: ${name} : text`,
        ours: registrations(bench, target.tcp, clients),
        bare: registrations(bench, text.tcp, clients),
        must: undefined,
      }))
    ),
    ...against.map(([target, name]) => ({
      name: `GET, 32: ${name} : text`,
      ours: questions(bench, target.udp, 32),
      bare: questions(bench, text.udp, 32),
      must: undefined,
    })),
    {
      name: "SET, a second of a core: with Redis : PostgreSQL",
      ours: sets(both, bench.seconds, redis),
      bare: sets(database, bench.seconds, undefined),
      must: undefined,
    },
    ...[10, 100].map((members) => roomRow(fanout, scratch, rooms, members)),
    ...[10, 100].map((receivers) => chatRow(fanout, chats, receivers)),
  ];
  return {
    rows,
    async stop() {
      const servers = [text, database, both, ...rooms, ...chats];
      await Promise.all(servers.map((server) => server.stop()));
      await postgres[Symbol.asyncDispose]();
      await redis[Symbol.asyncDispose]();
    },
  };
}

/** A room of which every second member is at another server. */
function roomRow(
  fanout: string,
  scratch: string,
  [one, left, right]: readonly [Target, Target, Target],
  members: number,
): Row {
  const messages = 200_000 / members;
  const tokens = `${scratch}/scale-tokens-${members}`;
  const load = async (first: Target, second: Target): Promise<Measured> => {
    const leave = await makeRoom(first, members, tokens);
    const ports = { port: first.udp, port2: second.udp };
    const measured = await loadRoom(fanout, { ...ports, members, messages, tokens });
    await leave();
    return measured;
  };
  return {
    name: `room of ${members}: 2 servers : 1`,
    ours: () => load(left, right),
    bare: () => load(one, one),
    must: undefined,
  };
}

/** A login chat of which every second client is at another server. */
function chatRow(
  fanout: string,
  [one, left, right]: readonly [Target, Target, Target],
  receivers: number,
): Row {
  const load = (first: Target, second: Target) => (): Promise<Measured> =>
    runGenerator(fanout, [
      ...["--port", String(first.tcp), "--port2", String(second.tcp)],
      ...["--members", String(receivers + 1), "--msgs", String(300_000 / receivers)],
      ...["--window", "32", "--send", "C LOGIN u%d\\nC PASSWORD secret\\n", "--wait", "C 200 OK"],
      ...["--msg", "C PM\\nD @%t %d\\n"],
    ]);
  return {
    name: `chat, ${receivers} receivers: 2 servers : 1`,
    ours: load(left, right),
    bare: load(one, one),
    must: undefined,
  };
}
