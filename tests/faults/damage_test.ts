/**
 * A whole data directory, damaged in every way one fault can: its journal cut off at every byte, and
 * every bit of every file flipped.
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { OperationalError } from "../../lib/core/errors.ts";
import { compact } from "../../lib/storage/compaction.ts";
import { writeDraft } from "../../lib/storage/draft_file.ts";
import { DirectoryLock } from "../../lib/storage/directory_lock.ts";
import { NamedLock } from "../../lib/storage/named_lock.ts";
import { checkDirectory } from "../../lib/storage/repair.ts";
import type { State } from "../../lib/storage/state.ts";
import type { StoreChange } from "../../lib/storage/store.ts";
import { loadTextFiles } from "../../lib/storage/text_files.ts";
import { FailingDisk } from "../support/failing_disk.ts";
import { id } from "../support/ids.ts";
import { extent } from "./extent.ts";

const DIRECTORY = "data";
const [JOURNAL, SNAPSHOT] = [`${DIRECTORY}/journal.txt`, `${DIRECTORY}/users.txt`];
const LF = 10;

/** Everything in a state, comparable. */
function contentOf(state: State): unknown {
  const users = Array.from(state.users.users()).sort((a, b) => a.user < b.user ? -1 : 1);
  return [users, state.rooms.rooms()];
}

async function load(disk: FailingDisk): Promise<unknown> {
  const { state, journal } = await loadTextFiles(disk, DIRECTORY, 0);
  journal.close();
  return contentOf(state);
}

/** Changes that are all made, whatever comes before them. */
function changesFrom(first: number, count: number): StoreChange[] {
  return Array.from({ length: count }, (_, number): StoreChange[] => {
    const user = id(`user${first + number}`);
    const room = `room ${first + number}`;
    return [
      { kind: "register", user },
      { kind: "add", user: id(`user${first}`), buddy: user },
      { kind: "set password", user, hash: `scrypt$15$8$3$c2FsdA==$${number}` },
      { kind: "create room", room, host: "Küche", hash: undefined },
      { kind: "join room", room, member: "Küche", token: "t", ip: "192.0.2.7" },
    ];
  }).flat();
}

/** A directory with a snapshot and a journal behind it. */
async function makeDirectory(): Promise<{ disk: FailingDisk; later: StoreChange[] }> {
  const disk = new FailingDisk();
  const { journal } = await loadTextFiles(disk, DIRECTORY, 0);
  const take = (): boolean => true;
  await journal.append(changesFrom(0, 3), 0);
  const lock = new DirectoryLock(await NamedLock.open(disk, `${DIRECTORY}/compact.lock`));
  await compact({
    disk,
    directory: DIRECTORY,
    journal: () => journal,
    compactionLock: lock,
    writeDraft: (task) => writeDraft(disk, task),
    clock: () => 0,
    replace: async (work) => {
      await work();
      await journal.follow(take);
    },
  });
  await lock.close();
  const later = changesFrom(10, 4);
  await journal.append(later, 0);
  journal.close();
  return { disk, later };
}

function copyOf(disk: FailingDisk): Map<string, Uint8Array> {
  return new Map(disk.paths().map((path) => [path, disk.read(path).slice()]));
}

Deno.test("a journal cut off at any byte gives exactly the records that were whole", async () => {
  const { disk, later } = await makeDirectory();
  const whole = disk.read(JOURNAL);
  // What each number of whole records comes to, from a journal that never had more.
  const states: unknown[] = [];
  const firstLine = whole.indexOf(LF) + 1;
  for (let records = 0; records <= later.length; records++) {
    const shorter = FailingDisk.holding(copyOf(disk).set(JOURNAL, whole.slice(0, firstLine)));
    const { state, journal } = await loadTextFiles(shorter, DIRECTORY, 0);
    for (const change of later.slice(0, records)) state.apply(change);
    states.push(contentOf(state));
    journal.close();
  }
  for (let length = firstLine; length <= whole.length; length++) {
    const cut = FailingDisk.holding(copyOf(disk).set(JOURNAL, whole.slice(0, length)));
    const records = whole.slice(firstLine, length).filter((byte) => byte === LF).length;
    assertEquals(await load(cut), states[records], `cut off at byte ${length}`);
  }
});

for (const path of [JOURNAL, SNAPSHOT]) {
  Deno.test(`any bit of ${path} flipped is noticed, and nothing of it served`, async () => {
    const { disk } = await makeDirectory();
    const bytes = disk.read(path);
    assert(bytes.length > 300, "there is something to damage");
    for (let at = 0; at < bytes.length; at++) {
      for (const bit of extent(0, 1) === 1 ? [0, 1, 2, 3, 4, 5, 6, 7] : [at % 8]) {
        const damaged = bytes.slice();
        damaged[at]! ^= 1 << bit;
        const files = copyOf(disk).set(path, damaged);
        const where = `byte ${at}, bit ${bit}`;
        await assertRejects(() => load(FailingDisk.holding(files)), OperationalError, path, where);
        const { faults } = await checkDirectory(FailingDisk.holding(files), DIRECTORY);
        assert(faults.length > 0, `check finds nothing: ${where}`);
      }
    }
  });
}
