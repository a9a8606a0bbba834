/**
 * What text stores do by themselves, while nobody asks for it: compacting and recovering.
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { StorageError } from "../../lib/core/errors.ts";
import { LOCK_TIMING } from "../../lib/storage/directory_lock.ts";
import { openStore } from "../../lib/storage/open_store.ts";
import type { Store } from "../../lib/storage/store.ts";
import { add, register, remove } from "../support/changes.ts";
import { eventually } from "../support/eventually.ts";
import { FailingDisk } from "../support/failing_disk.ts";
import { id } from "../support/ids.ts";
import { RecordedLog } from "../support/recorded_log.ts";
import { SharedBench } from "../support/shared_bench.ts";
import { TempDir } from "../support/temp_dir.ts";

const [ann, bob] = [id("ann"), id("bob")];

Deno.test("sharing: one compacts while others write and follow, and nothing is lost", async () => {
  await using directory = await TempDir.make();
  // On a busy machine one may have to wait for the two others.
  const lockTiming = { ...LOCK_TIMING, deadlineMs: 60_000 };
  const settings = {
    ...{ kind: "text", directory: directory.path, clock: Date.now } as const,
    lockTiming,
  };
  const log = new RecordedLog();
  const stores = await Promise.all(
    [0, 1, 2].map(() => openStore({ ...settings, log, compactFrom: 3000 })),
  );
  const users = Array.from({ length: 300 }, (_, number) => id(`u${number}`));
  await Promise.all(stores.map(async (store, turn) => {
    for (let at = turn; at < users.length; at += stores.length) {
      assertEquals(await store.change(register(users[at]!)), "done");
    }
  }));
  const first = users[0]!;
  await eventually("three compactions", async () => {
    await Promise.all(users.map((user, at) => stores[at % 3]!.change(add(user, first))));
    await Promise.all(users.map((user, at) => stores[(at + 1) % 3]!.change(remove(user, first))));
    return log.messages("info").filter((text) => text.startsWith("Compacted")).length > 2;
  });
  assertEquals(log.messages("error"), []);
  assertEquals(log.messages("warn"), []);
  for (const store of stores) {
    for (const user of users) assertEquals(await store.isKnown(user), true);
    await store.close();
  }
  const fresh = await openStore({ ...settings, log });
  for (const user of users) assertEquals(await fresh.buddiesOf(user), []);
  await fresh.close();
});

Deno.test("a compaction whose files may not last leads to no promise that does not", async () => {
  // 1 is the sync of the new snapshot's name, 2 that of the new journal's.
  for (const failSyncDirectory of [1, 2]) {
    await using bench = await SharedBench.make(1, { compactFrom: 1 });
    const [store] = bench.stores as [Store];
    bench.disk.faults.failSyncDirectory = failSyncDirectory;
    await store.change(register(ann));
    await eventually("a warning", () => bench.log.messages("warn").length > 0);
    bench.clock.advance(1000);
    await eventually("the recovery", () => store.health().writable);
    assertEquals(await store.change(register(bob)), "done");
    const survivor = FailingDisk.holding(bench.disk.image().survivor(() => 0));
    const found = await openStore({
      kind: "text",
      directory: bench.directory.path,
      disk: survivor,
      clock: Date.now,
      log: new RecordedLog(),
    });
    for (const user of [ann, bob]) assertEquals(await found.isKnown(user), true, `${user}`);
    await found.close();
  }
});

Deno.test("a store recovers without any request, and says so", async () => {
  await using bench = await SharedBench.make(1);
  const [store] = bench.stores as [Store];
  bench.disk.faults.failSync = 1;
  await assertRejects(() => store.change(register(ann)), StorageError);
  assertEquals(store.health().writable, false);
  bench.clock.advance(1000);
  await eventually("the recovery", () => store.health().writable);
  assert(bench.log.messages("info").includes("Storage works again, changes are taken"));
});
