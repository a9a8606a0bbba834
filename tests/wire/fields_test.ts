import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { splitFields } from "../../lib/wire/fields.ts";
import { latin1 } from "../samples/sample.ts";
import { trickyBytes } from "./cuttings.ts";

const NONE: Deno.PermissionOptions = "none";

Deno.test("splitFields() cuts at runs of spaces or tabs, also leading and trailing ones", {
  permissions: NONE,
}, () => {
  const cases: readonly (readonly [line: string, fields: readonly string[]])[] = [
    ["", []],
    [" \t ", []],
    ["REG", ["REG"]],
    ["REG alice", ["REG", "alice"]],
    [" \tREG\t \talice ", ["REG", "alice"]],
    // Only space and tab are blanks: these stay inside a field, where no grammar takes them.
    ["a\fb\vc\rd\0e\xa0f", ["a\fb\vc\rd\0e\xa0f"]],
  ];
  for (const [line, fields] of cases) assertEquals(splitFields(latin1(line), 9), fields);
});

Deno.test("splitFields() gives as many fields as are wanted and leaves the rest unread", {
  permissions: NONE,
}, () => {
  assertEquals(splitFields(latin1("ADD alice bob carol"), 3), ["ADD", "alice", "bob"]);
  assertEquals(splitFields(latin1("ADD alice"), 0), []);
});

Deno.test("splitFields() makes one character of each byte, whatever the encoding", {
  permissions: NONE,
}, () => {
  assertEquals(splitFields(latin1("al\xc3\xafce"), 1), ["al\xc3\xafce"]);
});

Deno.test("splitFields() loses nothing but blanks, for any line", { permissions: NONE }, () => {
  fc.assert(fc.property(trickyBytes(), (line) => {
    const fields = splitFields(line, Infinity);
    const text = String.fromCharCode(...line);
    assertEquals(fields.join(""), text.replace(/[ \t]/g, ""));
    assertEquals(fields, text.split(/[ \t]+/).filter((field) => field !== ""));
    for (const most of [1, 2, 3]) assertEquals(splitFields(line, most), fields.slice(0, most));
    assert(fields.every((field) => field !== ""));
  }));
});
