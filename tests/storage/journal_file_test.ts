import { assert, assertEquals, assertRejects } from "@std/assert";
import { beginJournal } from "../../lib/storage/journal_file.ts";
import { BEGINNING } from "../../lib/storage/journal_point.ts";
import type { StoreChange } from "../../lib/storage/store.ts";
import { FailingDisk } from "../support/failing_disk.ts";
import { id } from "../support/ids.ts";
import { changesOf, DIRECTORY, JOURNAL_PATH, SOME_TIME } from "../support/journals.ts";

const ANN: StoreChange = { kind: "register", user: id("ann") };

Deno.test("beginJournal() begins a journal, synced with its directory", async () => {
  const disk = new FailingDisk();
  await beginJournal(disk, DIRECTORY, BEGINNING, [ANN], SOME_TIME);
  const survivor = FailingDisk.holding(disk.image().survivor(() => 0));
  assertEquals(await changesOf(survivor), [ANN]);
  assert(survivor.text(JOURNAL_PATH).startsWith("1 2026-11-20T20:11:25Z journal parley/1 - "));
  assertEquals(disk.paths(), [JOURNAL_PATH]);
});

Deno.test("beginJournal() on a full disk leaves the journal that was there, and no draft", async () => {
  const disk = new FailingDisk();
  await beginJournal(disk, DIRECTORY, BEGINNING, [ANN], SOME_TIME);
  disk.faults.capacity = disk.read(JOURNAL_PATH).length + 20;
  await assertRejects(() => beginJournal(disk, DIRECTORY, BEGINNING, [], SOME_TIME));
  assertEquals(await changesOf(disk), [ANN]);
  assertEquals(disk.paths(), [JOURNAL_PATH]);
  assertEquals(disk.openFiles, 0);
});
