import { assertEquals } from "@std/assert";
import { storedId } from "../../lib/storage/stored_id.ts";
import { HOSTILE_IDS } from "../support/ids.ts";

Deno.test("storedId() reads folded ids only: others were not written by us", () => {
  assertEquals(storedId("ann.b-2_c"), "ann.b-2_c" as ReturnType<typeof storedId>);
  for (const word of [...HOSTILE_IDS, "", undefined, "Ann", "ann ", "x".repeat(33)]) {
    assertEquals(storedId(word), undefined, word);
  }
});
