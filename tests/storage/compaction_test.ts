import { assert, assertEquals, assertRejects } from "@std/assert";
import { compact } from "../../lib/storage/compaction.ts";
import { writeDraft } from "../../lib/storage/draft_file.ts";
import { DirectoryLock } from "../../lib/storage/directory_lock.ts";
import { NamedLock } from "../../lib/storage/named_lock.ts";
import { Journal } from "../../lib/storage/journal.ts";
import { beginJournal } from "../../lib/storage/journal_file.ts";
import type { StoreChange } from "../../lib/storage/store.ts";
import { loadTextFiles } from "../../lib/storage/text_files.ts";
import { add, register } from "../support/changes.ts";
import { FailingDisk } from "../support/failing_disk.ts";
import { id } from "../support/ids.ts";
import { DIRECTORY, JOURNAL_PATH, SOME_TIME } from "../support/journals.ts";
import { contentsOf, load, SNAPSHOT_PATH, stateOf } from "../support/snapshots.ts";

const [ann, bob, eve, kim] = [id("ann"), id("bob"), id("eve"), id("kim")];
const STORY = [register(ann), register(bob), add(ann, bob)];
const MEANWHILE = [register(eve), add(bob, eve)];
const LATER = [register(kim), add(ann, kim)];

/** A directory whose journal is open, and compactions of it. */
class Bench {
  readonly disk = new FailingDisk();
  journal!: Journal;
  lock!: DirectoryLock;

  static async make(changes: readonly StoreChange[]): Promise<Bench> {
    const bench = new Bench();
    bench.journal = (await loadTextFiles(bench.disk, DIRECTORY, SOME_TIME)).journal;
    bench.lock = new DirectoryLock(
      await NamedLock.open(bench.disk, `${DIRECTORY}/compact.lock`),
      { deadlineMs: 50, turnMs: 0, idleMs: 0 },
    );
    await bench.journal.append(changes, SOME_TIME);
    return bench;
  }

  /** Compacts, while others do something before the files are replaced. */
  compact(
    meanwhile: () => Promise<unknown> = () => Promise.resolve(),
  ): Promise<number | undefined> {
    return compact({
      disk: this.disk,
      directory: DIRECTORY,
      journal: () => this.journal,
      compactionLock: this.lock,
      writeDraft: (task) => writeDraft(this.disk, task),
      clock: () => SOME_TIME,
      replace: async (work) => {
        await meanwhile();
        await work();
        await this.journal.follow(() => true, true);
      },
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.journal.close();
    await this.lock.close();
    assertEquals(this.disk.openFiles, 0);
  }
}

Deno.test("compact() folds the journal into a sorted snapshot, and begins a short one", async () => {
  await using bench = await Bench.make(STORY);
  const length = await bench.compact();
  const { disk } = bench;
  assertEquals(length, disk.read(SNAPSHOT_PATH).length);
  assertEquals(disk.text(JOURNAL_PATH).split("\n").length, 2);
  assertEquals(disk.paths().map((path) => path.slice(6)), [
    "compact.lock",
    "journal.txt",
    "users.txt",
  ]);
  assertEquals(contentsOf(await load(disk)), contentsOf(stateOf(STORY)));
});

Deno.test("compact() carries over what was written meanwhile", async () => {
  await using bench = await Bench.make(STORY);
  await bench.compact(() => bench.journal.append(MEANWHILE, SOME_TIME));
  await bench.journal.append(LATER, SOME_TIME);
  const expected = contentsOf(stateOf([...STORY, ...MEANWHILE, ...LATER]));
  assertEquals(contentsOf(await load(bench.disk)), expected);
});

Deno.test("compact() keeps the previous snapshot, and merges into it", async () => {
  await using bench = await Bench.make(STORY);
  await bench.compact();
  const first = bench.disk.text(SNAPSHOT_PATH);
  await bench.journal.append(MEANWHILE, SOME_TIME);
  await bench.compact();
  assertEquals(bench.disk.text(`${DIRECTORY}/users.previous.txt`), first);
  assertEquals(contentsOf(await load(bench.disk)), contentsOf(stateOf([...STORY, ...MEANWHILE])));
});

Deno.test("compact() leaves it to a server that is at it already, or was faster", async () => {
  await using bench = await Bench.make(STORY);
  const other = new DirectoryLock(await NamedLock.open(bench.disk, `${DIRECTORY}/compact.lock`));
  await other.acquire();
  assertEquals(await bench.compact(), undefined);
  await other.close();
  const at = bench.journal.position;
  const faster = () => beginJournal(bench.disk, DIRECTORY, at, [], SOME_TIME);
  assertEquals(await bench.compact(faster), undefined);
  assert(!bench.disk.paths().includes(SNAPSHOT_PATH));
});

Deno.test("compact() on a full disk leaves everything as it was, and no draft", async () => {
  for (let spare = 0; spare < 400; spare += 10) {
    await using bench = await Bench.make(STORY);
    await bench.compact();
    await bench.journal.append(MEANWHILE, SOME_TIME);
    const used = bench.disk.paths().reduce((sum, path) => sum + bench.disk.read(path).length, 0);
    bench.disk.faults.capacity = used + spare;
    await bench.compact().catch(() => {});
    bench.disk.heal();
    assert(bench.disk.paths().every((path) => !path.endsWith(".tmp")));
    assertEquals(contentsOf(await load(bench.disk)), contentsOf(stateOf([...STORY, ...MEANWHILE])));
  }
});

Deno.test("compact() gives the snapshot its name back when a rename fails", async () => {
  for (const failRename of [1, 2, 3]) {
    await using bench = await Bench.make(STORY);
    await bench.compact();
    await bench.journal.append(MEANWHILE, SOME_TIME);
    bench.disk.faults.failRename = failRename;
    await assertRejects(() => bench.compact());
    assert(bench.disk.paths().includes(SNAPSHOT_PATH));
    assertEquals(contentsOf(await load(bench.disk)), contentsOf(stateOf([...STORY, ...MEANWHILE])));
  }
});

Deno.test("a compaction cut off by a loss of power at any point loses nothing", async () => {
  const expected = contentsOf(stateOf([...STORY, ...MEANWHILE]));
  await using bench = await Bench.make(STORY);
  await bench.compact();
  await bench.journal.append(MEANWHILE, SOME_TIME);
  const images = [bench.disk.image()];
  bench.disk.afterOperation = () => images.push(bench.disk.image());
  await bench.compact();
  assert(images.length >= 10);
  for (const image of images) {
    for (const share of [0, 0.3, 0.5, 0.8, 1]) {
      const survivor = FailingDisk.holding(image.survivor((most) => Math.round(most * share)));
      assertEquals(contentsOf(await load(survivor)), expected);
    }
  }
});
