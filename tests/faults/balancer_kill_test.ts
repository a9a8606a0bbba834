/**
 * Backends of the balancer that die or stop under load: real servers, killed and stopped by signals.
 */

import { assert, assertEquals } from "@std/assert";
import type { LogFields } from "../../lib/core/ports.ts";
import { writeAll } from "../../lib/net/orderly_close.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free_port.ts";
import { ask } from "../support/raw_tcp.ts";
import { ServerProcess } from "../support/server_process.ts";
import { readToEnd } from "../support/streams.ts";
import { TestBalancer } from "../support/test_balancer.ts";
import { within } from "../support/within.ts";
import { extent } from "./extent.ts";

/** Requests a second, and so many on each side of the kill. */
const EVERY_MS = 5;
const AROUND = extent(200, 1000);

/** Has a server offer trunks to a balancer here. */
const TRUST = ["--trust-proxy=127.0.0.1"];

type Ports = Awaited<ReturnType<typeof ServerProcess.start>>;

/** Starts a server, on a port that stays free while it is gone. */
async function startServer(port = freePort(), words: readonly string[] = []): Promise<Ports> {
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
  await using victim = await startServer(freePort(), TRUST);
  await using survivor = await startServer(freePort(), TRUST);
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
  const isDown = balancer.tellsOf(`Backend 0 is down: ${addressOf(victim)} (`);
  const isGone = victim.gone();
  await load(AROUND);
  await isGone;
  if (trunk) await toldOf(balancer, "A trunk to backend 0 was lost (", 2);
  const begun = requests.length;
  await isDown;
  await load(AROUND);

  const answers = await Promise.all(requests);
  const failed = answers.filter(({ isAnswered }) => !isAnswered);
  for (const { from } of failed) {
    await eventually("what became of it", () => carriedFrom(balancer, from) !== undefined);
    const { backend, sent } = carriedFrom(balancer, from)!;
    assert(backend === addressOf(victim) && Number(sent) > 0, `${from}: ${backend} ${sent}`);
  }
  const lost = answers.slice(begun).filter(({ isAnswered }) => !isAnswered).length;
  assertEquals(lost, 0, "once it is known that the server is gone, no request is lost");
}

/** What the balancer told of a client's connection, when that is over. */
function carriedFrom({ log }: TestBalancer, port: number): LogFields | undefined {
  return log.entries.find(({ message, fields }) =>
    message === "Connection closed" && fields.clientPort === port
  )?.fields;
}

/** Resolves when something that begins so was told so often. */
async function toldOf(balancer: TestBalancer, start: string, times: number): Promise<void> {
  await eventually(
    `${start}, ${times} times`,
    () => balancer.told.filter((message) => message.startsWith(start)).length >= times,
  );
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
  let victim = await startServer(freePort(), TRUST);
  const port = victim.ports.buddy.tcp;
  await using survivor = await startServer(freePort(), TRUST);
  const backends = [addressOf(victim), addressOf(survivor)];
  await using balancer = new TestBalancer({
    ...{ backends, trunk: true, sendProxyV2: true },
    ...{ checkInterval: 0.2, rise: 1, fall: 1 },
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
    await eventually(`${count} more answers`, () => answered >= wanted);
  };
  const kills = extent(3, 30);
  try {
    for (let kill = 0; kill < kills; kill++) {
      await goOn(500);
      await victim.endBy("SIGKILL");
      await goOn(500);
      victim = await startServer(port, TRUST);
      const { counts } = balancer.service.pool.backends[0]!;
      const wanted = counts.trunked + 100;
      await eventually("the victim has trunks again", () => counts.trunked >= wanted);
    }
  } finally {
    isOver = true;
    await Promise.all(clients);
    await victim[Symbol.asyncDispose]();
  }
  // Each kill may cost what was under way on two trunks: of each client, a request on either.
  assert(unanswered <= 2 * 32 * kills, `${unanswered} of ${answered} were not answered`);
});

Deno.test("a server that was stopped (SIGSTOP) loses its trunks in time, and who waits is closed", async () => {
  await using victim = await startServer(freePort(), TRUST);
  const backends = [addressOf(victim)];
  await using balancer = new TestBalancer({ backends, trunk: true });
  await hasTrunks(balancer, [addressOf(victim)]);
  victim.signal("SIGSTOP");
  try {
    const answer = await within("the end", ask(balancer.port, "CAP\n").catch(() => ""));
    assertEquals(answer, "");
    await balancer.tells("A trunk to backend 0 was lost (it does not answer)");
  } finally {
    victim.signal("SIGCONT");
  }
  // What is asked on a trunk that is given up in this moment is lost.
  await eventually("an answer again", async () => {
    return await ask(balancer.port, "CAP\n").catch(() => "") === EXPECTED.get("CAP");
  });
});

Deno.test("a server killed with nobody asking is marked down in time, and taken back", async () => {
  await using survivor = await startServer();
  const victim = await startServer();
  const address = addressOf(victim);
  await using balancer = new TestBalancer({ backends: [address, addressOf(survivor)] });
  assertEquals(await ask(balancer.port, "REG ann\n"), "200 OK\r\n");
  await victim.endBy("SIGKILL");
  // A check may have been under way when it died: then that one says why.
  await balancer.tellsOf(`Backend 0 is down: ${address} (`);
  await using _again = await startServer(victim.ports.buddy.tcp);
  await balancer.tells(`Backend 0 is up: ${address}`);
});

Deno.test("a client that has not asked yet is moved when its server is killed", async () => {
  const victim = await startServer();
  await using survivor = await startServer();
  const backends = [addressOf(victim), addressOf(survivor)];
  await using balancer = new TestBalancer({ backends });
  using conn = await Deno.connect({ hostname: "127.0.0.1", port: balancer.port });
  await balancer.tells(`Client connected to backend: ${addressOf(victim)}`);
  await victim.endBy("SIGKILL");
  await writeAll(conn, new TextEncoder().encode("REG ann\n"));
  assertEquals(await readToEnd(conn), "200 OK\r\n");
});

Deno.test("a server that was stopped (SIGSTOP) is marked down in time, and taken back when it goes on", async () => {
  await using victim = await startServer();
  await using other = await startServer();
  const backends = [addressOf(victim), addressOf(other)];
  // The other one has time enough to answer on a busy machine.
  await using balancer = new TestBalancer({ backends, checkTimeout: 3, fall: 2 });
  assertEquals(await ask(balancer.port, "REG ann\n"), "200 OK\r\n");
  // The very first check counts at once: it is to be over.
  await balancer.checked();
  victim.signal("SIGSTOP");
  try {
    const why = "it takes connections and does not answer";
    await balancer.tells(`Backend 0 is down: ${addressOf(victim)} (${why})`);
    for (let turn = 0; turn < 10; turn++) {
      const reply = await ask(balancer.port, `REG u${turn}\n`);
      assertEquals(reply, "200 OK\r\n");
    }
  } finally {
    victim.signal("SIGCONT");
  }
  await balancer.tells(`Backend 0 is up: ${addressOf(victim)}`);
});
