import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import fc from "fast-check";
import { OperationalError, StorageError } from "../../lib/core/errors.ts";
import { Journal } from "../../lib/storage/journal.ts";
import { beginJournal } from "../../lib/storage/journal_file.ts";
import { BEGINNING, type TakeChange } from "../../lib/storage/journal_point.ts";
import type { StoreChange } from "../../lib/storage/store.ts";
import { FailingDisk } from "../support/failing_disk.ts";
import { id } from "../support/ids.ts";
import {
  changesOf,
  DIRECTORY,
  followed,
  JOURNAL_PATH,
  openJournal,
  SOME_TIME,
} from "../support/journals.ts";
import { toBytes } from "../support/raw_tcp.ts";

const ANN: StoreChange = { kind: "register", user: id("ann") };
const BOB: StoreChange = { kind: "register", user: id("bob") };
const EVE: StoreChange = { kind: "register", user: id("eve") };

const takeAll: TakeChange = () => true;

Deno.test("Journal.open() finds no journal in nothing, or in less than a first line", async () => {
  for (const content of ["", "1 2026-11-20T20:11:25Z jour"]) {
    const disk = new FailingDisk();
    disk.put(JOURNAL_PATH, toBytes(content));
    assertEquals(await Journal.open(disk, DIRECTORY, BEGINNING, takeAll), undefined);
    assertEquals(disk.openFiles, 0);
  }
});

Deno.test("append() resolves when the entries would survive a loss of power", async () => {
  const disk = new FailingDisk();
  const journal = await openJournal(disk);
  await journal.append([ANN, BOB], SOME_TIME);
  journal.close();
  assertEquals(await changesOf(disk.afterPowerLoss(0)), [ANN, BOB]);
});

Deno.test("append() goes on after a short write until all is written", async () => {
  const disk = new FailingDisk();
  disk.faults.maxAppend = 7;
  const journal = await openJournal(disk);
  await journal.append([ANN, BOB], SOME_TIME);
  journal.close();
  assertEquals(await changesOf(disk), [ANN, BOB]);
});

for (const [what, fault] of [["write", "failAppend"], ["sync", "failSync"]] as const) {
  Deno.test(`append() rejects when its ${what} fails, and nothing of it is found later`, async () => {
    const disk = new FailingDisk();
    const journal = await openJournal(disk);
    await journal.append([ANN], SOME_TIME);
    disk.faults[fault] = 1;
    await assertRejects(() => journal.append([BOB], SOME_TIME), StorageError, "Input/output error");
    journal.close();
    assertEquals(await changesOf(disk), [ANN]);
    assertEquals(await changesOf(disk.afterPowerLoss(1000)), [ANN]);
  });

  Deno.test(`after a failed ${what} append() refuses until reopen(), then goes on`, async () => {
    const disk = new FailingDisk();
    const journal = await openJournal(disk);
    disk.faults[fault] = 1;
    await assertRejects(() => journal.append([ANN], SOME_TIME), StorageError);
    await assertRejects(() => journal.append([BOB], SOME_TIME), StorageError, "not reopened");
    assertEquals(await journal.reopen(takeAll), "same");
    await journal.append([EVE], SOME_TIME);
    journal.close();
    assertEquals(await changesOf(disk.afterPowerLoss(0)), [EVE]);
    assertEquals(disk.openFiles, 0);
  });
}

Deno.test("reopen() cuts off what a dying disk kept of a refused append", async () => {
  for (const fault of ["failSync", "failAppend"] as const) {
    const disk = new FailingDisk();
    const journal = await openJournal(disk);
    Object.assign(disk.faults, { [fault]: 1, failTruncate: true });
    await assertRejects(() => journal.append([ANN], SOME_TIME), StorageError);
    await assertRejects(() => journal.reopen(takeAll), StorageError, "Input/output error");
    disk.heal();
    assertEquals(await followed(journal), ["same", []], "what was refused is not read");
    assertEquals(await journal.reopen(takeAll), "same");
    await journal.append([BOB], SOME_TIME);
    journal.close();
    assertEquals(await changesOf(disk), [BOB]);
    assertEquals(disk.openFiles, 0);
  }
});

Deno.test("reopen() leaves alone what a sibling appended after it had cut a torn end", async () => {
  const disk = new FailingDisk();
  const journal = await openJournal(disk);
  Object.assign(disk.faults, { failAppend: 1, failTruncate: true });
  await assertRejects(() => journal.append([ANN], SOME_TIME), StorageError);
  disk.heal();
  const sibling = (await Journal.open(disk, DIRECTORY, BEGINNING, takeAll))!;
  await sibling.append([ANN], SOME_TIME); // the very bytes that were refused
  sibling.close();
  const taken: StoreChange[] = [];
  assertEquals(await journal.reopen((change) => taken.push(change) > 0), "more");
  assertEquals(taken, [ANN]);
  journal.close();
  assertEquals(await changesOf(disk), [ANN]);
});

Deno.test("reopen() rejects while the file cannot be opened or synced", async () => {
  const disk = new FailingDisk();
  const journal = await openJournal(disk);
  disk.faults.failAllSyncs = true;
  await assertRejects(() => journal.append([ANN], SOME_TIME), StorageError);
  await assertRejects(() => journal.reopen(takeAll), StorageError);
  disk.heal();
  disk.faults.failOpen = true;
  await assertRejects(() => journal.reopen(takeAll), OperationalError);
  disk.heal();
  await journal.reopen(takeAll);
  journal.close();
});

