import { assert, assertEquals, assertRejects } from "@std/assert";
import { DamagedFileError } from "../../lib/storage/damage.ts";
import { Journal } from "../../lib/storage/journal.ts";
import { BEGINNING } from "../../lib/storage/journal_point.ts";
import type { StoreChange } from "../../lib/storage/store.ts";
import { FailingDisk } from "../support/failing_disk.ts";
import { id } from "../support/ids.ts";
import {
  DIRECTORY,
  JOURNAL_PATH,
  journalLines,
  openAndClose,
  sealedLine,
} from "../support/journals.ts";
import { toBytes } from "../support/raw_tcp.ts";

const [ann, bob, eve] = [id("ann"), id("bob"), id("eve")];

/** A small story. */
const STORY: readonly StoreChange[] = [
  { kind: "register", user: ann },
  { kind: "register", user: bob },
  { kind: "add", user: ann, buddy: bob },
  { kind: "remove", user: ann, buddy: bob },
  { kind: "register", user: eve },
];
const LINES = journalLines(STORY);

function diskWith(content: string | Uint8Array): FailingDisk {
  const disk = new FailingDisk();
  disk.put(JOURNAL_PATH, toBytes(content));
  return disk;
}

/** The first line number that is damaged, by the error of opening. */
async function damagedLine(content: string | Uint8Array, why: string): Promise<number> {
  const disk = diskWith(content);
  const error = await assertRejects(() => openAndClose(disk), DamagedFileError, why);
  assert(error.message.startsWith(`Cannot use "${JOURNAL_PATH}": line ${error.line} is `));
  assertEquals(disk.read(JOURNAL_PATH), toBytes(content), "a refused journal is left as it is");
  assertEquals(disk.openFiles, 0);
  return error.line;
}

Deno.test("a whole journal is read in order", async () => {
  assertEquals(await openAndClose(diskWith(LINES.join(""))), {
    changes: STORY,
    lines: LINES.length,
    tornBytes: 0,
  });
});

Deno.test("a journal torn at any byte is read up to its last whole line, and left as it is", async () => {
  const bytes = toBytes(LINES.join(""));
  let whole = 0;
  let end = 0;
  for (let length = 0; length <= bytes.length; length++) {
    if (length > 0 && bytes[length - 1] === 10) [whole, end] = [whole + 1, length];
    const disk = diskWith(bytes.slice(0, length));
    const { changes, lines, tornBytes } = await openAndClose(disk);
    assertEquals(changes, STORY.slice(0, Math.max(0, whole - 1)));
    assertEquals(lines, whole);
    // Less than a first line is no journal yet.
    assertEquals(tornBytes, whole === 0 ? 0 : length - end);
    assertEquals(disk.read(JOURNAL_PATH), bytes.slice(0, length));
  }
});

Deno.test("one flipped bit anywhere is refused with its line number, and nothing foreign is read", async () => {
  const bytes = toBytes(LINES.join(""));
  const offsets: number[] = [];
  for (const line of LINES) offsets.push((offsets.at(-1) ?? 0) + line.length);
  for (let at = 0; at < bytes.length; at++) {
    const line = offsets.findIndex((end) => at < end) + 1;
    for (let bit = 0; bit < 8; bit++) {
      const damaged = bytes.slice();
      damaged[at] = damaged[at]! ^ (1 << bit);
      assertEquals(await damagedLine(damaged, "damaged"), line, `bit ${bit} of byte ${at}`);
    }
  }
});

Deno.test("records before the damage are the ones written, records behind it are not read", async () => {
  const disk = diskWith(LINES.join("").replace("add ann bob", "add ann eve"));
  const read: StoreChange[] = [];
  const take = (change: StoreChange): boolean => read.push(change) > 0;
  await assertRejects(() => Journal.open(disk, DIRECTORY, BEGINNING, take));
  assertEquals(read, STORY.slice(0, 2));
});

Deno.test("a missing line is refused", async () => {
  const content = LINES.toSpliced(3, 1).join("");
  assertEquals(await damagedLine(content, "record 4 is missing, record 5 stands there"), 4);
});

Deno.test("a doubled line is refused", async () => {
  const content = LINES.toSpliced(3, 0, LINES[2]!).join("");
  assertEquals(await damagedLine(content, "record 4 is missing, record 3 stands there"), 4);
});

Deno.test("lines out of order are refused", async () => {
  const [first = "", second = "", third = "", ...rest] = LINES;
  const content = [first, third, second, ...rest].join("");
  assertEquals(await damagedLine(content, "record 2 is missing, record 3 stands there"), 2);
});

Deno.test("a missing beginning is refused", async () => {
  const content = LINES.slice(1).join("");
  assertEquals(await damagedLine(content, "a journal begins with a journal record"), 1);
});

Deno.test("two journals in one file are refused where the second begins", async () => {
  const content = [...LINES, ...LINES].join("");
  assertEquals(await damagedLine(content, "a second beginning"), LINES.length + 1);
});

Deno.test("another version's format is refused with its reason", async () => {
  const content = sealedLine("1 2026-11-20T20:11:25Z journal parley/2 -");
  assertEquals(await damagedLine(content, "a version of Parley that knows more"), 1);
});

Deno.test("another version's record is refused with its reason", async () => {
  const content = LINES.join("") + sealedLine("7 2026-11-20T20:11:25Z pass ann secret");
  assertEquals(await damagedLine(content, "a version of Parley that knows more"), 7);
});

Deno.test("words that make no sense under a checksum that fits are refused", async () => {
  const content = LINES.join("") + sealedLine("7 2026-11-20T20:11:25Z reg ../ann");
  assertEquals(await damagedLine(content, "its words make no sense"), 7);
});

Deno.test("an empty line is refused", async () => {
  assertEquals(await damagedLine(LINES.join("") + "\n", "its checksum does not fit"), 7);
});

Deno.test("a journal with CRLF line ends is refused: an editor was at it", async () => {
  const content = LINES.join("").replaceAll("\n", "\r\n");
  assertEquals(await damagedLine(content, "its checksum does not fit"), 1);
});

Deno.test("something that is no journal and has no line end is refused", async () => {
  assertEquals(await damagedLine("x".repeat(200_000), "its checksum does not fit"), 1);
});

Deno.test("a hole of zeros left by a loss of power is cut off", async () => {
  const disk = diskWith(LINES.join("") + "\0".repeat(300_000));
  const { changes, tornBytes } = await openAndClose(disk);
  assertEquals(changes, STORY);
  // How long it is need not be known to cut it.
  assert(tornBytes > 0);
});

Deno.test("a journal of many pieces is read whole, and its damaged line is counted right", async () => {
  const many: StoreChange[] = [];
  for (let number = 0; number < 20_000; number++) {
    many.push({ kind: "register", user: id(`user-${number}`) });
  }
  const lines = journalLines(many);
  const { changes } = await openAndClose(diskWith(lines.join("")));
  assertEquals(changes.length, 20_000);
  assertEquals(changes.at(-1), many.at(-1)!);
  lines[15_000] = lines[15_000]!.replace("user-", "uxer-");
  assertEquals(await damagedLine(lines.join(""), "its checksum does not fit"), 15_001);
});
