import { assert, assertEquals, assertRejects } from "@std/assert";
import { DamagedFileError } from "../../lib/storage/damage.ts";
import type { JournalPoint } from "../../lib/storage/journal_point.ts";
import {
  type ContentLine,
  parseSnapshotLine,
  readSnapshot,
  type SnapshotLine,
} from "../../lib/storage/snapshot.ts";
import { add, register } from "../support/changes.ts";
import { FailingDisk } from "../support/failing_disk.ts";
import { id } from "../support/ids.ts";
import { sealedLine } from "../support/journals.ts";
import { toBytes } from "../support/raw_tcp.ts";
import { putDirectory, SNAPSHOT_PATH, SOME_POINT, stateOf } from "../support/snapshots.ts";

const [ann, bob, eve] = [id("ann"), id("bob"), id("eve")];

const STATE = stateOf([
  ...[ann, bob, eve].map(register),
  add(ann, eve),
  add(ann, bob),
  { kind: "set password", user: bob, hash: "scrypt$15$8$3$c2FsdA$aGFzaA" },
  { kind: "create room", room: "the lab", host: "ann", hash: undefined },
  { kind: "join room", room: "the lab", member: "Änn", token: "t-1", ip: "fe80::1%eth0" },
  { kind: "doubt member", room: "the lab", member: "Änn" },
]);

/** The lines of a snapshot of {@linkcode STATE}, LF included. */
async function snapshotLines(): Promise<string[]> {
  const disk = new FailingDisk();
  await putDirectory(disk, STATE);
  return disk.text(SNAPSHOT_PATH).split(/(?<=\n)/);
}

async function read(content: string | Uint8Array): Promise<[JournalPoint, ContentLine[]]> {
  const disk = new FailingDisk();
  disk.put(SNAPSHOT_PATH, toBytes(content));
  const file = await disk.open(SNAPSHOT_PATH);
  const lines: ContentLine[] = [];
  try {
    return [await readSnapshot(file, SNAPSHOT_PATH, (line) => lines.push(line)), lines];
  } finally {
    file.close();
  }
}

async function damagedLine(content: string | Uint8Array): Promise<number> {
  return (await assertRejects(() => read(content), DamagedFileError)).line;
}

Deno.test("a snapshot is readable text, sorted by user, buddies in the order of adding", async () => {
  const words = (await snapshotLines()).map((line) => line.slice(0, -10));
  assertEquals(words, [
    "snapshot parley/1 40 5a3f8d10 2026-11-20T20:11:25Z",
    "user ann - eve bob",
    "user bob scrypt$15$8$3$c2FsdA$aGFzaA",
    "user eve -",
    "room the%20lab ann %",
    "member the%20lab %c3%84nn t-1 fe80::1%25eth0",
    "doubt the%20lab %c3%84nn",
    "end 6",
  ]);
});

Deno.test("readSnapshot() gives every line and the point the journal goes on from", async () => {
  const [point, lines] = await read((await snapshotLines()).join(""));
  assertEquals(point, SOME_POINT);
  assertEquals(lines, [
    { kind: "user", user: { user: ann, hash: undefined, list: `${eve} ${bob}` } },
    { kind: "user", user: { user: bob, hash: "scrypt$15$8$3$c2FsdA$aGFzaA", list: "" } },
    { kind: "user", user: { user: eve, hash: undefined, list: "" } },
    { kind: "room", room: "the lab", host: "ann" },
    { kind: "member", room: "the lab", member: "Änn", token: "t-1", ip: "fe80::1%eth0" },
    { kind: "doubt", room: "the lab", member: "Änn" },
  ]);
});

Deno.test("a snapshot cut off at any byte is refused: a part is not the whole", async () => {
  const bytes = toBytes((await snapshotLines()).join(""));
  for (let length = 0; length < bytes.length; length++) {
    await damagedLine(bytes.slice(0, length));
  }
});

Deno.test("one flipped bit anywhere in a snapshot is refused with its line number", async () => {
  const lines = await snapshotLines();
  const bytes = toBytes(lines.join(""));
  const ends: number[] = [];
  for (const line of lines) ends.push((ends.at(-1) ?? 0) + line.length);
  for (let at = 0; at < bytes.length; at++) {
    for (let bit = 0; bit < 8; bit++) {
      const damaged = bytes.slice();
      damaged[at]! ^= 1 << bit;
      assertEquals(await damagedLine(damaged), ends.findIndex((end) => at < end) + 1);
    }
  }
});

Deno.test("lines missing, doubled, misplaced or behind the end are refused", async () => {
  const lines = await snapshotLines();
  for (let at = 0; at < lines.length; at++) {
    await damagedLine(lines.toSpliced(at, 1).join(""));
    await damagedLine(lines.toSpliced(at, 0, lines[at]!).join(""));
  }
  assertEquals(await damagedLine([...lines, ...lines].join("")), lines.length + 1);
  const more = sealedLine("more bob - ann");
  assertEquals(await damagedLine(lines.toSpliced(2, 0, more).join("")), 3);
});

Deno.test("a user with many buddies has many lines, none too long to be read", async () => {
  const many = Array.from({ length: 5000 }, (_, index) => id(`${index}-`.padEnd(32, "x")));
  const state = stateOf([register(ann), ...many.map(register), ...many.map((b) => add(ann, b))]);
  const disk = new FailingDisk();
  await putDirectory(disk, state);
  const text = disk.text(SNAPSHOT_PATH);
  assert(text.split("\n").every((line) => line.length < 20_000));
  const [, lines] = await read(text);
  const buddies = lines.flatMap((line) =>
    "user" in line && line.user.user === ann ? line.user.list.split(" ") : []
  );
  assertEquals(buddies, many.map(String));
});

const FAULTS: readonly (readonly [words: string, fault: SnapshotLine | string])[] = [
  ["snapshot parley/2 40 5a3f8d10 2026-11-20T20:11:25Z", "unknown"],
  ["snapshot parley/1 0 5a3f8d10 2026-11-20T20:11:25Z", "format"],
  ["group friends", "unknown"],
  ["user", "format"],
  ["user Ann -", "format"],
  ["user ann", "format"],
  ["user ann - ../x", "format"],
  ["user ann -  bob", "format"],
  ["user ann - bob ", "format"],
  ["user ann - bob Eve", "format"],
  ["user ann  bob", "format"],
  ["user ann %61", "format"],
  ["more ann", "format"],
  ["room lab ann", "format"],
  ["member lab bob t", "format"],
  ["end", "format"],
  ["end -1", "format"],
];

for (const [words, fault] of FAULTS) {
  Deno.test(`parseSnapshotLine() finds "${words}" to be ${fault}`, () => {
    const line = toBytes(sealedLine(words).slice(0, -1));
    assertEquals(parseSnapshotLine(line), fault as SnapshotLine);
    line[0]! ^= 1;
    assertEquals(parseSnapshotLine(line), "checksum");
  });
}
