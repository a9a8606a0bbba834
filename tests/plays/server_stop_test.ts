/**
 * How the server process ends, and what is there when it starts again. Rules:
 * docs/command-line.md (exit 0 within 5 s) and protocols/buddy.md ("200 OK is a promise").
 */

import { assert, assertEquals } from "@std/assert";
import { openStore } from "../../lib/storage/open_store.ts";
import { id } from "../support/ids.ts";
import { RegisteringClients } from "../support/load.ts";
import type { Ended } from "../support/process.ts";
import { ask, RawTcp } from "../support/raw_tcp.ts";
import { RawUdp } from "../support/raw_udp.ts";
import { RecordedLog } from "../support/recorded_log.ts";
import { ServerProcess } from "../support/server_process.ts";
import { TempDir } from "../support/temp_dir.ts";

/** Ends a server, which must not come to the time when it exits whatever is left to do. */
async function stop(server: ServerProcess, signal: Deno.Signal): Promise<Ended> {
  const ended = await server.endBy(signal);
  assert(!ended.stderr.includes("Stopping took too long"), ended.stderr);
  return ended;
}

/** The users of these that are not in a data directory, which nobody serves at the moment. */
async function missingFrom(directory: string, users: readonly string[]): Promise<string[]> {
  const log = new RecordedLog();
  const store = await openStore({ kind: "text", directory, clock: Date.now, log });
  const missing = users.filter((user) => !store.isKnown(id(user)));
  await store.close();
  return missing;
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test(`${signal} exits 0, although idle connections are open`, async () => {
    await using directory = await TempDir.make();
    await using server = await ServerProcess.start(directory.path);
    const { tcp } = server.ports.buddy;
    const idle = await Promise.all(Array.from({ length: 50 }, () => RawTcp.connect(tcp)));
    await idle[0]!.send("REG an");
    assertEquals(await ask(tcp, "REG ann\n"), "200 OK\r\n");
    const { code, signal: killedBy } = await stop(server, signal);
    assertEquals([code, killedBy], [0, null]);
    for (const connection of idle) assertEquals(await connection.readToEnd(), "");
    for (const connection of idle) connection[Symbol.dispose]();
  });

  Deno.test(`${signal} under load exits 0, and what was acknowledged is there`, async () => {
    await using directory = await TempDir.make();
    await using server = await ServerProcess.start(directory.path);
    const clients = new RegisteringClients(server.ports.buddy.tcp, "u");
    await clients.reached(200);
    const { code } = await stop(server, signal);
    await clients.done;
    assertEquals(code, 0);
    assertEquals(clients.strange, []);
    assertEquals(await missingFrom(directory.path, clients.acknowledged), []);
  });
}

Deno.test("a client that has its reply and does not close does not hold up the exit", async () => {
  await using directory = await TempDir.make();
  await using server = await ServerProcess.start(directory.path);
  using connection = await RawTcp.connect(server.ports.buddy.tcp);
  await connection.send("REG ann\n");
  assertEquals(await connection.readToEnd(), "200 OK\r\n");
  assertEquals((await stop(server, "SIGTERM")).code, 0);
});

Deno.test("users and buddies are kept over a restart, in order; presence is not", async () => {
  await using directory = await TempDir.make();
  {
    await using server = await ServerProcess.start(directory.path);
    const { tcp, udp } = server.ports.buddy;
    for (const user of ["ann", "bob", "eve"]) await ask(tcp, `REG ${user}\n`);
    for (const request of ["ADD ann bob", "ADD ann eve", "DEL ann bob", "ADD ann bob"]) {
      assertEquals(await ask(tcp, `${request}\n`), "200 OK\r\n");
    }
    using client = new RawUdp(udp);
    await client.send("SET eve 100 ONLINE 4001");
    assertEquals(
      await client.ask("GET ann"),
      "eve 100 ONLINE 127.0.0.1 4001\nbob 101 OFFLINE unknown 0\n",
    );
    assertEquals((await server.endBy("SIGINT")).code, 0);
  }
  await using server = await ServerProcess.start(directory.path);
  const { tcp, udp } = server.ports.buddy;
  assertEquals(await ask(tcp, "REG ann\n"), "203 USER EXISTS\r\n");
  using client = new RawUdp(udp);
  assertEquals(
    await client.ask("GET ann"),
    "eve 101 OFFLINE unknown 0\nbob 101 OFFLINE unknown 0\n",
  );
});

Deno.test("killed under load, five times: every acknowledged REG is there", async () => {
  await using directory = await TempDir.make();
  const promised: string[] = [];
  for (let round = 0; round < 5; round++) {
    await using server = await ServerProcess.start(directory.path);
    const clients = new RegisteringClients(server.ports.buddy.tcp, `r${round}`);
    await clients.reached(50 + 37 * round);
    const { signal } = await server.endBy("SIGKILL");
    await clients.done;
    assertEquals(signal, "SIGKILL");
    assertEquals(clients.strange, []);
    promised.push(...clients.acknowledged);
    assertEquals(await missingFrom(directory.path, promised), []);
  }
  await using server = await ServerProcess.start(directory.path);
  const { tcp } = server.ports.buddy;
  assert(promised.length >= 5 * 50);
  for (const user of [promised[0], promised.at(-1)]) {
    assertEquals(await ask(tcp, `REG ${user}\n`), "203 USER EXISTS\r\n");
  }
});
