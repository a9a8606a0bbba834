/** Ports of programs that cannot choose one themselves. */

import { within } from "../../lib/core/within.ts";

/** What a server is asked over. */
export type Transport = "tcp" | "udp";

/** A port that nobody has in this moment. */
export function freePort(transport: Transport): number {
  const socket = transport === "tcp"
    ? Deno.listen({ port: 0, hostname: "127.0.0.1" })
    : Deno.listenDatagram({ transport: "udp", port: 0, hostname: "127.0.0.1" });
  const { port } = socket.addr as Deno.NetAddr;
  socket.close();
  return port;
}

/** Waits until somebody serves a port. @throws when nobody does within ten seconds */
export async function untilAnswering(transport: Transport, port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (await answers(transport, port)) return;
    await new Promise((resume) => setTimeout(resume, 50));
  }
  throw new Error(`Nothing answers on port ${port}`);
}

async function answers(transport: Transport, port: number): Promise<boolean> {
  if (transport === "tcp") {
    return await Deno.connect({ port }).then((conn) => (conn.close(), true), () => false);
  }
  const socket = Deno.listenDatagram({ transport: "udp", port: 0, hostname: "127.0.0.1" });
  await socket.send(new Uint8Array(1), { transport: "udp", hostname: "127.0.0.1", port });
  const answer = socket.receive().then(() => true, () => false);
  const outcome = await within(100, answer, () => false);
  socket.close();
  return outcome;
}
