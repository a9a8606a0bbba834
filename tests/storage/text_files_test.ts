import { assert, assertEquals, assertRejects } from "@std/assert";
import { OperationalError } from "../../lib/core/errors.ts";
import { sealLine } from "../../lib/storage/checked_line.ts";
import { loadTextFiles, peekTextFiles } from "../../lib/storage/text_files.ts";
import { add, register } from "../support/changes.ts";
import { FailingDisk } from "../support/failing_disk.ts";
import { id } from "../support/ids.ts";
import { DIRECTORY, JOURNAL_PATH, journalLines, SOME_TIME } from "../support/journals.ts";
import { toBytes } from "../support/raw_tcp.ts";
import { contentsOf, load, putDirectory, SNAPSHOT_PATH, stateOf } from "../support/snapshots.ts";

const [ann, bob, eve] = [id("ann"), id("bob"), id("eve")];
const STATE = stateOf([register(ann), register(bob), add(ann, bob)]);
const PREVIOUS_PATH = "/data/users.previous.txt";

Deno.test("loadTextFiles() begins a journal where there is nothing", async () => {
  const disk = new FailingDisk();
  assertEquals(contentsOf(await load(disk)), [[], []]);
  assertEquals(disk.paths(), [JOURNAL_PATH]);
  assertEquals(disk.openFiles, 0);
});

Deno.test("loadTextFiles() reads the snapshot, then the journal behind it", async () => {
  const disk = new FailingDisk();
  await putDirectory(disk, STATE, [register(eve), add(ann, eve)]);
  const expected = stateOf([
    ...[ann, bob].map(register),
    add(ann, bob),
    register(eve),
    add(ann, eve),
  ]);
  assertEquals(contentsOf(await load(disk)), contentsOf(expected));
});

Deno.test("loadTextFiles() skips what of an older journal the snapshot contains", async () => {
  // A compaction was cut off before the new journal: the old one still begins at the beginning.
  const changes = [register(ann), register(bob), add(ann, bob), register(eve)];
  const lines = journalLines(changes);
  const disk = new FailingDisk();
  await putDirectory(disk, STATE);
  const [, , , through] = lines;
  const point = `${through!.split(" ")[0]} ${through!.slice(-9, -1)}`;
  const snapshot = disk.text(SNAPSHOT_PATH).split(/(?<=\n)/);
  snapshot[0] = sealLine(`snapshot parley/1 ${point} 2026-11-20T20:11:25Z`);
  disk.put(SNAPSHOT_PATH, toBytes(snapshot.join("")));
  disk.put(JOURNAL_PATH, toBytes(lines.join("")));
  assertEquals(contentsOf(await load(disk)), contentsOf(stateOf(changes)));
});

Deno.test("loadTextFiles() reads up to a torn end, and leaves it to whoever writes next", async () => {
  const disk = new FailingDisk();
  await putDirectory(disk, STATE, [register(eve)]);
  const text = disk.text(JOURNAL_PATH);
  disk.put(JOURNAL_PATH, toBytes(text + "42 2026-11"));
  const { journal } = await loadTextFiles(disk, DIRECTORY, SOME_TIME);
  assertEquals(journal.tornBytes, 10);
  await journal.append([register(id("kim"))], SOME_TIME);
  journal.close();
  assert(disk.text(JOURNAL_PATH).startsWith(text + "42 2026-11-20T20:11:25Z reg kim "));
});

Deno.test("peekTextFiles() reads the same without the lock, and changes nothing", async () => {
  const disk = new FailingDisk();
  await putDirectory(disk, STATE, [register(eve)]);
  const { state, journal } = (await peekTextFiles(disk, DIRECTORY))!;
  assertEquals(contentsOf(state), contentsOf(await load(disk)));
  journal.close();
  await disk.remove(JOURNAL_PATH);
  assertEquals(await peekTextFiles(disk, DIRECTORY), undefined);
  assertEquals(disk.paths(), [SNAPSHOT_PATH]);
  assertEquals(disk.openFiles, 0);
});

Deno.test("loadTextFiles() gives the older snapshot its name back when a compaction was cut off", async () => {
  const disk = new FailingDisk();
  await putDirectory(disk, STATE, [register(eve)]);
  await disk.rename(SNAPSHOT_PATH, PREVIOUS_PATH);
  assert((await load(disk)).users.buddiesOf(eve) !== undefined);
  assertEquals(disk.paths(), [JOURNAL_PATH, SNAPSHOT_PATH]);
});

Deno.test("loadTextFiles() refuses a snapshot without its journal, and says what to do", async () => {
  const disk = new FailingDisk();
  await putDirectory(disk, STATE);
  await disk.remove(JOURNAL_PATH);
  await assertRejects(() => load(disk), OperationalError, "restore both from one backup");
  assertEquals(disk.openFiles, 0);
});

Deno.test("loadTextFiles() refuses a journal of another history", async () => {
  for (const point of [{ sequence: 40, checksum: "00000000" }, { sequence: 7, checksum: "-" }]) {
    const disk = new FailingDisk();
    await putDirectory(disk, STATE);
    disk.put(JOURNAL_PATH, toBytes(journalLines([register(eve)], point).join("")));
    await assertRejects(() => load(disk), OperationalError, "does not belong to the users.txt");
    assertEquals(disk.openFiles, 0);
  }
});
