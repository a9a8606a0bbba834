/** Somebody who asks, and the buddies asked for. */

import type { Target } from "./targets.ts";

/** Registers `asker` and gives them buddies. */
export async function makeBuddies(server: Target, count: number): Promise<void> {
  await request(server.tcp, "REG asker");
  for (const buddy of buddies(count)) {
    await request(server.tcp, `REG ${buddy}`);
    await request(server.tcp, `ADD asker ${buddy}`);
  }
}

/** Has these buddies say that they are online, which holds for some seconds. */
export async function sayOnline(server: Target, count: number): Promise<void> {
  const socket = Deno.listenDatagram({ transport: "udp", port: 0, hostname: "127.0.0.1" });
  const to = { transport: "udp", hostname: "127.0.0.1", port: server.udp } as const;
  for (const buddy of buddies(count)) {
    await socket.send(new TextEncoder().encode(`SET ${buddy} 100 ONLINE 20001\n`), to);
  }
  socket.close();
}

function buddies(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `buddy${String(index).padStart(2, "0")}`);
}

/** What a server offers, as the words of its answer to CAP. */
export async function offersOf(server: Target): Promise<readonly string[]> {
  return (await replyTo(server.tcp, "CAP")).trim().split(" ");
}

async function request(port: number, line: string): Promise<void> {
  const reply = await replyTo(port, line);
  if (!reply.startsWith("200")) throw new Error(`${line}: answered with ${JSON.stringify(reply)}`);
}

async function replyTo(port: number, line: string): Promise<string> {
  using conn = await Deno.connect({ port, hostname: "127.0.0.1" });
  await conn.write(new TextEncoder().encode(line + "\n"));
  const reply = new Uint8Array(512);
  const count = await conn.read(reply);
  return new TextDecoder().decode(reply.subarray(0, count ?? 0));
}
