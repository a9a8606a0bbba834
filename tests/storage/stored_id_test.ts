import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { IdTable, storedId } from "../../lib/storage/stored_id.ts";
import { HOSTILE_IDS, userIds } from "../support/ids.ts";
import { toBytes } from "../support/raw_tcp.ts";

function read(table: IdTable, word: string): string | undefined {
  const bytes = toBytes(`x ${word} y`);
  return table.read(bytes, 2, bytes.length - 2);
}

Deno.test("storedId() reads folded ids only: others were not written by us", () => {
  assertEquals(storedId("ann.b-2_c"), "ann.b-2_c" as ReturnType<typeof storedId>);
  for (const word of [...HOSTILE_IDS, "", undefined, "Ann", "ann ", "x".repeat(33)]) {
    assertEquals(storedId(word), undefined, word);
  }
});

Deno.test("IdTable reads ids out of longer lines, and refuses what is none", () => {
  const table = new IdTable();
  for (let round = 0; round < 2; round++) {
    assertEquals(read(table, "ann"), "ann");
    assertEquals(read(table, "an"), "an");
    assertEquals(read(table, "anna"), "anna");
    for (const word of ["", "Ann", "../x", "x".repeat(33), "é"]) {
      assertEquals(read(table, word), undefined, word);
    }
  }
});

Deno.test("IdTable finds any of many ids again, also those that came first", () => {
  const table = new IdTable();
  const ids = Array.from({ length: 20_000 }, (_, number) => `user-${number}`);
  for (const id of ids) assertEquals(read(table, id), id);
  for (const id of ids) assertEquals(read(table, id), id);
});

Deno.test("IdTable gives any ids back as they are", () => {
  fc.assert(fc.property(fc.array(userIds, { maxLength: 200 }), (ids) => {
    const table = new IdTable();
    assert([...ids, ...ids].every((id) => read(table, id) === id));
  }));
});
