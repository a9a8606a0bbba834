import { assertEquals, assertRejects } from "@std/assert";
import type { Disk } from "../../lib/storage/disk.ts";
import { NamedLock } from "../../lib/storage/named_lock.ts";
import { FailingDisk } from "../support/failing_disk.ts";

Deno.test("a lock whose file was removed is the lock of whoever opens the name then", async () => {
  const disk = new FailingDisk();
  const first = await NamedLock.open(disk, "lock");
  await disk.remove("lock");
  const second = await NamedLock.open(disk, "lock");
  await second.lock();
  const order: string[] = [];
  const waiting = first.lock().then(() => order.push("first"));
  // Whoever holds a file of their own has the lock by now.
  await new Promise((resolve) => setTimeout(resolve));
  order.push("second");
  await second.unlock();
  await waiting;
  assertEquals(order, ["second", "first"]);
  first.close();
  second.close();
  assertEquals(disk.openFiles, 0);
});

Deno.test("a lock whose file was removed makes another one, and keeps no descriptor of the first", async () => {
  const disk = new FailingDisk();
  const lock = await NamedLock.open(disk, "lock");
  for (let round = 0; round < 3; round++) {
    await disk.remove("lock");
    await lock.lock();
    await lock.unlock();
    assertEquals([disk.paths(), disk.openFiles], [["lock"], 1]);
  }
  lock.close();
});

Deno.test("a lock whose file cannot be made again is not given", async () => {
  const disk = new FailingDisk();
  let isGone = false;
  const away: Disk = {
    open: (path) => isGone ? Promise.reject(new Error("no such directory")) : disk.open(path),
    facts: (path) => disk.facts(path),
    rename: (from, to) => disk.rename(from, to),
    remove: (path) => disk.remove(path),
    syncDirectory: (path) => disk.syncDirectory(path),
  };
  const lock = await NamedLock.open(away, "lock");
  await disk.remove("lock");
  isGone = true;
  await assertRejects(() => lock.lock(), Error, "no such directory");
  isGone = false;
  await lock.lock();
  assertEquals(disk.paths(), ["lock"]);
  lock.close();
  assertEquals(disk.openFiles, 0);
});

Deno.test("a lock is given where one file has two identities", async () => {
  const disk = new FailingDisk();
  let told = 0;
  const odd: Disk = {
    open: (path) => disk.open(path),
    facts: async (path) => ({ ...(await disk.facts(path))!, identity: `odd ${told++}` }),
    rename: (from, to) => disk.rename(from, to),
    remove: (path) => disk.remove(path),
    syncDirectory: (path) => disk.syncDirectory(path),
  };
  const lock = await NamedLock.open(odd, "lock");
  await lock.lock();
  await lock.unlock();
  lock.close();
  assertEquals(disk.openFiles, 0);
});
