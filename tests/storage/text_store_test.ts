import { assertEquals, assertRejects } from "@std/assert";
import { StorageError } from "../../lib/core/errors.ts";
import type { Disk } from "../../lib/storage/disk.ts";
import { openStore } from "../../lib/storage/open_store.ts";
import type { ChangeOutcome, Store } from "../../lib/storage/store.ts";
import { FailingDisk } from "../support/failing_disk.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { id } from "../support/ids.ts";
import { RecordedLog } from "../support/recorded_log.ts";
import { TempDir } from "../support/temp_dir.ts";
import { testStoreContract } from "./store_contract.ts";

const [ann, bob, eve] = [id("ann"), id("bob"), id("eve")];

testStoreContract("text store", async () => {
  const directory = await TempDir.make();
  const store = await openText(directory.path);
  return {
    store,
    async [Symbol.asyncDispose]() {
      await closeAnyway(store);
      await directory[Symbol.asyncDispose]();
    },
  };
});

function openText(directory: string, disk?: Disk): Promise<Store> {
  const parts = { kind: "text", directory, clock: Date.now, log: new RecordedLog() } as const;
  return openStore(disk === undefined ? parts : { ...parts, disk });
}

/** Closes a store that a test may have closed already. */
async function closeAnyway(store: Store): Promise<void> {
  await store.close().catch(() => {});
}

/** A text store over a disk that can fail, and a clock that stands still. */
class Bench implements AsyncDisposable {
  readonly disk = new FailingDisk();
  readonly clock = new FakeClock();
  readonly log = new RecordedLog();
  readonly directory: TempDir;
  store!: Store;

  private constructor(directory: TempDir) {
    this.directory = directory;
  }

  static async make(): Promise<Bench> {
    const bench = new Bench(await TempDir.make());
    bench.store = await openStore({
      kind: "text",
      directory: bench.directory.path,
      disk: bench.disk,
      clock: bench.clock.read,
      log: bench.log,
    });
    return bench;
  }

  register(...names: string[]): Promise<ChangeOutcome[]> {
    return Promise.all(
      names.map((name) => this.store.change({ kind: "register", user: id(name) })),
    );
  }

  /** Which of these users a server finds that starts now, or after a loss of power. */
  async found(names: readonly string[], disk: FailingDisk = this.disk): Promise<string[]> {
    const fresh = await openText(this.directory.path, disk);
    const known = await Promise.all(names.map((name) => fresh.isKnown(id(name))));
    const found = names.filter((_, index) => known[index]);
    await fresh.close();
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.store.close();
    await this.directory[Symbol.asyncDispose]();
  }
}

Deno.test("text store: what was done is there after opening it again", async () => {
  await using directory = await TempDir.make();
  const first = await openText(directory.path);
  for (const user of [ann, bob, eve]) await first.change({ kind: "register", user });
  for (const buddy of [eve, bob]) await first.change({ kind: "add", user: ann, buddy });
  await first.change({ kind: "remove", user: ann, buddy: eve });
  await first.change({ kind: "add", user: ann, buddy: eve });
  await first.close();
  const second = await openText(directory.path);
  assertEquals(await second.buddiesOf(ann), [bob, eve]);
  assertEquals(await second.buddiesOf(bob), []);
  assertEquals(await second.isKnown(id("nobody")), false);
  await second.close();
});

Deno.test("text store: a change resolves when it would survive a loss of power", async () => {
  await using bench = await Bench.make();
  assertEquals(await bench.register("ann"), ["done"]);
  assertEquals(await bench.found(["ann"], bench.disk.afterPowerLoss(0)), ["ann"]);
});

Deno.test("text store: changes asked for at once share one sync", async () => {
  await using bench = await Bench.make();
  const names = Array.from({ length: 50 }, (_, index) => `u${index}`);
  bench.disk.faults.failSync = 2; // a second sync would fail
  assertEquals(await bench.register(...names), names.map(() => "done"));
});