Deno.test("reopen() tells when the journal lost what was promised", async () => {
  const disk = new FailingDisk();
  const journal = await openJournal(disk);
  const before = disk.read(JOURNAL_PATH);
  await journal.append([ANN], SOME_TIME);
  disk.faults.failSync = 1;
  await assertRejects(() => journal.append([BOB], SOME_TIME), StorageError);
  disk.put(JOURNAL_PATH, before);
  assertEquals(await journal.reopen(takeAll), "lost");
  journal.close();
});

Deno.test("a full disk refuses, and takes entries again when there is space", async () => {
  const disk = new FailingDisk();
  const journal = await openJournal(disk);
  await journal.append([ANN], SOME_TIME);
  disk.faults.capacity = disk.read(JOURNAL_PATH).length + 10;
  const refused = () => journal.append([BOB], SOME_TIME);
  await assertRejects(refused, StorageError, `Cannot write "${JOURNAL_PATH}": No space left`);
  await journal.reopen(takeAll);
  await assertRejects(refused, StorageError, "No space left");
  assertEquals(await changesOf(disk.afterPowerLoss(0)), [ANN]);
  disk.heal();
  await journal.reopen(takeAll);
  await journal.append([BOB], SOME_TIME);
  journal.close();
  assertEquals(await changesOf(disk), [ANN, BOB]);
});

Deno.test("Journal.open() on a disk that fails says which file, and leaves none open", async () => {
  const disk = new FailingDisk();
  disk.faults.failOpen = true;
  const opening = () => Journal.open(disk, DIRECTORY, BEGINNING, takeAll);
  const error = await assertRejects(opening, OperationalError, JOURNAL_PATH);
  assertFalse(error.message.includes("\n"));
  assertEquals(disk.openFiles, 0);
});

Deno.test("append() cuts off a torn end first, and appends nothing when it cannot", async () => {
  const disk = new FailingDisk();
  const first = await openJournal(disk);
  first.close();
  disk.put(JOURNAL_PATH, Uint8Array.from([...disk.read(JOURNAL_PATH), ...toBytes("2 2026-")]));
  const torn = disk.read(JOURNAL_PATH);
  const journal = (await Journal.open(disk, DIRECTORY, BEGINNING, takeAll))!;
  assertEquals(journal.tornBytes, 7);
  disk.faults.failTruncate = true;
  await assertRejects(() => journal.append([ANN], SOME_TIME), StorageError);
  assertEquals(disk.read(JOURNAL_PATH), torn);
  disk.heal();
  await journal.reopen(takeAll);
  await journal.append([ANN], SOME_TIME);
  journal.close();
  assertEquals(await changesOf(disk.afterPowerLoss(0)), [ANN]);
});

Deno.test("append() makes a file's name durable that another server did not", async () => {
  const disk = new FailingDisk();
  disk.faults.failSyncDirectory = 1; // the server that began the journal dies before it
  await assertRejects(() => beginJournal(disk, DIRECTORY, BEGINNING, [], SOME_TIME));
  const journal = (await Journal.open(disk, DIRECTORY, BEGINNING, takeAll))!;
  await journal.append([ANN], SOME_TIME);
  journal.close();
  const survivor = FailingDisk.holding(disk.image().survivor(() => 0));
  assertEquals(await changesOf(survivor), [ANN]);
});

Deno.test("whatever fails whenever: what was promised is found, what was refused is not", async () => {
  const step = fc.record({
    size: fc.integer({ min: 1, max: 4 }),
    fault: fc.constantFrom("none", "none", "none", "failAppend", "failSync"),
    maxAppend: fc.constantFrom(1, 13, Infinity),
  });
  const script = fc.array(step, { maxLength: 12 });
  await fc.assert(fc.asyncProperty(script, fc.nat(400), async (steps, unsyncedKept) => {
    const disk = new FailingDisk();
    const journal = await openJournal(disk);
    const promised: StoreChange[] = [];
    let next = 0;
    let mustReopen = false;
    for (const { size, fault, maxAppend } of steps) {
      disk.faults.maxAppend = maxAppend;
      if (fault !== "none") disk.faults[fault as "failAppend" | "failSync"] = 1;
      const entries = Array.from({ length: size }, (): StoreChange => {
        return { kind: "register", user: id(`u${next++}`) };
      });
      try {
        if (mustReopen) await journal.reopen(takeAll);
        mustReopen = false;
        await journal.append(entries, SOME_TIME);
        promised.push(...entries);
      } catch (error) {
        assert(error instanceof StorageError);
        mustReopen = true;
      }
      disk.heal();
    }
    assertEquals(await changesOf(disk.afterPowerLoss(unsyncedKept)), promised);
    journal.close();
    assertEquals(await changesOf(disk), promised);
  }));
});

Deno.test("a loss of power in the middle of an append leaves its beginning, and no half record", async () => {
  const disk = new FailingDisk();
  const journal = await openJournal(disk);
  await journal.append([ANN], SOME_TIME);
  const promised = disk.read(JOURNAL_PATH).length;
  disk.faults.failSync = 1;
  disk.faults.failTruncate = true; // the machine stops before anything can be taken back
  await assertRejects(() => journal.append([BOB, EVE], SOME_TIME), StorageError);
  journal.close();
  const written = disk.read(JOURNAL_PATH).length - promised;
  for (let kept = 0; kept <= written; kept++) {
    const found = await changesOf(disk.afterPowerLoss(kept));
    assertEquals(found, [ANN, BOB, EVE].slice(0, found.length));
    assert(found.length >= 1);
  }
});
