/**
 * A bit flipped at every byte of every file of a data directory: a repair keeps what is readable and
 * invents nothing. That a start refuses such files is in `damage_test.ts`.
 */

import { assert } from "@std/assert";
import { repairDirectory } from "../../lib/storage/repair.ts";
import type { StoreChange } from "../../lib/storage/store.ts";
import { add, register, remove } from "../support/changes.ts";
import { FailingDisk } from "../support/failing_disk.ts";
import { id } from "../support/ids.ts";
import { DIRECTORY, JOURNAL_PATH, SOME_TIME } from "../support/journals.ts";
import { contentsOf, load, putDirectory, SNAPSHOT_PATH, stateOf } from "../support/snapshots.ts";
import { extent } from "./extent.ts";

const [ann, bob, eve, kim] = [id("ann"), id("bob"), id("eve"), id("kim")];

const BEFORE: readonly StoreChange[] = [
  ...[ann, bob, eve].map(register),
  add(ann, bob),
  add(ann, eve),
  { kind: "set password", user: bob, hash: "scrypt$15$8$3$c2FsdA$aGFzaA" },
  { kind: "create room", room: "the lab", host: "ann", hash: "scrypt$1" },
  { kind: "join room", room: "the lab", member: "Änn", token: "t-1", ip: "192.0.2.7" },
];

/** Twenty records, every kind among them. */
const BEHIND: readonly StoreChange[] = [
  register(kim),
  ...[ann, bob, eve].map((buddy) => add(kim, buddy)),
  remove(kim, bob),
  add(kim, bob),
  remove(ann, bob),
  { kind: "set password", user: kim, hash: "scrypt$2" },
  { kind: "set password", user: bob, hash: "scrypt$3" },
  { kind: "join room", room: "the lab", member: "bob", token: "t-2", ip: "fe80::1%eth0" },
  { kind: "leave room", room: "the lab", member: "Änn" },
  {
    ...{ kind: "create room", room: "50%", host: "kim", hash: undefined },
    hostSeat: { token: "t-4", ip: "192.0.2.9" },
  },
  { kind: "join room", room: "50%", member: "", token: "t-3", ip: "192.0.2.7" },
  { kind: "close room", room: "the lab" },
  ...["x", "y", "z"].map((name) => register(id(name))),
  add(id("x"), id("y")),
  add(id("y"), id("z")),
  remove(id("x"), id("y")),
];

const ALL = [...BEFORE, ...BEHIND];

async function whole(): Promise<FailingDisk> {
  const disk = new FailingDisk();
  await putDirectory(disk, stateOf(BEFORE), BEHIND);
  return disk;
}

/** The same directory with one file's bytes changed. */
function withBytes(disk: FailingDisk, path: string, bytes: Uint8Array): FailingDisk {
  const files = new Map(disk.paths().map((path) => [path, disk.read(path)]));
  return FailingDisk.holding(files.set(path, bytes));
}

for (const path of [JOURNAL_PATH, SNAPSHOT_PATH]) {
  const name = path.split("/").at(-1);
  Deno.test(`one bit flipped at every byte of ${name}: what is repaired was there before`, async () => {
    const disk = await whole();
    const bytes = disk.read(path);
    const facts = new Set(ALL.flatMap(factsOf));
    for (let at = 0; at < bytes.length; at++) {
      for (let flip = 0; flip < extent(2, 8); flip++) {
        const bit = (at + flip * 3) % 8;
        const damaged = bytes.slice();
        damaged[at]! ^= 1 << bit;
        const copy = withBytes(disk, path, damaged);
        const { aside } = await repairDirectory(copy, DIRECTORY, SOME_TIME);
        assert(aside !== undefined, `bit ${bit} of byte ${at} was not noticed`);
        const [users, rooms] = contentsOf(await load(copy));
        for (const { user, hash, buddies } of users) {
          assert(facts.has(user) && (hash === undefined || facts.has(hash)), user);
          for (const buddy of buddies) assert(facts.has(`${user} ${buddy}`), `${user} ${buddy}`);
        }
        for (const { room, members } of rooms) {
          assert(facts.has(room), room);
          for (const { member } of members) assert(facts.has(`${room} ${member}`), member);
        }
        // One line was lost, or a first or last one: never more than one user with it.
        assert(users.length >= stateOf(ALL).users.size - 1);
      }
    }
  });
}

/** Everything that a change says is so. */
function factsOf(change: StoreChange): string[] {
  switch (change.kind) {
    case "register":
      return [change.user];
    case "add":
    case "remove":
      return [`${change.user} ${change.buddy}`];
    case "set password":
      return [change.hash];
    case "create room":
      return [change.room, `${change.room} ${change.host}`];
    case "close room":
      return [change.room];
    case "join room":
    case "leave room":
    case "doubt member":
    case "vouch for member":
    case "expire member":
      return [`${change.room} ${change.member}`];
  }
}