for (const [what, fault] of [["write", "failAppend"], ["sync", "failSync"]] as const) {
  Deno.test(`text store: a failed ${what} fails the requests it was for, and leaves nothing`, async () => {
    await using bench = await Bench.make();
    await bench.register("ann");
    bench.disk.faults[fault] = 1;
    const lost = ["bob", "eve"].map((name) => bench.register(name));
    for (const request of lost) await assertRejects(() => request, StorageError);
    assertEquals(await bench.store.isKnown(bob), false);
    assertEquals(bench.store.health().writable, false);
    assertEquals(await bench.found(["ann", "bob", "eve"]), ["ann"]);
    assertEquals(await bench.found(["ann", "bob", "eve"], bench.disk.afterPowerLoss(999)), ["ann"]);
  });
}

Deno.test("text store: a failed batch is taken back change by change", async () => {
  await using bench = await Bench.make();
  await bench.register("ann", "bob", "eve");
  const add = (buddy: typeof bob) => bench.store.change({ kind: "add", user: ann, buddy });
  const remove = (buddy: typeof bob) => bench.store.change({ kind: "remove", user: ann, buddy });
  await add(bob);
  await add(eve);
  bench.disk.faults.failSync = 1;
  const kim = id("kim");
  const batch = [
    remove(bob),
    add(bob),
    remove(eve),
    bench.store.change({ kind: "register", user: kim }),
    bench.store.change({ kind: "add", user: kim, buddy: ann }),
    add(kim),
  ];
  for (const request of batch) await assertRejects(() => request, StorageError);
  assertEquals(await bench.store.buddiesOf(ann), [bob, eve]);
  assertEquals(await bench.store.isKnown(kim), false);
});

Deno.test("text store: it works again by itself when the disk does", async () => {
  await using bench = await Bench.make();
  bench.disk.faults.failAllSyncs = true;
  await assertRejects(() => bench.register("ann"), StorageError, "Input/output error");
  bench.clock.advance(1000);
  await assertRejects(() => bench.register("ann"), StorageError, "Input/output error");
  bench.disk.heal();
  bench.clock.advance(1000);
  assertEquals(await bench.register("ann"), ["done"]);
  assertEquals(bench.store.health(), { writable: true });
  assertEquals(bench.log.messages("error").length, 1);
  assertEquals(bench.log.messages("info"), ["Storage works again, changes are taken"]);
  assertEquals(await bench.found(["ann"], bench.disk.afterPowerLoss(0)), ["ann"]);
});

Deno.test("text store: a disk that failed is left alone for a second", async () => {
  await using bench = await Bench.make();
  bench.disk.faults.failSync = 1;
  await assertRejects(() => bench.register("ann"), StorageError);
  for (let wait = 0; wait < 9; wait++) {
    bench.clock.advance(100);
    await assertRejects(() => bench.register("ann"), StorageError);
  }
  bench.clock.advance(100);
  assertEquals(await bench.register("ann"), ["done"]);
});

Deno.test("text store: a clock that was set back does not keep it from working again", async () => {
  await using bench = await Bench.make();
  bench.disk.faults.failSync = 1;
  await assertRejects(() => bench.register("ann"), StorageError);
  bench.clock.advance(-3_600_000);
  assertEquals(await bench.register("ann"), ["done"]);
});

Deno.test("text store: what needs no disk is answered while the disk is full", async () => {
  await using bench = await Bench.make();
  await bench.register("ann", "bob");
  bench.disk.faults.capacity = 0;
  await assertRejects(() => bench.register("eve"), StorageError, "No space left");
  assertEquals(await bench.register("ann"), ["exists"]);
  const change = (kind: "add" | "remove", buddy: typeof bob) =>
    bench.store.change({ kind, user: ann, buddy });
  assertEquals(await change("add", eve), "no such user");
  assertEquals(await change("remove", bob), "absent");
  await assertRejects(() => change("add", bob), StorageError, "No space left");
  bench.disk.heal();
  bench.clock.advance(1000);
  assertEquals(await change("add", bob), "done");
});

Deno.test("text store: short writes are no trouble", async () => {
  await using bench = await Bench.make();
  bench.disk.faults.maxAppend = 5;
  assertEquals(await bench.register("ann", "bob"), ["done", "done"]);
  assertEquals(await bench.found(["ann", "bob"]), ["ann", "bob"]);
});

Deno.test("text store: once closed it takes no change", async () => {
  await using directory = await TempDir.make();
  const store = await openText(directory.path);
  await store.close();
  await assertRejects(() => store.change({ kind: "register", user: ann }), StorageError, "closed");
});
