/**
 * SIGKILL of real servers under load, again and again: what was answered `200 OK` is there
 * afterwards, and nothing is there twice.
 */

import { assertEquals } from "@std/assert";
import { SYSTEM_DISK } from "../../lib/storage/disk.ts";
import { loadTextFiles } from "../../lib/storage/text_files.ts";
import { ask } from "../support/raw_tcp.ts";
import { ServerProcess } from "../support/server_process.ts";
import { TempDir } from "../support/temp_dir.ts";
import { within } from "../support/within.ts";
import { BuddyClient } from "./buddy_clients.ts";
import { extent } from "./extent.ts";

/** Journals are folded into the snapshot every few dozen changes, so that kills meet that, too. */
const COMPACT_OFTEN = ["--compact-from=2000"];

const CLIENTS = 6;
const BUDDIES = ["b0", "b1", "b2", "b3", "b4"];

async function register(port: number): Promise<void> {
  for (const buddy of BUDDIES) assertEquals(await ask(port, `REG ${buddy}\n`), "200 OK\r\n");
}

/** What the clients were promised that is not there. */
async function broken(directory: string, clients: readonly BuddyClient[]): Promise<string[]> {
  const { state, journal } = await loadTextFiles(SYSTEM_DISK, directory, Date.now());
  journal.close();
  return clients
    .map((client) => client.compare(state.users.buddiesOf(client.user)))
    .filter((what) => what !== undefined);
}

Deno.test("SIGKILL under load: every acknowledged REG, ADD and DEL is there, none doubled", async () => {
  await using directory = await TempDir.make();
  const clients = Array.from({ length: CLIENTS }, (_, n) => new BuddyClient(`c${n}`, BUDDIES));
  {
    await using server = await ServerProcess.start(directory.path);
    await register(server.ports.buddy.tcp);
  }
  const kills = extent(100, 1000);
  for (let kill = 0; kill < kills; kill++) {
    await using server = await ServerProcess.start(directory.path, COMPACT_OFTEN);
    const before = clients.reduce((sum, { promises }) => sum + promises, 0);
    const running = clients.map((client) => client.run(() => server.ports.buddy.tcp));
    await promised(clients, before + 5 + kill % 40);
    server.signal("SIGKILL");
    await Promise.all(running);
    await server.ended();
    assertEquals(await broken(directory.path, clients), [], `after kill ${kill + 1}`);
  }
  assertEquals(clients.flatMap(({ strange }) => strange), []);
});

Deno.test("SIGKILL of one of two servers that share a directory: nothing acknowledged is lost", async () => {
  await using directory = await TempDir.make();
  const clients = Array.from({ length: CLIENTS }, (_, n) => new BuddyClient(`c${n}`, BUDDIES));
  const kills = extent(50, 500);
  let survivor = await ServerProcess.start(directory.path, COMPACT_OFTEN);
  await register(survivor.ports.buddy.tcp);
  try {
    for (let kill = 0; kill < kills; kill++) {
      const victim = await ServerProcess.start(directory.path, COMPACT_OFTEN);
      const before = clients.reduce((sum, { promises }) => sum + promises, 0);
      const ports = [victim.ports.buddy.tcp, survivor.ports.buddy.tcp];
      // Some talk to one server only, some to both in turn.
      const running = clients.map((client, n) => {
        let turn = 0;
        return client.run(() => ports[n < 2 ? n : turn++ % 2]!);
      });
      await promised(clients, before + 10 + kill % 40);
      victim.signal("SIGKILL");
      await victim.ended();
      // Those of the survivor go on; it is ended in order, so that all can be compared.
      assertEquals((await survivor.endBy("SIGTERM")).code, 0);
      await Promise.all(running);
      assertEquals(await broken(directory.path, clients), [], `after kill ${kill + 1}`);
      survivor = await ServerProcess.start(directory.path, COMPACT_OFTEN);
    }
  } finally {
    await survivor[Symbol.asyncDispose]();
  }
  assertEquals(clients.flatMap(({ strange }) => strange), []);
});

/** Resolves when the clients were promised so much in all. */
async function promised(clients: readonly BuddyClient[], count: number): Promise<void> {
  const waiting = async (): Promise<void> => {
    // Looked at often: a kill is to meet any moment of a change.
    while (clients.reduce((sum, { promises }) => sum + promises, 0) < count) {
      await new Promise((resume) => setTimeout(resume, 1));
    }
  };
  await within(`${count} promises`, waiting());
}
