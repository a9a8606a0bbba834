import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { salvage } from "../../lib/storage/salvage.ts";
import { add, register, remove } from "../support/changes.ts";
import { FailingDisk } from "../support/failing_disk.ts";
import { id } from "../support/ids.ts";
import { DIRECTORY, JOURNAL_PATH, journalLines } from "../support/journals.ts";
import { toBytes } from "../support/raw_tcp.ts";
import { contentsOf, load, putDirectory, SNAPSHOT_PATH, stateOf } from "../support/snapshots.ts";

const [ann, bob, eve, kim] = [id("ann"), id("bob"), id("eve"), id("kim")];
const BEFORE = [...[ann, bob].map(register), add(ann, bob)];
const BEHIND = [register(eve), add(ann, eve), remove(ann, bob), register(kim), add(eve, kim)];

/** A directory with a snapshot and a journal. */
async function whole(): Promise<FailingDisk> {
  const disk = new FailingDisk();
  await putDirectory(disk, stateOf(BEFORE), BEHIND);
  return disk;
}

/** The same directory with one of its files changed by an accident. */
async function changed(path: string, accident: (text: string) => string): Promise<FailingDisk> {
  const disk = await whole();
  disk.put(path, toBytes(accident(disk.text(path))));
  return disk;
}

/** A file without one of its lines. */
function without(line: number): (text: string) => string {
  return (text) => text.split(/(?<=\n)/).toSpliced(line - 1, 1).join("");
}

async function faultsOf(disk: FailingDisk): Promise<string[]> {
  const { faults } = await salvage(disk, DIRECTORY);
  return faults.map(({ path, line, what }) => `${path.slice(6)} ${line}: ${what}`);
}

Deno.test("salvage() of a whole directory finds everything and no fault", async () => {
  const { state, faults, records, sequence, tornBytes } = await salvage(await whole(), DIRECTORY);
  assertEquals(contentsOf(state), contentsOf(stateOf([...BEFORE, ...BEHIND])));
  assertEquals({ faults, records, sequence, tornBytes }, {
    faults: [],
    records: 6,
    sequence: 45,
    tornBytes: 0,
  });
});

Deno.test("salvage() keeps what stands before and behind a damaged line, and the line itself", async () => {
  const disk = await changed(JOURNAL_PATH, (text) => text.replace("reg kim", "reg kit"));
  const { state, faults } = await salvage(disk, DIRECTORY);
  // That kim was registered is told by being a buddy.
  assertEquals(contentsOf(state), contentsOf(stateOf([...BEFORE, ...BEHIND])));
  assertEquals(faults.map(({ line }) => line), [5, 6]);
  assert(new TextDecoder().decode(faults[0]!.bytes).includes("reg kit"));
});

Deno.test("salvage() goes on behind something too long to be a line", async () => {
  const disk = await changed(JOURNAL_PATH, (text) => {
    const lines = text.split(/(?<=\n)/);
    return lines.toSpliced(2, 1, "\0".repeat(300_000) + "\n").join("");
  });
  const { state, faults } = await salvage(disk, DIRECTORY);
  assertEquals(faults.map(({ line }) => line), [3]);
  assert(state.users.buddiesOf(kim) !== undefined);
});

Deno.test("salvage() tells from a torn end, which is no damage, what is", async () => {
  const torn = await changed(JOURNAL_PATH, (text) => text + "46 2026-");
  const { faults, tornBytes } = await salvage(torn, DIRECTORY);
  assertEquals([faults, tornBytes], [[], 8]);
  const lineEnd = await changed(JOURNAL_PATH, (text) => text.slice(0, -1) + "\x0b");
  assertEquals(await faultsOf(lineEnd), ["journal.txt 6: its line end is not as it was written"]);
});

