/**
 * Backends of the balancer that die or stop under load: real servers, killed and stopped by signals.
 */

import { assert, assertEquals } from "@std/assert";
import { writeAll } from "../../lib/net/orderly_close.ts";
import { ask } from "../support/raw_tcp.ts";
import { ServerProcess } from "../support/server_process.ts";
import { readToEnd } from "../support/streams.ts";
import { TestBalancer } from "../support/test_balancer.ts";
import { within } from "../support/within.ts";
import { extent } from "./extent.ts";

/** Requests a second, and so many on each side of the kill. */
const EVERY_MS = 5;
const AROUND = extent(200, 1000);

/** The time the checks have to find a backend that is gone. */
const MARKED_DOWN_MS = 6000;

type Ports = Awaited<ReturnType<typeof ServerProcess.start>>;

async function startServer(): Promise<Ports> {
  const server = ServerProcess.spawn(["0", "0", "--store=memory"]);
  return Object.assign(server, { ports: await server.ready() });
}

function addressOf({ ports }: Ports): string {
  return `127.0.0.1:${ports.buddy.tcp}`;
}

/** One request; gives the port it came from, and whether it was answered. */
async function request(port: number, user: string): Promise<{ from: number; isAnswered: boolean }> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  const from = conn.localAddr.port;
  try {
    await writeAll(conn, new TextEncoder().encode(`REG ${user}\n`));
    return { from, isAnswered: await readToEnd(conn) === "200 OK\r\n" };
  } catch {
    return { from, isAnswered: false };
  }
}

Deno.test("a server killed under 200 requests a second: only requests it had already are lost", async () => {
  await using victim = await startServer();
  await using survivor = await startServer();
  await using balancer = new TestBalancer({ backends: [addressOf(victim), addressOf(survivor)] });
  const requests: Promise<{ from: number; isAnswered: boolean }>[] = [];
  const load = async (count: number): Promise<void> => {
    for (let number = 0; number < count; number++) {
      requests.push(request(balancer.port, `u${requests.length}`));
      await new Promise((resume) => setTimeout(resume, EVERY_MS));
    }
  };
  await load(AROUND);
  victim.signal("SIGKILL");
  const isDown = within(
    "the mark",
    balancer.tells(`Backend 0 is down: ${addressOf(victim)} (nothing is listening there)`),
    MARKED_DOWN_MS,
  );
  await load(AROUND);
  await isDown;

  const failed = (await Promise.all(requests)).filter(({ isAnswered }) => !isAnswered);
  const carried = balancer.log.entries.filter(({ message }) => message === "Connection closed");
  for (const { from } of failed) {
    const fields = carried.find(({ fields }) => fields.clientPort === from)?.fields;
    assert(
      fields?.backend === addressOf(victim) && Number(fields.sent) > 0,
      JSON.stringify(fields),
    );
  }
  assert(failed.length < 20, `${failed.length} requests were lost`);
});

Deno.test("a server killed with nobody asking is marked down in time, and taken back", async () => {
  await using survivor = await startServer();
  const victim = await startServer();
  const address = addressOf(victim);
  await using balancer = new TestBalancer({ backends: [address, addressOf(survivor)] });
  assertEquals(await ask(balancer.port, "REG ann\n"), "200 OK\r\n");
  await victim.endBy("SIGKILL");
  // A check may have been under way when it died: then that one says why.
  await within("the mark", balancer.tellsOf(`Backend 0 is down: ${address} (`), MARKED_DOWN_MS);
  const port = String(victim.ports.buddy.tcp);
  await using _again = ServerProcess.spawn([port, "0", "--store=memory"]);
  await balancer.tells(`Backend 0 is up: ${address}`);
});

Deno.test("a client that has not asked yet is moved when its server is killed", async () => {
  const victim = await startServer();
  await using survivor = await startServer();
  await using balancer = new TestBalancer({ backends: [addressOf(victim), addressOf(survivor)] });
  using conn = await Deno.connect({ hostname: "127.0.0.1", port: balancer.port });
  await balancer.tells(`Client connected to backend: ${addressOf(victim)}`);
  await victim.endBy("SIGKILL");
  await writeAll(conn, new TextEncoder().encode("REG ann\n"));
  assertEquals(await readToEnd(conn), "200 OK\r\n");
});

Deno.test("a server that was stopped (SIGSTOP) is marked down in time, and taken back when it goes on", async () => {
  await using victim = await startServer();
  await using other = await startServer();
  await using balancer = new TestBalancer({ backends: [addressOf(victim), addressOf(other)] });
  assertEquals(await ask(balancer.port, "REG ann\n"), "200 OK\r\n");
  // The very first check counts at once: it is to be over.
  await new Promise((resume) => setTimeout(resume, 500));
  victim.signal("SIGSTOP");
  try {
    const why = "it takes connections and does not answer";
    const down = balancer.tells(`Backend 0 is down: ${addressOf(victim)} (${why})`);
    await within("the mark", down, MARKED_DOWN_MS);
    for (let turn = 0; turn < 10; turn++) {
      const reply = await ask(balancer.port, `REG u${turn}\n`);
      assertEquals(reply, "200 OK\r\n");
    }
  } finally {
    victim.signal("SIGCONT");
  }
  await balancer.tells(`Backend 0 is up: ${addressOf(victim)}`);
});
