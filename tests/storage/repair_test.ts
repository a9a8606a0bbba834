import { assert, assertEquals, assertRejects } from "@std/assert";
import { OperationalError } from "../../lib/core/errors.ts";
import { checkDirectory, repairDirectory } from "../../lib/storage/repair.ts";
import { add, register } from "../support/changes.ts";
import { FailingDisk } from "../support/failing_disk.ts";
import { id } from "../support/ids.ts";
import { DIRECTORY, JOURNAL_PATH, SOME_TIME } from "../support/journals.ts";
import { toBytes } from "../support/raw_tcp.ts";
import { contentsOf, load, putDirectory, SNAPSHOT_PATH, stateOf } from "../support/snapshots.ts";

const [ann, bob, eve, kim] = [id("ann"), id("bob"), id("eve"), id("kim")];
const STORY = [...[ann, bob, eve].map(register), add(ann, bob)];
const BEHIND = [add(ann, eve), register(kim), add(kim, ann)];
const ASIDE = "/data/damaged-2026-11-20T20-11-25.000Z.txt";

async function whole(): Promise<FailingDisk> {
  const disk = new FailingDisk();
  await putDirectory(disk, stateOf(STORY), BEHIND);
  return disk;
}

async function damaged(): Promise<FailingDisk> {
  const disk = await whole();
  disk.put(JOURNAL_PATH, toBytes(disk.text(JOURNAL_PATH).replace("add ann eve", "add ann eva")));
  return disk;
}

Deno.test("checkDirectory() counts what is there, and changes nothing", async () => {
  const disk = await whole();
  const before = disk.paths().map((path) => disk.text(path));
  assertEquals(await checkDirectory(disk, DIRECTORY), {
    users: 4,
    buddies: 3,
    rooms: 0,
    records: 4,
    tornBytes: 0,
    faults: [],
  });
  assertEquals(disk.paths().map((path) => disk.text(path)), before);
});

Deno.test("check and repair refuse a directory without files of ours", async () => {
  for (const work of [checkDirectory, repairDirectory]) {
    const run = () => work(new FailingDisk(), DIRECTORY, SOME_TIME);
    await assertRejects(run, OperationalError, "is it a data directory?");
  }
});

Deno.test("repairDirectory() leaves a whole directory as it is", async () => {
  const disk = await whole();
  const before = disk.paths().map((path) => disk.text(path));
  assertEquals((await repairDirectory(disk, DIRECTORY, SOME_TIME)).aside, undefined);
  assertEquals(disk.paths().map((path) => disk.text(path)), before);
});

Deno.test("repairDirectory() keeps every readable record and moves the rest aside", async () => {
  const disk = await damaged();
  const { aside } = await repairDirectory(disk, DIRECTORY, SOME_TIME);
  assertEquals(aside, ASIDE);
  const lines = disk.text(ASIDE).split("\n");
  assertEquals(lines[0], "# /data/journal.txt line 2: its checksum does not fit");
  assert(lines[1]!.includes("add ann eva"));
  const kept = [...STORY, register(kim), add(kim, ann)];
  assertEquals(contentsOf(await load(disk)), contentsOf(stateOf(kept)));
  assertEquals((await checkDirectory(disk, DIRECTORY)).faults, []);
  assertEquals(disk.openFiles, 0);
});

Deno.test("repairDirectory() makes do with either file when the other one is gone", async () => {
  const withoutJournal = await whole();
  await withoutJournal.remove(JOURNAL_PATH);
  await repairDirectory(withoutJournal, DIRECTORY, SOME_TIME);
  assertEquals(contentsOf(await load(withoutJournal)), contentsOf(stateOf(STORY)));

  const withoutSnapshot = await whole();
  await withoutSnapshot.remove(SNAPSHOT_PATH);
  await repairDirectory(withoutSnapshot, DIRECTORY, SOME_TIME);
  const state = await load(withoutSnapshot);
  // Who has buddies or is one was registered.
  assertEquals([...state.users.users()].map(({ user }) => user).sort(), [ann, eve, kim]);
  assertEquals(state.users.buddiesOf(kim), [ann]);
});

Deno.test("a repair cut off by a loss of power at any point can be done again, and keeps as much", async () => {
  const kept = contentsOf(stateOf([...STORY, register(kim), add(kim, ann)]));
  const disk = await damaged();
  const images = [disk.image()];
  disk.afterOperation = () => images.push(disk.image());
  await repairDirectory(disk, DIRECTORY, SOME_TIME);
  assert(images.length > 8);
  for (const image of images) {
    for (const choose of [() => 0, (most: number) => most >> 1, (most: number) => most]) {
      const survivor = FailingDisk.holding(image.survivor(choose));
      await repairDirectory(survivor, DIRECTORY, SOME_TIME + 1000);
      assertEquals(contentsOf(await load(survivor)), kept);
    }
  }
});
