/**
 * Text stores that share one directory, as several servers do. Real processes do the same in
 * `tests/plays/shared_directory_test.ts`.
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { StorageError } from "../../lib/core/errors.ts";
import { DirectoryLock } from "../../lib/storage/directory_lock.ts";
import { NamedLock } from "../../lib/storage/named_lock.ts";
import type { Disk, DiskFile } from "../../lib/storage/disk.ts";
import { Journal } from "../../lib/storage/journal.ts";
import { BEGINNING } from "../../lib/storage/journal_point.ts";
import type { Store, StoreChange } from "../../lib/storage/store.ts";
import { add, anyChanges, register } from "../support/changes.ts";
import { eventually } from "../support/eventually.ts";
import { SharedBench } from "../support/shared_bench.ts";
import { id } from "../support/ids.ts";
import { SOME_TIME } from "../support/journals.ts";
import { contentsOf, stateOf } from "../support/snapshots.ts";

const [ann, bob, eve] = [id("ann"), id("bob"), id("eve")];

Deno.test("sharing: whoever is registered by one store is known to the other at once", async () => {
  await using bench = await SharedBench.make(2);
  const [first, second] = bench.stores as [Store, Store];
  for (let number = 0; number < 50; number++) {
    const user = id(`u${number}`);
    const [one, other] = number % 2 === 0 ? [first, second] : [second, first];
    assertEquals(await other.isKnown(user), false);
    assertEquals(await one.change(register(user)), "done");
    assertEquals(await other.buddiesOf(user), []);
  }
});

Deno.test("sharing: rooms and passwords of one store are the other's as well", async () => {
  await using bench = await SharedBench.make(2);
  const [first, second] = bench.stores as [Store, Store];
  await first.change(register(ann));
  await first.change({ kind: "set password", user: ann, hash: "scrypt$1" });
  assertEquals(await second.passwordOf(ann), "scrypt$1");
  await first.change({ kind: "create room", room: "the lab", host: "ann", hash: undefined });
  assertEquals((await second.rooms()).map(({ room }) => room), ["the lab"]);
});

Deno.test("sharing: of two stores that are asked for one name at once, one gives it", async () => {
  await using bench = await SharedBench.make(2);
  for (let number = 0; number < 100; number++) {
    const change = register(id(`u${number}`));
    const outcomes = await Promise.all(bench.stores.map((store) => store.change(change)));
    assertEquals(outcomes.sort(), ["done", "exists"]);
  }
});

Deno.test("sharing: a follower sees another's buddies without asking to write", async () => {
  await using bench = await SharedBench.make(2);
  const [first, second] = bench.stores as [Store, Store];
  for (const user of [ann, bob]) await first.change(register(user));
  assertEquals(await second.buddiesOf(ann), []);
  await first.change(add(ann, bob));
  await eventually("the buddy", async () => (await second.buddiesOf(ann))!.length === 1);
});

Deno.test("sharing: a store that opens is no hindrance to those that write meanwhile", async () => {
  await using bench = await SharedBench.make(1);
  const [store] = bench.stores as [Store];
  await store.change(register(ann));
  const { promise: reading, resolve: isReading } = Promise.withResolvers<void>();
  const { promise: mayGoOn, resolve: goOn } = Promise.withResolvers<void>();
  const slow: Disk = {
    rename: (from, to) => bench.disk.rename(from, to),
    remove: (path) => bench.disk.remove(path),
    facts: (path) => bench.disk.facts(path),
    syncDirectory: (path) => bench.disk.syncDirectory(path),
    open: async (path): Promise<DiskFile> => {
      const file = await bench.disk.open(path);
      if (!path.endsWith("journal.txt")) return file;
      isReading();
      await mayGoOn;
      return file;
    },
  };
  const opening = bench.open({ disk: slow });
  await reading;
  assertEquals(await store.change(register(bob)), "done");
  goOn();
  assertEquals(await (await opening).isKnown(bob), true);
});

Deno.test("sharing: any changes through any stores come to what one state says", async () => {
  const script = fc.tuple(anyChanges, fc.array(fc.nat(2), { minLength: 60, maxLength: 60 }));
  await fc.assert(
    fc.asyncProperty(script, async ([changes, whose]) => {
      await using bench = await SharedBench.make(3, { compactFrom: 400 });
      const state = stateOf([]);
      for (const [index, change] of changes.entries()) {
        const expected = state.judge(change);
        if (expected === "done") state.apply(change);
        assertEquals(await bench.stores[whose[index]!]!.change(change), expected);
      }
      const [users, rooms] = contentsOf(state);
      for (const store of bench.stores) {
        assertEquals(await store.rooms(), rooms);
        // The rooms were read anew, and users with them.
        for (const { user, hash, buddies } of users) {
          assertEquals(await store.buddiesOf(user), buddies);
          assertEquals(await store.passwordOf(user), hash);
        }
      }
    }),
    { numRuns: 30 },
  );
});

Deno.test("sharing: a torn tail of a sibling killed in mid-write is cut by the next writer", async () => {
  await using bench = await SharedBench.make(2);
  const [first, second] = bench.stores as [Store, Store];
  await first.change(register(ann));
  const whole = bench.disk.text(bench.journal);
  for (const torn of ["3", "3 2026-11-20T20:11:25Z reg bob 0000", "\0".repeat(5000)]) {
    const file = await bench.disk.open(bench.journal);
    await file.append(new TextEncoder().encode(torn));
    file.close();
    assertEquals(await second.isKnown(bob), false);
  }
  assertEquals(await second.change(register(bob)), "done");
  assertEquals(await first.buddiesOf(bob), []);
  const text = bench.disk.text(bench.journal);
  assert(text.startsWith(whole));
  assertEquals(text.split("\n").length, 4);
});

Deno.test("sharing: a holder that does not let go costs the deadline, then service resumes", async () => {
  await using bench = await SharedBench.make(1, {
    lockTiming: { deadlineMs: 60, turnMs: 30, idleMs: 2 },
  });
  const [store] = bench.stores as [Store];
  await store.change(register(ann));
  const stuck = new DirectoryLock(await NamedLock.open(bench.disk, `${bench.directory.path}/lock`));
  await stuck.acquire();
  const refused = ["bob", "eve"].map((name) => store.change(register(id(name))));
  for (const change of refused) await assertRejects(() => change, StorageError, "does not let go");
  assertEquals(await store.isKnown(ann), true);
  assertEquals(await store.isKnown(bob), false);
  await stuck.close();
  assertEquals(await store.change(register(bob)), "done");
  assertEquals(store.health(), { writable: true });
});

Deno.test("sharing: what one store failed to write does not exist for the other", async () => {
  await using bench = await SharedBench.make(2);
  const [first, second] = bench.stores as [Store, Store];
  await first.change(register(ann));
  for (const fault of ["failAppend", "failSync"] as const) {
    bench.disk.faults[fault] = 1;
    await assertRejects(() => first.change(register(bob)), StorageError);
    assertEquals(await second.isKnown(bob), false);
    assertEquals(await second.change(register(id(fault.toLowerCase()))), "done");
    bench.clock.advance(1000);
    assertEquals(await first.isKnown(id(fault.toLowerCase())), true);
    assertEquals(await first.change(add(ann, ann)), fault === "failAppend" ? "done" : "exists");
  }
});

Deno.test("sharing: what a store could not take back is not cut from under a sibling", async () => {
  await using bench = await SharedBench.make(2);
  const [first, second] = bench.stores as [Store, Store];
  await first.change(register(ann));
  Object.assign(bench.disk.faults, { failAppend: 1, failTruncate: true });
  await assertRejects(() => first.change(register(bob)), StorageError);
  bench.disk.heal();
  // The sibling is asked the same, and promises it: the very bytes the first one wrote a part of.
  assertEquals(await second.change(register(bob)), "done");
  bench.clock.advance(1000);
  assertEquals(await first.change(register(eve)), "done");
  const third = await bench.open();
  assertEquals(await third.isKnown(bob), true);
  assertEquals(await third.isKnown(eve), true);
});

Deno.test("sharing: a store that followed what was taken back reads anew before it writes", async () => {
  await using bench = await SharedBench.make(1);
  const [store] = bench.stores as [Store];
  await store.change(register(ann));
  const { length } = bench.disk.text(bench.journal);
  const sibling = async (change: StoreChange): Promise<void> => {
    const lock = new DirectoryLock(
      await NamedLock.open(bench.disk, `${bench.directory.path}/lock`),
    );
    await lock.acquire();
    const journal = await Journal.open(bench.disk, bench.directory.path, BEGINNING, () => true);
    await journal!.append([change], SOME_TIME);
    journal!.close();
    await lock.close();
  };
  // A sibling writes, is read, fails to sync, cuts it back; another one writes something as long.
  await sibling(register(bob));
  assertEquals(await store.isKnown(bob), true);
  const file = await bench.disk.open(bench.journal);
  await file.truncate(length);
  file.close();
  await sibling(register(eve));
  assertEquals(await store.change(register(bob)), "done");
  for (const reader of [store, await bench.open()]) {
    assertEquals(await reader.isKnown(eve), true);
    assertEquals(await reader.isKnown(bob), true);
  }
});