const ACCIDENTS: readonly (readonly [what: string, make: () => Promise<FailingDisk>, string[]])[] =
  [
    ["a missing record", () => changed(JOURNAL_PATH, without(4)), [
      "journal.txt 4: 1 records before it are missing",
    ]],
    ["a doubled record", () => changed(JOURNAL_PATH, (t) => t + t.split(/(?<=\n)/).at(-1)), [
      "journal.txt 7: record 45 stands where 46 should",
      "journal.txt 7: it makes no sense after the lines before it",
    ]],
    ["a journal without its beginning", () => changed(JOURNAL_PATH, without(1)), [
      "journal.txt 1: a journal begins with a journal record",
      "journal.txt 1: records 41 to 41 are not in it",
    ]],
    [
      "a journal of another history",
      () =>
        changed(
          JOURNAL_PATH,
          () => journalLines([register(eve)], { sequence: 40, checksum: "00000000" }).join(""),
        ),
      [
        "journal.txt 1: record 40 is not the one that users.txt ends with",
      ],
    ],
    [
      "a journal that is too old",
      () => changed(JOURNAL_PATH, () => journalLines([register(eve)]).join("")),
      [
        "journal.txt 2: it ends before record 40",
      ],
    ],
    [
      "a journal that is too new",
      () =>
        changed(
          JOURNAL_PATH,
          () => journalLines([register(eve)], { sequence: 50, checksum: "00000000" }).join(""),
        ),
      [
        "journal.txt 1: records 41 to 50 are not in it",
      ],
    ],
    ["an empty journal", () => changed(JOURNAL_PATH, () => ""), [
      "journal.txt 1: there is no record in it",
    ]],
    ["a missing user", () => changed(SNAPSHOT_PATH, without(3)), [
      "users.txt 3: of 4 lines there are 3",
      "journal.txt 4: nothing tells that bob was registered; taken for registered",
    ]],
    ["a snapshot without its end", () => changed(SNAPSHOT_PATH, without(4)), [
      "users.txt 4: the end is missing",
    ]],
  ];

for (const [what, make, expected] of ACCIDENTS) {
  Deno.test(`salvage() finds ${what}, which no server starts with`, async () => {
    assertEquals(await faultsOf(await make()), expected);
    const refused = await load(await make()).then(() => false, () => true);
    assert(refused);
  });
}

Deno.test("salvage() finds a journal that is gone beside a snapshot", async () => {
  const disk = await whole();
  await disk.remove(JOURNAL_PATH);
  assertEquals(await faultsOf(disk), ["journal.txt 1: it is missing beside users.txt"]);
});

Deno.test("after any accident a server starts exactly when salvage() finds no fault", async () => {
  const path = fc.constantFrom(JOURNAL_PATH, SNAPSHOT_PATH);
  const lines = fc.record({ kind: fc.constantFrom("drop", "double", "swap"), line: fc.nat(9) });
  const bytes = fc.record({ kind: fc.constantFrom("cut", "flip", "zero"), line: fc.nat(1000) });
  const accident = fc.tuple(path, fc.oneof(lines, bytes));
  let started = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(accident, { maxLength: 2 }), async (accidents) => {
      const disk = await whole();
      for (const [path, { kind, line }] of accidents) damage(disk, path, kind, line);
      const faults = await faultsOf(disk);
      const outcome = await load(disk).then((state) => state, (error) => String(error));
      assertEquals(typeof outcome === "string", faults.length > 0, `${outcome} ${faults}`);
      if (typeof outcome === "string") return;
      started++;
      const { state } = await salvage(disk, DIRECTORY);
      assertEquals(contentsOf(state), contentsOf(outcome));
    }),
    { numRuns: 600 },
  );
  assert(started > 50);
});

function damage(disk: FailingDisk, path: string, kind: string, place: number): void {
  const bytes = disk.read(path).slice();
  const lines = disk.text(path).split(/(?<=\n)/);
  const [at, line] = [place % (bytes.length || 1), place % lines.length];
  if (kind === "cut") return disk.put(path, bytes.slice(0, at));
  if (kind === "flip") bytes[at]! ^= 1 << (place % 8);
  if (kind === "zero") bytes.fill(0, at);
  if (kind === "drop") lines.splice(line, 1);
  if (kind === "double") lines.splice(line, 0, lines[line]!);
  if (kind === "swap") lines.splice(line, 2, ...lines.slice(line, line + 2).reverse());
  const isLines = ["drop", "double", "swap"].includes(kind);
  disk.put(path, isLines ? toBytes(lines.join("")) : bytes);
}
