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
  [{ kind: "journal", after: "-" }, "7 2026-11-20T20:11:25Z journal parley/1 -"],
  [{ kind: "journal", after: "5a3f8d10" }, "7 2026-11-20T20:11:25Z journal parley/1 5a3f8d10"],
  [{ kind: "register", user: id("alice") }, "7 2026-11-20T20:11:25Z reg alice"],
  [
    { kind: "register", user: id("alice"), hash: "scrypt$15$8$3$c2FsdA$aGFzaA" },
    "7 2026-11-20T20:11:25Z reg alice scrypt$15$8$3$c2FsdA$aGFzaA",
  ],
  [{ kind: "add", user: id("alice"), buddy: id("bob") }, "7 2026-11-20T20:11:25Z add alice bob"],
  [{ kind: "remove", user: id("alice"), buddy: id("bob") }, "7 2026-11-20T20:11:25Z del alice bob"],
  [
    { kind: "set password", user: id("alice"), hash: "scrypt$15$8$3$c2FsdA$aGFzaA" },
    "7 2026-11-20T20:11:25Z password alice scrypt$15$8$3$c2FsdA$aGFzaA",
  ],
  [
    { kind: "create room", room: "the lab", host: "Änn", hash: undefined },
    "7 2026-11-20T20:11:25Z room the%20lab %c3%84nn %",
  ],
  [
    { kind: "create room", room: "lab", host: "ann", hash: "scrypt$1" },
    "7 2026-11-20T20:11:25Z room lab ann scrypt$1",
  ],
  [
    {
      ...{ kind: "create room", room: "lab", host: "ann", hash: undefined },
      hostSeat: { token: "t-1", ip: "fe80::1%eth0" },
    },
    "7 2026-11-20T20:11:25Z room lab ann % t-1 fe80::1%25eth0",
  ],
  [{ kind: "close room", room: "50%" }, "7 2026-11-20T20:11:25Z close 50%25"],
  [
    { kind: "join room", room: "lab", member: "bob\nx", token: "t-1", ip: "fe80::1%eth0" },
    "7 2026-11-20T20:11:25Z join lab bob%0ax t-1 fe80::1%25eth0",
  ],
  [
    { kind: "leave room", room: "lab", member: "" },
    "7 2026-11-20T20:11:25Z leave lab %",
  ],
];

Deno.test("encodeRecord() writes sequence, time, words and checksum, and LF", () => {
  for (const [entry, content] of SAMPLES) {
    assertEquals(encodeRecord(7, entry, TIME), sealed(content) + "\n");
  }
});

Deno.test("parseRecord() reads what encodeRecord() wrote", () => {
  for (const [entry, content] of SAMPLES) {
    const checksum = sealed(content).slice(-8);
    assertEquals(parse(sealed(content)), { sequence: 7, entry, checksum });
  }
});

Deno.test("recordTime() is UTC in seconds", () => {
  assertEquals(recordTime(Date.UTC(2026, 10, 20, 20, 11, 25, 999)), TIME);
});

Deno.test("a record is one line of readable ASCII", () => {
  const [entry] = SAMPLES[2]!;
  assertMatch(encodeRecord(1, entry, TIME), /^[\x20-\x7e]+\n$/);
});

const FAULTS: readonly (readonly [what: string, line: string, fault: RecordFault])[] = [
  ["nothing", "", "checksum"],
  ["a checksum alone", "00000000", "checksum"],
  ["a checksum of nothing", " 00000000", "checksum"],
  ["no checksum", "1 2026-11-20T20:11:25Z reg alice", "checksum"],
  ["a checksum that does not fit", "1 2026-11-20T20:11:25Z reg alice 00000000", "checksum"],
  ["a checksum in capitals", sealed("1 x journal parley/1 -").toUpperCase(), "checksum"],
  ["another version's journal", sealed("1 x journal parley/2 -"), "unknown"],
  ["nothing about what went before", sealed("1 x journal parley/1"), "format"],
  ["something else than a checksum before it", sealed("1 x journal parley/1 5A3F8D10"), "format"],
  ["a word of another version", sealed("2 x grp alice friends"), "unknown"],
  ["no word", sealed("2 x"), "unknown"],
  ["a sequence of 0", sealed("0 x reg alice"), "format"],
  ["a sequence with a leading zero", sealed("01 x reg alice"), "format"],
  ["a sequence that is no number", sealed("-1 x reg alice"), "format"],
  ["an id in capitals", sealed("2 x reg Alice"), "format"],
  ["an id outside the grammar", sealed("2 x reg ../alice"), "format"],
  ["no id", sealed("2 x reg"), "format"],
  ["a missing buddy", sealed("2 x add alice"), "format"],
  ["one word too many", sealed("2 x reg alice scrypt$1 bob"), "format"],
  ["a word too many behind a buddy", sealed("2 x del alice bob carol"), "format"],
  ["two blanks", sealed("2 x add alice  bob"), "format"],
  ["a password without a hash", sealed("2 x password alice"), "format"],
  ["a password with two", sealed("2 x password alice a b"), "format"],
  ["a room without a host", sealed("2 x room lab"), "format"],
  ["a field that needs no escape", sealed("2 x close %61"), "format"],
  ["a field with half an escape", sealed("2 x close a%2"), "format"],
  ["a field with an escape in capitals", sealed("2 x close %C3%A4"), "format"],
  ["a field that is no UTF-8", sealed("2 x close %ff"), "format"],
  ["a member without a token", sealed("2 x join lab bob"), "format"],
  ["a member who leaves nothing", sealed("2 x leave lab"), "format"],
  ["a CR at the end", sealed("2 x reg alice") + "\r", "checksum"],
];

