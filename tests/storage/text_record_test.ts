import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { crc32 } from "node:zlib";
import {
  encodeRecord,
  type JournalEntry,
  type JournalRecord,
  parseRecord,
  type RecordFault,
  recordTime,
} from "../../lib/storage/text_record.ts";
import { id, userIds } from "../support/ids.ts";
import { toBytes } from "../support/raw_tcp.ts";

const TIME = "2026-11-20T20:11:25Z";

/** A line with a checksum that fits, whatever it says. */
function sealed(content: string): string {
  return `${content} ${crc32(content).toString(16).padStart(8, "0")}`;
}

function parse(line: string): JournalRecord | RecordFault {
  return parseRecord(toBytes(line));
}

const SAMPLES: readonly (readonly [JournalEntry, content: string])[] = [
  [{ kind: "journal" }, "7 2026-11-20T20:11:25Z journal parley/1"],
  [{ kind: "register", user: id("alice") }, "7 2026-11-20T20:11:25Z reg alice"],
  [{ kind: "add", user: id("alice"), buddy: id("bob") }, "7 2026-11-20T20:11:25Z add alice bob"],
  [{ kind: "remove", user: id("alice"), buddy: id("bob") }, "7 2026-11-20T20:11:25Z del alice bob"],
];

Deno.test("encodeRecord() writes sequence, time, words and checksum, and LF", () => {
  for (const [entry, content] of SAMPLES) {
    assertEquals(encodeRecord({ sequence: 7, entry }, TIME), sealed(content) + "\n");
  }
});

Deno.test("parseRecord() reads what encodeRecord() wrote", () => {
  for (const [entry, content] of SAMPLES) {
    assertEquals(parse(sealed(content)), { sequence: 7, entry });
  }
});

Deno.test("recordTime() is UTC in seconds", () => {
  assertEquals(recordTime(Date.UTC(2026, 10, 20, 20, 11, 25, 999)), TIME);
});

Deno.test("a record is one line of readable ASCII", () => {
  const [entry] = SAMPLES[2]!;
  assertMatch(encodeRecord({ sequence: 1, entry }, TIME), /^[\x20-\x7e]+\n$/);
});

const FAULTS: readonly (readonly [what: string, line: string, fault: RecordFault])[] = [
  ["nothing", "", "checksum"],
  ["a checksum alone", "00000000", "checksum"],
  ["a checksum of nothing", " 00000000", "checksum"],
  ["no checksum", "1 2026-11-20T20:11:25Z reg alice", "checksum"],
  ["a checksum that does not fit", "1 2026-11-20T20:11:25Z reg alice 00000000", "checksum"],
  ["a checksum in capitals", sealed("1 x journal parley/1").toUpperCase(), "checksum"],
  ["another version's journal", sealed("1 x journal parley/2"), "unknown"],
  ["a word of another version", sealed("2 x grp alice friends"), "unknown"],
  ["no word", sealed("2 x"), "unknown"],
  ["a sequence of 0", sealed("0 x reg alice"), "format"],
  ["a sequence with a leading zero", sealed("01 x reg alice"), "format"],
  ["a sequence that is no number", sealed("-1 x reg alice"), "format"],
  ["an id in capitals", sealed("2 x reg Alice"), "format"],
  ["an id outside the grammar", sealed("2 x reg ../alice"), "format"],
  ["no id", sealed("2 x reg"), "format"],
  ["a missing buddy", sealed("2 x add alice"), "format"],
  ["one word too many", sealed("2 x reg alice bob"), "format"],
  ["a word too many behind a buddy", sealed("2 x del alice bob carol"), "format"],
  ["two blanks", sealed("2 x add alice  bob"), "format"],
  ["a CR at the end", sealed("2 x reg alice") + "\r", "checksum"],
];

for (const [what, line, fault] of FAULTS) {
  Deno.test(`parseRecord() finds the fault "${fault}" in a line with ${what}`, () => {
    assertEquals(parse(line), fault);
  });
}

const entries: fc.Arbitrary<JournalEntry> = fc.oneof(
  fc.constant<JournalEntry>({ kind: "journal" }),
  fc.record({ kind: fc.constant("register" as const), user: userIds }),
  fc.record({ kind: fc.constantFrom("add" as const, "remove"), user: userIds, buddy: userIds }),
);
const sequences = fc.integer({ min: 1, max: 999_999_999_999_999 });

Deno.test("any record read back is the record written", () => {
  fc.assert(fc.property(entries, sequences, (entry, sequence) => {
    const line = encodeRecord({ sequence, entry }, TIME);
    assertEquals(parse(line.slice(0, -1)), { sequence, entry });
  }));
});

Deno.test("any bytes are either a fault or the line of a record", () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 100 }),
    fc.string({ unit: "binary-ascii", maxLength: 60 }).map((text) => toBytes(sealed(text))),
    fc.array(fc.constantFrom("1", "reg", "add", "alice", "bob", "journal", "parley/1", ""))
      .map((words) => toBytes(sealed(words.join(" ")))),
  );
  fc.assert(
    fc.property(bytes, (line) => {
      const record = parseRecord(line);
      if (typeof record === "string") return;
      const time = new TextDecoder().decode(line).split(" ")[1]!;
      assertEquals(toBytes(encodeRecord(record, time).slice(0, -1)), line);
    }),
    { numRuns: 5000 },
  );
});

Deno.test("any one changed character of a record is found", () => {
  const change = fc.tuple(entries, fc.nat(), fc.integer({ min: 1, max: 255 }));
  fc.assert(
    fc.property(change, ([entry, place, difference]) => {
      const line = toBytes(encodeRecord({ sequence: 7, entry }, TIME).slice(0, -1));
      const at = place % line.length;
      line[at] = line[at]! ^ difference;
      assert(typeof parseRecord(line) === "string");
    }),
    { numRuns: 2000 },
  );
});
