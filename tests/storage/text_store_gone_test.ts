/**
 * A text store under which the files go away (a disk that was unmounted, a directory moved aside), or
 * that others keep from them.
 */

import { assertEquals, assertRejects } from "@std/assert";
import { StorageError } from "../../lib/core/errors.ts";
import { DirectoryLock } from "../../lib/storage/directory_lock.ts";
import { NamedLock } from "../../lib/storage/named_lock.ts";
import type { Store } from "../../lib/storage/store.ts";
import { add, register } from "../support/changes.ts";
import { eventually } from "../support/eventually.ts";
import { id } from "../support/ids.ts";
import { SharedBench } from "../support/shared_bench.ts";

/** Waits for nobody. */
const IMPATIENT = { deadlineMs: 20, turnMs: -1, idleMs: 0 };

const [ann, bob, eve] = [id("ann"), id("bob"), id("eve")];

/** The lock is asked for anew for each change. */
const NO_TURNS = { deadlineMs: 20_000, turnMs: -1, idleMs: 0 };

/** Empties the disk; the files come back with what is returned. */
async function takeAway({ disk }: SharedBench): Promise<() => void> {
  const files = disk.paths().map((path) => [path, disk.read(path)] as const);
  for (const [path] of files) await disk.remove(path);
  return () => files.forEach(([path, bytes]) => disk.put(path, bytes));
}

Deno.test("files gone: nothing begins anew in their place, and nobody is forgotten", async () => {
  await using bench = await SharedBench.make(1, { lockTiming: NO_TURNS });
  const [store] = bench.stores as [Store];
  for (const user of [ann, bob]) await store.change(register(user));
  await store.change(add(ann, bob));
  const putBack = await takeAway(bench);

  for (let attempt = 0; attempt < 3; attempt++) {
    await assertRejects(() => store.change(register(eve)), StorageError, "put the files back");
    assertEquals(await store.buddiesOf(ann), [bob]);
    assertEquals(await store.isKnown(eve), false);
    assertEquals(store.health().writable, false);
    bench.clock.advance(1000);
  }

  putBack();
  bench.clock.advance(1000);
  assertEquals(await store.change(register(eve)), "done");
  assertEquals(await store.buddiesOf(ann), [bob]);
  assertEquals(bench.log.messages("info").filter((line) => line.includes("works again")).length, 1);
});

Deno.test("files gone: an older backup in their place is read, and what it lacks is told of", async () => {
  await using bench = await SharedBench.make(1, { lockTiming: NO_TURNS });
  const [store] = bench.stores as [Store];
  await store.change(register(ann));
  const backup = bench.disk.read(bench.journal);
  await store.change(register(bob));
  bench.disk.put(bench.journal, backup);
  assertEquals(await store.change(register(eve)), "done");
  assertEquals(await store.isKnown(bob), false);
  assertEquals(
    bench.log.entries.filter(({ level }) => level === "warn").map(({ message, fields }) => {
      return [message, fields];
    }),
    [["There are fewer users than before in it", { before: 2, users: 1 }]],
  );
});

Deno.test("a lock that cannot be had is told of in log and status, and tried again unasked", async () => {
  await using bench = await SharedBench.make(1, { lockTiming: IMPATIENT });
  const [store] = bench.stores as [Store];
  const sibling = new DirectoryLock(
    await NamedLock.open(bench.disk, `${bench.directory.path}/lock`),
  );
  await sibling.acquire();
  for (const user of [ann, bob]) {
    await assertRejects(() => store.change(register(user)), StorageError, "does not let go");
  }
  const { message, fields } = bench.log.entries.find(({ level }) => level === "error")!;
  assertEquals(message, "Storage failed, changes are refused until it works again");
  assertEquals<unknown>(store.health(), { writable: false, reason: fields.reason });
  assertEquals(bench.log.messages("error").length, 1);

  await sibling.close();
  await eventually("that it can write", () => {
    bench.clock.advance(1000);
    return store.health().writable;
  });
  assertEquals(bench.log.messages("info"), ["Storage works again, changes are taken"]);
});
