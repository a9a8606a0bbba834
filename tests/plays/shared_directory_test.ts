/**
 * Several server processes on one data directory. Rules: lib/README.md, "Servers share a data
 * directory by taking turns".
 */

import { assert, assertEquals } from "@std/assert";
import type { StoreChange } from "../../lib/storage/store.ts";
import { id } from "../support/ids.ts";
import { RegisteringClients } from "../support/load.ts";
import { LockHolder } from "../support/lock_holder.ts";
import { ask } from "../support/raw_tcp.ts";
import { RawUdp } from "../support/raw_udp.ts";
import { ServerProcess } from "../support/server_process.ts";
import { stateOf } from "../support/snapshots.ts";
import { TempDir } from "../support/temp_dir.ts";

const OK = "200 OK\r\n";
const EXISTS = "203 USER EXISTS\r\n";
const STORAGE = "500 STORAGE\r\n";

/** Servers that share a directory; killed at the end of the test. */
class Siblings implements AsyncDisposable {
  readonly directory: TempDir;
  readonly servers: readonly (ServerProcess & { readonly ports: { buddy: Ports } })[];

  private constructor(directory: TempDir, servers: Siblings["servers"]) {
    this.directory = directory;
    this.servers = servers;
  }

  static async start(count: number, args: readonly string[] = []): Promise<Siblings> {
    const directory = await TempDir.make();
    const servers = await Promise.all(
      Array.from({ length: count }, () => ServerProcess.start(directory.path, args)),
    );
    return new Siblings(directory, servers);
  }

  /** The TCP port of one of them. */
  tcp(server: number): number {
    return this.servers[server]!.ports.buddy.tcp;
  }

  /** Asks one of them. */
  ask(server: number, request: string): Promise<string> {
    return ask(this.tcp(server), `${request}\n`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of this.servers) await server[Symbol.asyncDispose]();
    await this.directory[Symbol.asyncDispose]();
  }
}

interface Ports {
  readonly tcp: number;
  readonly udp: number;
}

Deno.test("REG on one server, then GET and ADD on another at once, are answered", async () => {
  await using siblings = await Siblings.start(2);
  const clients = siblings.servers.map(({ ports }) => new RawUdp(ports.buddy.udp));
  for (let number = 0; number < 40; number++) {
    const [here, there] = [number % 2, (number + 1) % 2];
    assertEquals(await siblings.ask(here, `REG u${number}`), OK);
    assertEquals(await clients[there]!.ask(`GET u${number}`), "");
    assertEquals(await siblings.ask(there, `GET u${number}`), "200 OK 0\r\n");
    if (number === 0) continue;
    assertEquals(await siblings.ask(there, `ADD u${number} u${number - 1}`), OK);
  }
  for (const client of clients) client[Symbol.dispose]();
});

Deno.test("two servers asked for the same names at once never both answer 200 OK", async () => {
  await using siblings = await Siblings.start(2);
  for (let name = 0; name < 60; name++) {
    const asked = [0, 1, 0, 1].map((server) => siblings.ask(server, `REG u${name}`));
    assertEquals((await Promise.all(asked)).sort(), [OK, EXISTS, EXISTS, EXISTS]);
  }
});