for (const [what, line, fault] of FAULTS) {
  Deno.test(`parseRecord() finds the fault "${fault}" in a line with ${what}`, () => {
    assertEquals(parse(line), fault);
  });
}

/** Names of rooms and members: any text at all. */
const texts = fc.string({ unit: "grapheme", maxLength: 12 });
const entries: fc.Arbitrary<JournalEntry> = fc.oneof(
  fc.constantFrom<JournalEntry>(
    { kind: "journal", after: "-" },
    { kind: "journal", after: "0123abcd" },
  ),
  fc.record({ kind: fc.constant("set password" as const), user: userIds, hash: texts }),
  fc.record({
    kind: fc.constant("create room" as const),
    room: texts,
    host: texts,
    hash: fc.option(texts.filter((text) => text !== ""), { nil: undefined }),
  }),
  fc.record({
    kind: fc.constant("create room" as const),
    ...{ room: texts, host: texts, hash: fc.constant(undefined) },
    hostSeat: fc.record({ token: texts, ip: texts }),
  }),
  fc.record({ kind: fc.constant("close room" as const), room: texts }),
  fc.record({
    kind: fc.constant("join room" as const),
    room: texts,
    member: texts,
    token: texts,
    ip: texts,
  }),
  fc.record({
    kind: fc.constantFrom(
      ...["leave room", "doubt member", "vouch for member", "expire member"] as const,
    ),
    room: texts,
    member: texts,
  }),
  fc.record(
    { kind: fc.constant("register" as const), user: userIds, hash: texts },
    { requiredKeys: ["kind", "user"] },
  ),
  fc.record({ kind: fc.constantFrom("add" as const, "remove"), user: userIds, buddy: userIds }),
);
const sequences = fc.integer({ min: 1, max: 999_999_999_999_999 });

Deno.test("any record read back is the record written", () => {
  fc.assert(fc.property(entries, sequences, (entry, sequence) => {
    const line = encodeRecord(sequence, entry, TIME);
    assertEquals(parse(line.slice(0, -1)), { sequence, entry, checksum: line.slice(-9, -1) });
  }));
});

Deno.test("any bytes are either a fault or the line of a record", () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 100 }),
    fc.string({ unit: "binary-ascii", maxLength: 60 }).map((text) => toBytes(sealed(text))),
    fc.array(
      fc.constantFrom(
        "1",
        "reg",
        "add",
        "alice",
        "bob",
        "journal",
        "parley/1",
        "-",
        "room",
        "%",
        "password",
        "",
      ),
    )
      .map((words) => toBytes(sealed(words.join(" ")))),
  );
  fc.assert(
    fc.property(bytes, (line) => {
      const record = parseRecord(line);
      if (typeof record === "string") return;
      const time = new TextDecoder().decode(line).split(" ")[1]!;
      assertEquals(toBytes(encodeRecord(record.sequence, record.entry, time).slice(0, -1)), line);
    }),
    { numRuns: 5000 },
  );
});

Deno.test("any one changed character of a record is found", () => {
  const change = fc.tuple(entries, fc.nat(), fc.integer({ min: 1, max: 255 }));
  fc.assert(
    fc.property(change, ([entry, place, difference]) => {
      const line = toBytes(encodeRecord(7, entry, TIME).slice(0, -1));
      const at = place % line.length;
      line[at] = line[at]! ^ difference;
      assert(typeof parseRecord(line) === "string");
    }),
    { numRuns: 2000 },
  );
});
