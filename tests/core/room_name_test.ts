import { assertEquals } from "@std/assert";
import { parseMemberName, parseRoomName, unquoted } from "../../lib/core/room_name.ts";

Deno.test("parseRoomName() takes 1 to 64 characters of at most 255 bytes, as they are", {
  permissions: "none",
}, () => {
  for (
    const text of ["a", " ", "Lab 1", "花子", "x".repeat(64), "😀".repeat(63) + "花", "*", "../x"]
  ) {
    assertEquals<string | undefined>(parseRoomName(text), text);
  }
  for (const text of ["", "x".repeat(65), "😀".repeat(64), "x".repeat(1_000_000)]) {
    assertEquals(parseRoomName(text), undefined);
  }
});

Deno.test("parseMemberName() takes 1 to 32 characters of at most 127 bytes, as they are", {
  permissions: "none",
}, () => {
  for (const text of ["a", "Ann B.", "花子", "x".repeat(32), "😀".repeat(31) + "花"]) {
    assertEquals<string | undefined>(parseMemberName(text), text);
  }
  for (const text of ["", "x".repeat(33), "😀".repeat(32)]) {
    assertEquals(parseMemberName(text), undefined);
  }
});

Deno.test("parseMemberName() takes no name that looks or is shown like another one", {
  permissions: "none",
}, () => {
  for (
    const text of [
      ...['"ann"', '""', '"" ', ' "ann"', '"\\u0061nn"', " ann", "ann ", "ann\u00a0", " "],
      ...[
        "ann\u200b",
        "a\u200dnn",
        "\u202enna",
        "\ufeffann",
        "ann\u3164",
        "ann\ufe0f",
        "a\u00adnn",
      ],
    ]
  ) {
    assertEquals(parseMemberName(text), undefined, JSON.stringify(text));
  }
  for (const text of ['"ann', 'ann"', '"a"b"', "O'Hara", '{"a": 1}', "Ann B.", "ann's"]) {
    assertEquals<string | undefined>(parseMemberName(text), text);
  }
});

Deno.test("unquoted() reads a text in JSON quotes, and nothing else", {
  permissions: "none",
}, () => {
  for (const [text, expected] of [['"ann"', "ann"], ['"\\u82b1"', "花"], ['""', ""]]) {
    assertEquals(unquoted(text!), expected);
  }
  for (const text of ["ann", '"ann', '"a"b"', "5", "null", "", '["ann"]', ' "ann"']) {
    assertEquals(unquoted(text), undefined, text);
  }
});

Deno.test("names have no control characters and no halves of characters", {
  permissions: "none",
}, () => {
  for (const text of ["a\0b", "a\nb", "\x1b[2J", "\x7f", "\x85", "\t", "\ud83d", "\ude00a"]) {
    assertEquals(parseRoomName(text), undefined);
    assertEquals(parseMemberName(text), undefined);
  }
});
