import { assertEquals } from "@std/assert";
import { Journal } from "../../lib/storage/journal.ts";
import { beginJournal } from "../../lib/storage/journal_file.ts";
import { BEGINNING, type TakeChange } from "../../lib/storage/journal_point.ts";
import type { StoreChange } from "../../lib/storage/store.ts";
import { FailingDisk } from "../support/failing_disk.ts";
import { id } from "../support/ids.ts";
import { DIRECTORY, followed, JOURNAL_PATH, openJournal, SOME_TIME } from "../support/journals.ts";

const ANN: StoreChange = { kind: "register", user: id("ann") };
const BOB: StoreChange = { kind: "register", user: id("bob") };
const EVE: StoreChange = { kind: "register", user: id("eve") };

const takeAll: TakeChange = () => true;

Deno.test("follow() takes what others appended, each change once", async () => {
  const disk = new FailingDisk();
  const writer = await openJournal(disk);
  const reader = (await Journal.open(disk, DIRECTORY, BEGINNING, takeAll))!;
  assertEquals(await followed(reader), ["same", []]);
  await writer.append([ANN, BOB], SOME_TIME);
  assertEquals(await followed(reader), ["more", [ANN, BOB]]);
  assertEquals(await followed(reader), ["same", []]);
  await reader.append([EVE], SOME_TIME);
  assertEquals(await followed(writer), ["more", [EVE]]);
  writer.close();
  reader.close();
});

Deno.test("follow() leaves a line that is being written for later", async () => {
  const disk = new FailingDisk();
  const writer = await openJournal(disk);
  await writer.append([ANN], SOME_TIME);
  const whole = disk.read(JOURNAL_PATH);
  await writer.append([BOB], SOME_TIME);
  const both = disk.read(JOURNAL_PATH);
  writer.close();
  for (let length = whole.length; length < both.length; length++) {
    const growing = FailingDisk.holding(new Map([[JOURNAL_PATH, whole]]));
    const reader = (await Journal.open(growing, DIRECTORY, BEGINNING, takeAll))!;
    const file = await growing.open(JOURNAL_PATH);
    await file.append(both.subarray(whole.length, length));
    assertEquals(await followed(reader), ["same", []]);
    assertEquals(reader.tornBytes, length - whole.length);
    await file.append(both.subarray(length));
    assertEquals(await followed(reader), ["more", [BOB]]);
    file.close();
    reader.close();
  }
});

Deno.test("follow() goes over to a journal that took the place of its own", async () => {
  const disk = new FailingDisk();
  const writer = await openJournal(disk);
  await writer.append([ANN], SOME_TIME);
  const reader = (await Journal.open(disk, DIRECTORY, BEGINNING, takeAll))!;
  const at = writer.position;
  await writer.append([BOB], SOME_TIME);
  await beginJournal(disk, DIRECTORY, at, [BOB], SOME_TIME + 5000);
  assertEquals(await followed(reader), ["more", [BOB]]);
  assertEquals(reader.position.sequence, 3);
  await reader.append([EVE], SOME_TIME);
  reader.close();
  writer.close();
  const end = (await Journal.open(disk, DIRECTORY, at, takeAll))!;
  assertEquals(end.position.sequence, 4);
  end.close();
});

Deno.test("follow() tells that its place is gone: compacted past it, replaced, cut, removed", async () => {
  const past = { sequence: 7, checksum: "00000007" };
  const other = { sequence: 2, checksum: "00000002" };
  const ways: ((disk: FailingDisk) => Promise<unknown> | void)[] = [
    (disk) => beginJournal(disk, DIRECTORY, past, [], SOME_TIME),
    (disk) => beginJournal(disk, DIRECTORY, other, [], SOME_TIME),
    (disk) => beginJournal(disk, DIRECTORY, BEGINNING, [], SOME_TIME),
    (disk) => disk.put(JOURNAL_PATH, new Uint8Array(0)),
    (disk) => disk.remove(JOURNAL_PATH),
  ];
  for (const replace of ways) {
    const disk = new FailingDisk();
    const journal = await openJournal(disk);
    await journal.append([ANN], SOME_TIME);
    await replace(disk);
    assertEquals(await followed(journal), ["lost", []]);
    journal.close();
    assertEquals(disk.openFiles, 0);
  }
});

Deno.test("follow() for sure sees that its last record is not the same any more", async () => {
  const disk = new FailingDisk();
  const reader = await openJournal(disk);
  const writer = (await Journal.open(disk, DIRECTORY, BEGINNING, takeAll))!;
  const beginning = writer.position.offset;
  await writer.append([ANN], SOME_TIME);
  assertEquals(await followed(reader), ["more", [ANN]]);
  // A sibling whose sync failed takes it back, and another one appends something as long.
  const file = await disk.open(JOURNAL_PATH);
  await file.truncate(beginning);
  file.close();
  const sibling = (await Journal.open(disk, DIRECTORY, BEGINNING, takeAll))!;
  await sibling.append([BOB], SOME_TIME);
  assertEquals(await followed(reader, true), ["lost", []]);
  for (const journal of [reader, writer, sibling]) journal.close();
});
