/**
 * Backends of the balancer that die or stop under load: real servers, killed and stopped by signals.
 */

import { assert, assertEquals } from "@std/assert";
import { BALANCER_LIMITS } from "../../lib/core/limits.ts";
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

/** Has a server offer trunks to a balancer here. */
const TRUST = ["--trust-proxy=127.0.0.1"];

type Ports = Awaited<ReturnType<typeof ServerProcess.start>>;

async function startServer(port = 0, words: readonly string[] = []): Promise<Ports> {
  const server = ServerProcess.spawn([String(port), "0", "--store=memory", ...words]);
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

for (const trunk of [false, true]) {
  const how = trunk ? "by trunk" : "each on its own";
  Deno.test(`a server killed under 200 requests a second, ${how}: only requests it had are lost`, () =>
    killUnderLoad(trunk));
}

/** Kills one of two servers, and looks at every request that was not answered. */
async function killUnderLoad(trunk: boolean): Promise<void> {
  await using victim = await startServer(0, TRUST);
  await using survivor = await startServer(0, TRUST);
  const backends = [addressOf(victim), addressOf(survivor)];
  await using balancer = new TestBalancer({ backends, trunk });
  if (trunk) await hasTrunks(balancer, backends);
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
}

/** Resolves when each of these is reached by trunk. */
async function hasTrunks(balancer: TestBalancer, backends: readonly string[]): Promise<void> {
  for (const [index, name] of backends.entries()) {
    await balancer.tells(`Backend ${index} is reached by 2 trunks: ${name}`);
  }
}

/** Requests whose answers are the same at every server, and different for each. */
const EXPECTED = new Map([
  ["HELLO", "201 INVALID\r\n"],
  ["GET nobody", "202 NO SUCH USER\r\n"],
  ["CAP", "200 OK parley/1 get info\r\n"],
  ["", ""],
]);

Deno.test("a server killed and started again by trunk: nobody is given another one's answer", async () => {
  let victim = await startServer(0, TRUST);
  const { port } = { port: victim.ports.buddy.tcp };
  await using survivor = await startServer(0, TRUST);
  const backends = [addressOf(victim), addressOf(survivor)];
  await using balancer = new TestBalancer({
    ...{ backends, trunk: true, sendProxyV2: true, checkInterval: 0.2, rise: 1, fall: 1 },
  });
  await hasTrunks(balancer, backends);
  let isOver = false;
  let [answered, unanswered] = [0, 0];
  const requests = [...EXPECTED];
  const client = async (number: number): Promise<void> => {
    for (let turn = number; !isOver; turn++) {
      const [request, expected] = requests[turn % requests.length]!;
      const answer = await ask(balancer.port, `${request}\n`).catch(() => "");
      assert(answer === expected || answer === "", `${request}: ${answer}`);
      if (answer === "" && expected !== "") unanswered++;
      else answered++;
    }
  };
  const clients = Array.from({ length: 32 }, (_, number) => client(number));
  const goOn = async (count: number): Promise<void> => {
    const wanted = answered + count;
    while (answered < wanted) await new Promise((resume) => setTimeout(resume, 1));
  };
  const kills = extent(3, 30);
  try {
    for (let kill = 0; kill < kills; kill++) {
      await goOn(500);
      await victim.endBy("SIGKILL");
      await goOn(500);
      victim = await startServer(port, TRUST);
      const { counts } = balancer.service.pool.backends[0]!;
      const before = counts.trunked;
      while (counts.trunked < before + 100) await goOn(100);
    }
  } finally {
    isOver = true;
    await Promise.all(clients);
    await victim[Symbol.asyncDispose]();
  }
  // Each kill may cost what was under way on two trunks: at most one request of each client.
  assert(unanswered <= 32 * kills, `${unanswered} of ${answered} were not answered`);
});

Deno.test("a server that was stopped (SIGSTOP) loses its trunks in time, and who waits is closed", async () => {
  await using victim = await startServer(0, TRUST);
  await using balancer = new TestBalancer({ backends: [addressOf(victim)], trunk: true });
  await hasTrunks(balancer, [addressOf(victim)]);
  victim.signal("SIGSTOP");
  try {
    const answer = await within("the end", ask(balancer.port, "CAP\n").catch(() => ""));
    assertEquals(answer, "");
    await balancer.tells("A trunk to backend 0 was lost (it does not answer)");
  } finally {
    victim.signal("SIGCONT");
  }
  await hasTrunks(balancer, [addressOf(victim)]);
  assertEquals(await ask(balancer.port, "CAP\n"), EXPECTED.get("CAP"));
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
  await using balancer = new TestBalancer({
    backends: [addressOf(victim), addressOf(other)],
    checkTimeout: BALANCER_LIMITS.checkTimeoutSeconds,
  });
  assertEquals(await ask(balancer.port, "REG ann\n"), "200 OK\r\n");
  // The very first check counts at once: it is to be over.
  await balancer.checked();
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
