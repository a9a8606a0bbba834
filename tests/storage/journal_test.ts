import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import fc from "fast-check";
import { OperationalError, StorageError } from "../../lib/core/errors.ts";
import { Journal } from "../../lib/storage/journal.ts";
import type { JournalEntry } from "../../lib/storage/text_record.ts";
import { FailingDisk } from "../support/failing_disk.ts";
import { id } from "../support/ids.ts";
import { DIRECTORY, JOURNAL_PATH, openAndClose, SOME_TIME } from "../support/journals.ts";
import { toBytes } from "../support/raw_tcp.ts";

const ANN: JournalEntry = { kind: "register", user: id("ann") };
const BOB: JournalEntry = { kind: "register", user: id("bob") };
const EVE: JournalEntry = { kind: "register", user: id("eve") };

async function openJournal(disk: FailingDisk): Promise<Journal> {
  return (await Journal.open(disk, DIRECTORY, SOME_TIME, () => {})).journal;
}

/** The entries a server finds that starts now. */
async function entriesOf(disk: FailingDisk): Promise<readonly JournalEntry[]> {
  return (await openAndClose(disk)).entries.slice(1);
}

Deno.test("Journal.open() begins a journal, synced with its directory", async () => {
  const disk = new FailingDisk();
  const journal = await openJournal(disk);
  journal.close();
  const text = new TextDecoder().decode(disk.afterPowerLoss(0).read(JOURNAL_PATH));
  assert(text.startsWith("1 2026-11-20T20:11:25Z journal parley/1 "));
  assertEquals(disk.syncedDirectories, [DIRECTORY]);
});

Deno.test("append() resolves when the entries would survive a loss of power", async () => {
  const disk = new FailingDisk();
  const journal = await openJournal(disk);
  await journal.append([ANN, BOB], SOME_TIME);
  journal.close();
  assertEquals(await entriesOf(disk.afterPowerLoss(0)), [ANN, BOB]);
});

Deno.test("append() goes on after a short write until all is written", async () => {
  const disk = new FailingDisk();
  disk.faults.maxAppend = 7;
  const journal = await openJournal(disk);
  await journal.append([ANN, BOB], SOME_TIME);
  journal.close();
  assertEquals(await entriesOf(disk), [ANN, BOB]);
});

for (const [what, fault] of [["write", "failAppend"], ["sync", "failSync"]] as const) {
  Deno.test(`append() rejects when its ${what} fails, and nothing of it is found later`, async () => {
    const disk = new FailingDisk();
    const journal = await openJournal(disk);
    await journal.append([ANN], SOME_TIME);
    disk.faults[fault] = 1;
    await assertRejects(() => journal.append([BOB], SOME_TIME), StorageError, "Input/output error");
    journal.close();
    assertEquals(await entriesOf(disk), [ANN]);
    assertEquals(await entriesOf(disk.afterPowerLoss(1000)), [ANN]);
  });

  Deno.test(`after a failed ${what} append() refuses until reopen(), then goes on`, async () => {
    const disk = new FailingDisk();
    const journal = await openJournal(disk);
    disk.faults[fault] = 1;
    await assertRejects(() => journal.append([ANN], SOME_TIME), StorageError);
    assertFalse(journal.trusted);
    await assertRejects(() => journal.append([BOB], SOME_TIME), StorageError, "not reopened");
    await journal.reopen();
    assert(journal.trusted);
    await journal.append([EVE], SOME_TIME);
    journal.close();
    assertEquals(await entriesOf(disk.afterPowerLoss(0)), [EVE]);
    assertEquals(disk.openFiles, 0);
  });
}

Deno.test("reopen() cuts off what a dying disk kept of a refused append", async () => {
  const disk = new FailingDisk();
  const journal = await openJournal(disk);
  Object.assign(disk.faults, { failSync: 1, failTruncate: true });
  await assertRejects(() => journal.append([ANN], SOME_TIME), StorageError);
  await assertRejects(() => journal.reopen(), StorageError, "Input/output error");
  assertFalse(journal.trusted);
  disk.heal();
  await journal.reopen();
  await journal.append([BOB], SOME_TIME);
  journal.close();
  assertEquals(await entriesOf(disk), [BOB]);
  assertEquals(disk.openFiles, 0);
});

