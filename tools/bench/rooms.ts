/** Rooms of several sizes, ours against the bare fan-out loop. */

import { type Measured, type Row, runGenerator } from "./generators.ts";
import type { Bench, Group } from "./group.ts";
import { startBare, startServer, type Target } from "./targets.ts";

const ROOM = "bench";
const TOKEN_BYTES = 38;

/** Where the message of a datagram begins. */
const MESSAGE_AT = 2 + ROOM.length + TOKEN_BYTES;

/** What a datagram begins with, as the generator's templates write it. */
const HEAD = `\\x${hex(ROOM.length)}\\x${hex(TOKEN_BYTES)}${ROOM}TOKEN`;

/** Messages of one run, so that each takes a second or two. */
const MESSAGES: ReadonlyMap<number, number> = new Map([[2, 60_000], [10, 20_000], [100, 3000]]);

/** Starts a room server that lets one member say as much as it can take. */
export async function startRooms({ fanout, scratch }: Bench): Promise<Group> {
  const most = "1000000";
  const server = await startServer("rooms", [
    ...["--services", "rooms", "--store", "memory", "--rooms-tcp-port=0", "--rooms-udp-port=0"],
    ...["--room-datagram-rate", most, "--room-datagram-burst", most],
  ]);
  const rows = [...MESSAGES].map(([members, messages]): Row => {
    const run = (port: number, tokens: string): Promise<Measured> =>
      loadRoom(fanout, { port, port2: port, members, messages, tokens });
    const path = `${scratch}/tokens-${members}`;
    return {
      must: 0.8,
      name: `rooms of ${members}, 32 messages in flight`,
      async ours() {
        const leave = await makeRoom(server, members, path);
        const measured = await run(server.udp, path);
        await leave();
        return measured;
      },
      async bare() {
        const tokens = Array.from({ length: members }, () => "x".repeat(TOKEN_BYTES));
        await Deno.writeTextFile(path, tokens.join("\n"));
        const bare = await startBare("bare_room.ts", [String(MESSAGE_AT)], "udp");
        const measured = await run(bare.udp, path);
        await bare.stop();
        return measured;
      },
    };
  });
  return { rows, stop: () => server.stop() };
}

/** A load on one room. */
export interface RoomLoad {
  readonly port: number;
  /** Where every second member is. */
  readonly port2: number;
  readonly members: number;
  readonly messages: number;
  /** The file with their tokens. */
  readonly tokens: string;
}

/** Has one member talk to all others. */
export function loadRoom(
  fanout: string,
  { port, port2, members, messages, tokens }: RoomLoad,
): Promise<Measured> {
  return runGenerator(fanout, [
    ...["--udp", "--port", String(port), "--port2", String(port2), "--tokens", tokens],
    ...["--members", String(members), "--msgs", String(messages), "--window", "32"],
    ...["--timeout", "1500", "--join", `${HEAD}__REGISTER__`, "--msg", `${HEAD}@%t %d`],
  ]);
}

/** Makes a room of so many members, and writes their tokens to a file. The result closes it. */
export async function makeRoom(
  server: Target,
  members: number,
  path: string,
): Promise<() => Promise<void>> {
  const tokens: string[] = [];
  for (let number = 0; number < members; number++) {
    tokens.push(await enter(server.tcp, number === 0 ? 1 : 2, `m${number}`));
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

async function enter(port: number, operation: number, name: string): Promise<string> {
  using conn = await Deno.connect({ port, hostname: "127.0.0.1" });
  const text = String.fromCharCode(ROOM.length, operation, 0) + "\0".repeat(28) +
    String.fromCharCode(name.length) + ROOM + name;
  await conn.write(new TextEncoder().encode(text));
  const answer = await new Response(conn.readable).text();
  const token = /token_[0-9a-f]{32}/.exec(answer)?.[0];
  if (token === undefined) throw new Error(`${name}: not accepted`);
  return token;
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}
