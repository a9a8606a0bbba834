import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  encodePasswordRecord,
  HASH_BYTES,
  memoryBytes,
  parsePasswordRecord,
} from "../../lib/services/password_record.ts";

const SALT = "c2FsdCBvZiBzaXh0ZWVu";
const HASH = "A".repeat(43);

const records = fc.record({
  cost: fc.record({
    log2N: fc.integer({ min: 1, max: 17 }),
    r: fc.integer({ min: 1, max: 16 }),
    p: fc.integer({ min: 1, max: 16 }),
  }),
  salt: fc.uint8Array({ minLength: 8, maxLength: 64 }),
  hash: fc.uint8Array({ minLength: HASH_BYTES, maxLength: HASH_BYTES }),
});

Deno.test("encodePasswordRecord() writes one word that reads back as the same record", {
  permissions: "none",
}, () => {
  fc.assert(fc.property(records, (record) => {
    const text = encodePasswordRecord(record);
    assert(/^[!-~]+$/.test(text));
    assertEquals(parsePasswordRecord(text), record);
  }));
});

Deno.test("parsePasswordRecord() reads a record as it stands in a file", {
  permissions: "none",
}, () => {
  const record = parsePasswordRecord(`scrypt$15$8$3$${SALT}$${HASH}`);
  assertEquals(record, {
    cost: { log2N: 15, r: 8, p: 3 },
    salt: new TextEncoder().encode("salt of sixteen"),
    hash: new Uint8Array(32),
  });
});

for (
  const [name, text] of [
    ["nothing", ""],
    ["another scheme", `argon2$15$8$3$${SALT}$${HASH}`],
    ["a password", "secret words"],
    ["a missing part", `scrypt$15$8$${SALT}$${HASH}`],
    ["a part too many", `scrypt$15$8$3$${SALT}$${HASH}$`],
    ["a leading zero", `scrypt$015$8$3$${SALT}$${HASH}`],
    ["no cost", `scrypt$0$8$3$${SALT}$${HASH}`],
    ["a cost of gigabytes", `scrypt$24$8$1$${SALT}$${HASH}`],
    ["a block size of gigabytes", `scrypt$18$99$1$${SALT}$${HASH}`],
    ["a cost of hours", `scrypt$15$8$99$${SALT}$${HASH}`],
    ["a salt too short", `scrypt$15$8$3$c2FsdA$${HASH}`],
    ["a salt with padding", `scrypt$15$8$3$${SALT}==$${HASH}`],
    ["a salt of an impossible length", `scrypt$15$8$3$${SALT}A$${HASH}`],
    ["a hash too short", `scrypt$15$8$3$${SALT}$${HASH.slice(1)}`],
    ["a hash with bits left over", `scrypt$15$8$3$${SALT}$${HASH.slice(1)}B`],
    ["plain base64", `scrypt$15$8$3$${SALT}$${HASH.slice(1)}+`],
    ["a line after it", `scrypt$15$8$3$${SALT}$${HASH}\n`],
  ] as const
) {
  Deno.test(`parsePasswordRecord() refuses ${name}`, { permissions: "none" }, () => {
    assertEquals(parsePasswordRecord(text), undefined);
  });
}

Deno.test("memoryBytes() is 32 MiB and a little for the default", { permissions: "none" }, () => {
  const bytes = memoryBytes({ log2N: 15, r: 8, p: 3 });
  assert(bytes >= 32 * 1024 * 1024 && bytes < 33 * 1024 * 1024);
});
