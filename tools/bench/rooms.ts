/** Rooms of several sizes, ours against the bare fan-out loop. */

import { P99 } from "./buddies.ts";
import { type Bench, runGenerator } from "./generators.ts";
import type { Contender, Group, Load } from "./load.ts";
import type { Measured } from "./results.ts";
import { startBare, startServer, type Target } from "./targets.ts";

const ROOM = "bench";
const TOKEN_BYTES = 38;

/** Where the message of a datagram begins. */
const MESSAGE_AT = 2 + ROOM.length + TOKEN_BYTES;

/** What a datagram begins with, as the generator's templates write it. */
const HEAD = `\\x${hex(ROOM.length)}\\x${hex(TOKEN_BYTES)}${ROOM}TOKEN`;

/** Messages of a run of one second, by the size of the room. */
const MESSAGES: ReadonlyMap<number, number> = new Map([
  ...[[2, 40_000], [11, 18_000], [101, 2000]] as const,
]);

/** Messages that are under way at once. */
const WINDOW = 32;

const MOST = "1000000";

/** A server of rooms that lets one member say as much as it can take. */
export async function startRoomServer(words: readonly string[]): Promise<Target> {
  return await startServer("rooms", [
    ...["--services=rooms", "--rooms-tcp-port=0", "--rooms-udp-port=0"],
    ...["--room-datagram-rate", MOST, "--room-datagram-burst", MOST, ...words],
  ]);
}

/** One member and 1, 10 or 100 others, against a loop that looks at nothing. */
export async function startRooms(bench: Bench): Promise<Group> {
  const server = await startRoomServer(["--store=memory"]);
  const loads = [...MESSAGES.keys()].map((members): Load => ({
    name: `room relay, 1 to ${members - 1}`,
    unit: "deliveries",
    goals: members === 2
      ? [{ against: "bare", of: "rate" }]
      : [{ against: "bare", of: "rate", must: 0.8, aim: 0.95 }, P99],
    contenders: [
      { name: "Parley", run: () => loadOurs(bench, server, members) },
      { name: "bare", run: () => loadBare(bench, members) },
    ],
  }));
  return { loads: [...loads, growthOf(bench, server)], stop: () => server.stop() };
}

/** What one delivery costs as a room grows. */
function growthOf(bench: Bench, server: Target): Load {
  const contenders = [200, 2, 20].map((members): Contender => ({
    name: `${members} members`,
    at: members,
    run: () => loadOurs(bench, server, members, Math.ceil(200_000 / (members + 3))),
  }));
  return {
    name: "room relay, room of 200",
    unit: "deliveries",
    axis: "members",
    goals: [2, 20].map((members) => ({ against: `${members} members`, of: "rate" })),
    contenders,
  };
}

async function loadOurs(
  bench: Bench,
  server: Target,
  members: number,
  messages: number = MESSAGES.get(members)!,
): Promise<Measured> {
  const tokens = `${bench.scratch}/tokens-${members}`;
  const leave = await makeRoom(server, members, tokens);
  const measured = await loadRoom(bench, { servers: [server], members, messages, tokens });
  await leave();
  return measured;
}

/** It never forgets a member, so that each run takes a new one. */
async function loadBare(bench: Bench, members: number): Promise<Measured> {
  const tokens = `${bench.scratch}/tokens-${members}`;
  const words = Array.from({ length: members }, () => "x".repeat(TOKEN_BYTES));
  await Deno.writeTextFile(tokens, words.join("\n"));
  const bare = await startBare("bare_room.ts", [String(MESSAGE_AT)], "udp");
  const messages = MESSAGES.get(members)!;
  const measured = await loadRoom(bench, { servers: [bare], members, messages, tokens });
  await bare.stop();
  return measured;
}

/** A load on one room. */
export interface RoomLoad {
  /** Where its members are, in turn. */
  readonly servers: readonly Target[];
  readonly members: number;
  /** Messages in a second. */
  readonly messages: number;
  /** The file with their tokens. */
  readonly tokens: string;
}

/** Has one member talk to all others. */
export function loadRoom(
  { generators, seconds }: Bench,
  { servers, members, messages, tokens }: RoomLoad,
): Promise<Measured> {
  const ports = servers.flatMap(({ udp }, at) => [at === 0 ? "--port" : "--port2", String(udp)]);
  return runGenerator(generators.fanout, [
    ...["--udp", ...ports, "--tokens", tokens, "--members", String(members)],
    ...["--msgs", String(Math.ceil(messages * seconds)), "--window", String(WINDOW)],
    ...["--timeout", "1500", "--join", `${HEAD}__REGISTER__`, "--msg", `${HEAD}@%t %d`],
  ], servers);
}

/** Makes a room of so many members, and writes their tokens to a file. The result closes it. */
export async function makeRoom(
  server: Target,
  members: number,
  path: string,
): Promise<() => Promise<void>> {
  const tokens: string[] = [];
  for (let number = 0; number < members; number++) {
    tokens.push(await enterRoom(server.tcp, number === 0 ? 1 : 2, ROOM, `m${number}`));
  }
  await Deno.writeTextFile(path, tokens.join("\n"));
  return async () => {
    const socket = Deno.listenDatagram({ transport: "udp", port: 0, hostname: "127.0.0.1" });
    const head = String.fromCharCode(ROOM.length, TOKEN_BYTES) + ROOM + tokens[0];
    const to: Deno.NetAddr = { transport: "udp", hostname: "127.0.0.1", port: server.udp };
    // From a socket of its own, it has to say first that it moved.
    for (const word of ["__REGISTER__", "__LEAVE__"]) {
      await socket.send(new TextEncoder().encode(head + word), to);
    }
    socket.close();
    await new Promise((resume) => setTimeout(resume, 100));
  };
}

/** Creates a room (operation 1) or joins one (2), and gives the token. @throws when refused */
export async function enterRoom(
  port: number,
  operation: 1 | 2,
  room: string,
  name: string,
): Promise<string> {
  using conn = await Deno.connect({ port, hostname: "127.0.0.1" });
  const text = String.fromCharCode(room.length, operation, 0) + "\0".repeat(28) +
    String.fromCharCode(name.length) + room + name;
  await conn.write(new TextEncoder().encode(text));
  const answer = await new Response(conn.readable).text();
  const token = /token_[0-9a-f]{32}/.exec(answer)?.[0];
  if (token === undefined) throw new Error(`${name}: not accepted`);
  return token;
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}