Deno.test("reopen() rejects while the file cannot be opened or synced", async () => {
  const disk = new FailingDisk();
  const journal = await openJournal(disk);
  disk.faults.failAllSyncs = true;
  await assertRejects(() => journal.append([ANN], SOME_TIME), StorageError);
  await assertRejects(() => journal.reopen(), StorageError);
  disk.heal();
  disk.faults.failOpen = true;
  await assertRejects(() => journal.reopen(), StorageError);
  disk.heal();
  await journal.reopen();
  journal.close();
});

Deno.test("reopen() refuses a journal that lost what was promised", async () => {
  const disk = new FailingDisk();
  const journal = await openJournal(disk);
  await journal.append([ANN], SOME_TIME);
  disk.faults.failSync = 1;
  await assertRejects(() => journal.append([BOB], SOME_TIME), StorageError);
  disk.put(JOURNAL_PATH, new Uint8Array(0));
  await assertRejects(() => journal.reopen(), StorageError, "shorter than what was synced");
  journal.close();
});

Deno.test("a full disk refuses, and takes entries again when there is space", async () => {
  const disk = new FailingDisk();
  const journal = await openJournal(disk);
  await journal.append([ANN], SOME_TIME);
  disk.faults.capacity = disk.read(JOURNAL_PATH).length + 10;
  const refused = () => journal.append([BOB], SOME_TIME);
  await assertRejects(refused, StorageError, `Cannot write "${JOURNAL_PATH}": No space left`);
  await journal.reopen();
  await assertRejects(refused, StorageError, "No space left");
  assertEquals(await entriesOf(disk.afterPowerLoss(0)), [ANN]);
  disk.heal();
  await journal.reopen();
  await journal.append([BOB], SOME_TIME);
  journal.close();
  assertEquals(await entriesOf(disk), [ANN, BOB]);
});

Deno.test("Journal.open() on a disk that fails says which file, and leaves none open", async () => {
  for (const fault of ["failOpen", "failAllSyncs"] as const) {
    const disk = new FailingDisk();
    disk.faults[fault] = true;
    const error = await assertRejects(() => openJournal(disk), OperationalError, JOURNAL_PATH);
    assertFalse(error.message.includes("\n"));
    assertEquals(disk.openFiles, 0);
  }
});

Deno.test("Journal.open() does not touch a journal it cannot cut back", async () => {
  const disk = new FailingDisk();
  const journal = await openJournal(disk);
  journal.close();
  const torn = [...disk.read(JOURNAL_PATH), ...toBytes("2 2026-")];
  disk.put(JOURNAL_PATH, Uint8Array.from(torn));
  disk.faults.failTruncate = true;
  await assertRejects(() => openJournal(disk), OperationalError, JOURNAL_PATH);
  assertEquals([...disk.read(JOURNAL_PATH)], torn);
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
    const promised: JournalEntry[] = [];
    let next = 0;
    for (const { size, fault, maxAppend } of steps) {
      disk.faults.maxAppend = maxAppend;
      if (fault !== "none") disk.faults[fault as "failAppend" | "failSync"] = 1;
      const entries = Array.from({ length: size }, (): JournalEntry => {
        return { kind: "register", user: id(`u${next++}`) };
      });
      try {
        if (!journal.trusted) await journal.reopen();
        await journal.append(entries, SOME_TIME);
        promised.push(...entries);
      } catch (error) {
        assert(error instanceof StorageError);
      }
      disk.heal();
    }
    assertEquals(await entriesOf(disk.afterPowerLoss(unsyncedKept)), promised);
    journal.close();
    assertEquals(await entriesOf(disk), promised);
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
    const found = await entriesOf(disk.afterPowerLoss(kept));
    assertEquals(found, [ANN, BOB, EVE].slice(0, found.length));
    assert(found.length >= 1);
  }
});
