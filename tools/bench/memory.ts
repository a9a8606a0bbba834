/** Memory of what only waits: connections, clients of the login chat, rooms. */

import type { Bench } from "./generators.ts";
import type { Group } from "./load.ts";
import type { Named } from "./results.ts";
import { enterRoom, startRoomServer } from "./rooms.ts";
import { startBalancer, startBare, startParley, stopAll, type Target } from "./targets.ts";
import { residentBytes } from "./usage.ts";

/** How many there are of each. */
const COUNT = 1000;

/** Makes one of what is counted. What it gives is closed in the end. */
type Make = (server: Target, number: number) => Promise<Deno.TcpConn | undefined>;

/** Compares nothing. Each figure has a server of its own, so that none counts another's leftovers. */
export function startMemory({ scratch }: Bench): Promise<Group> {
  const figures = async (): Promise<Named[]> => {
    const buddy = await startParley(`${scratch}/idle`);
    const balancer = await startBalancer([buddy]);
    const chat = await startBare("chat_target.ts", [], "tcp");
    const rooms = await startRoomServer(["--store=memory"]);
    const named = [
      await costOf("memory per idle balanced connection, balancer alone", balancer, connect),
      await costOf("memory per idle buddy connection", buddy, connect),
      await costOf("memory per idle login chat client", chat, logIn),
      await costOf("memory per room with its host", rooms, openRoom),
    ];
    await stopAll([balancer, buddy, chat, rooms]);
    return named;
  };
  return Promise.resolve({ loads: [], figures, stop: () => Promise.resolve() });
}

async function costOf(name: string, server: Target, make: Make): Promise<Named> {
  // The first ones pay for code that is compiled and buffers that are kept.
  const made = await makeMany(server, make, 0, COUNT / 10);
  const before = await residentBytes(server.pid);
  made.push(...await makeMany(server, make, COUNT, COUNT));
  const bytes = (await residentBytes(server.pid) - before) / COUNT;
  for (const conn of made) conn?.close();
  return { name, value: Math.round(bytes), unit: "bytes" };
}

async function makeMany(
  server: Target,
  make: Make,
  from: number,
  count: number,
): Promise<(Deno.TcpConn | undefined)[]> {
  const made = [];
  for (let number = from; number < from + count; number++) made.push(await make(server, number));
  return made;
}

async function connect({ tcp }: Target): Promise<Deno.TcpConn> {
  return await Deno.connect({ port: tcp, hostname: "127.0.0.1" });
}

async function logIn(server: Target, number: number): Promise<Deno.TcpConn> {
  const conn = await connect(server);
  await conn.write(new TextEncoder().encode(`C LOGIN idle${number}\nC PASSWORD secret\n`));
  const decoder = new TextDecoder();
  const chunk = new Uint8Array(256);
  for (let text = ""; !text.includes("C 200 OK");) {
    const count = await conn.read(chunk);
    if (count === null) throw new Error(`Not let in: ${text}`);
    text += decoder.decode(chunk.subarray(0, count));
  }
  return conn;
}

async function openRoom({ tcp }: Target, number: number): Promise<undefined> {
  await enterRoom(tcp, 1, `room${number}`, "host");
}