Deno.test("ADD and DEL through three servers, compacting all the while, come to what was answered", async () => {
  await using siblings = await Siblings.start(3, ["--compact-from=3000"]);
  const users = Array.from({ length: 12 }, (_, number) => id(`u${number}`));
  const done: StoreChange[] = users.map((user) => ({ kind: "register", user }));
  for (const [at, user] of users.entries()) {
    assertEquals(await siblings.ask(at % 3, `REG ${user}`), OK);
  }
  // Each user has a client of their own that goes from server to server.
  await Promise.all(users.map(async (user, at) => {
    for (let step = 0; step < 40; step++) {
      const buddy = users[(at + 1 + step * 5 % 11) % users.length]!;
      const word = step % 3 === 2 ? "DEL" : "ADD";
      const reply = await siblings.ask((at + step) % 3, `${word} ${user} ${buddy}`);
      assert(reply === OK || reply === "201 INVALID\r\n", reply);
      if (reply === OK) done.push({ kind: word === "ADD" ? "add" : "remove", user, buddy });
    }
  }));
  const model = stateOf(done);
  for (const [at, user] of users.entries()) {
    // A request that changes nothing, so that the server has caught up for certain.
    assertEquals(await siblings.ask(at % 3, `REG ${user}`), EXISTS);
    const list = await siblings.ask(at % 3, `GET ${user}`);
    const buddies = list.split("\n").slice(1, -1).map((line) => line.split(" ")[0]!);
    assertEquals(buddies, model.users.buddiesOf(user)!.map(String));
  }
});

Deno.test("a sibling killed in mid-write leaves a torn tail, and the next writer cuts it", async () => {
  await using siblings = await Siblings.start(2);
  const [victim] = siblings.servers;
  const journal = `${siblings.directory.path}/journal.txt`;
  assertEquals(await siblings.ask(0, "REG ann"), OK);
  const clients = new RegisteringClients(siblings.tcp(0), "c");
  await clients.reached(100);
  await victim!.endBy("SIGKILL");
  await clients.done;
  // A kill seldom meets a write; this is what it leaves when it does.
  await Deno.writeTextFile(journal, "9999 2026-11-20T20:1", { append: true });
  assertEquals(await siblings.ask(1, "REG bob"), OK);
  for (const user of clients.acknowledged) {
    assertEquals(await siblings.ask(1, `REG ${user}`), EXISTS);
  }
  const { code } = await siblings.servers[1]!.endBy("SIGTERM");
  assertEquals(code, 0);
  assert(!(await Deno.readTextFile(journal)).includes("9999 "));
});

Deno.test({
  name: "a stopped sibling that holds the lock costs the deadline, then 500 STORAGE, then nothing" +
    (Deno.build.os === "windows" ? " (Windows has no SIGSTOP)" : ""),
  ignore: Deno.build.os === "windows",
  fn: async () => {
    await using siblings = await Siblings.start(1);
    const [server] = siblings.servers;
    assertEquals(await siblings.ask(0, "REG ann"), OK);
    await using holder = await LockHolder.start(`${siblings.directory.path}/lock`);
    holder.signal("SIGSTOP");
    const asked = ["REG bob", "REG eve", "ADD ann ann"].map((line) => siblings.ask(0, line));
    // Whom it knows it tells at once, and nobody waits for the lock to be called unknown.
    using client = new RawUdp(server!.ports.buddy.udp);
    assertEquals(await client.ask("GET ann"), "");
    assertEquals(await siblings.ask(0, "GET bob"), "202 NO SUCH USER\r\n");
    assertEquals(await Promise.all(asked), [STORAGE, STORAGE, "201 INVALID\r\n"]);
    assertEquals(await siblings.ask(0, "REG bob"), STORAGE, "as long as it is stopped");
    holder.signal("SIGCONT");
    await holder.end();
    assertEquals(await siblings.ask(0, "REG bob"), OK, "without a restart");
  },
});

Deno.test({
  name: "a server ends in good order while a stopped sibling holds the lock" +
    (Deno.build.os === "windows" ? " (Windows has no SIGSTOP)" : ""),
  ignore: Deno.build.os === "windows",
  fn: async () => {
    await using siblings = await Siblings.start(1);
    const [server] = siblings.servers;
    await using holder = await LockHolder.start(`${siblings.directory.path}/lock`);
    holder.signal("SIGSTOP");
    const asked = siblings.ask(0, "REG bob").catch(() => "");
    const { code, stderr } = await server!.endBy("SIGTERM");
    assertEquals(code, 0);
    assert(!stderr.includes("Stopping took too long"), stderr);
    assert(await asked !== OK);
  },
});
