/**
 * What the login chat costs: lines delivered a second against a bare fan-out, and memory for each
 * client that is only there.
 */

import { print } from "../print.ts";
import { type Measured, type Row, runGenerator } from "./generators.ts";
import type { Bench, Group } from "./group.ts";
import { residentBytes } from "./large_directory.ts";
import { startBare, type Target } from "./targets.ts";

/** Receivers, messages under way at once, and messages in all: a second or so of each. */
const LOADS = [
  { receivers: 100, window: 8, messages: 10_000 },
  { receivers: 100, window: 64, messages: 30_000 },
  { receivers: 1000, window: 8, messages: 600 },
  { receivers: 1000, window: 64, messages: 2000 },
] as const;

/** Idle clients whose memory is measured. */
const IDLE_CLIENTS = 1000;

/** One speaker and many receivers, against a bare fan-out. */
export async function startLoginChat({ fanout }: Bench): Promise<Group> {
  const chat = await startBare("chat_target.ts", [], "tcp");
  await reportIdleClients(chat);
  const bare = await startBare("bare_fanout.ts", [], "tcp");
  return {
    rows: rowsOf(fanout, chat, bare),
    async stop() {
      await Promise.all([chat.stop(), bare.stop()]);
    },
  };
}

function rowsOf(fanout: string, chat: Target, bare: Target): Row[] {
  return LOADS.map(({ receivers, window, messages }) => {
    const run = (port: number, words: readonly string[]) => (): Promise<Measured> =>
      runGenerator(fanout, [
        ...["--port", String(port), "--members", String(receivers + 1)],
        ...["--msgs", String(messages), "--window", String(window), ...words],
      ]);
    const login = ["--send", "C LOGIN u%d\\nC PASSWORD secret\\n", "--wait", "C 200 OK"];
    return {
      name: `chat, ${receivers} receivers, ${window} under way`,
      ours: run(chat.tcp, [...login, "--msg", "C PM\\nD @%t %d\\n"]),
      // The line a receiver of ours gets.
      bare: run(bare.tcp, ["--msg", "D PM u0 @%t %d\\n"]),
      must: 0.8,
    };
  });
}

/** Tells what a client costs that is logged in and silent. */
async function reportIdleClients(chat: Target): Promise<void> {
  const before = await residentBytes(chat.pid);
  const clients: Deno.TcpConn[] = [];
  for (let index = 0; index < IDLE_CLIENTS; index++) {
    const conn = await Deno.connect({ port: chat.tcp, hostname: "127.0.0.1" });
    clients.push(conn);
    await conn.write(new TextEncoder().encode(`C LOGIN idle${index}\nC PASSWORD secret\n`));
    await untilLoggedIn(conn);
  }
  const perClient = (await residentBytes(chat.pid) - before) / IDLE_CLIENTS;
  for (const conn of clients) conn.close();
  print(
    `${IDLE_CLIENTS} idle login chat clients: ${perClient.toFixed(0)} bytes of the server each\n`,
  );
}

async function untilLoggedIn(conn: Deno.TcpConn): Promise<void> {
  const decoder = new TextDecoder();
  const chunk = new Uint8Array(256);
  let text = "";
  while (!text.includes("C 200 OK")) {
    const count = await conn.read(chunk);
    if (count === null) throw new Error(`Not let in: ${text}`);
    text += decoder.decode(chunk.subarray(0, count));
  }
}
