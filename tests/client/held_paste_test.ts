import { assertEquals } from "@std/assert";
import { HeldPaste } from "../../lib/client/held_paste.ts";
import { type Key, MAX_PASTE_CHARACTERS } from "../../lib/client/typed_keys.ts";

const PURE = { permissions: "none" } as const;
const letters = (text: string): Key => ({ kind: "letters", text });

Deno.test(
  "HeldPaste: one line is typed, several are asked about, a secret is its first line",
  PURE,
  () => {
    const held = new HeldPaste();
    assertEquals(held.add("one\n", false), { kind: "typed", text: "one" });
    assertEquals(held.add("one\ntwo", true), { kind: "typed", text: "one" });
    assertEquals(held.isAsked, false);
    assertEquals(held.add("one\ntwo", false), { kind: "asked" });
    assertEquals([held.isAsked, held.lines], [true, ["one", "two"]]);
  },
);

Deno.test("HeldPaste: more of it is asked about as a whole, up to a length", PURE, () => {
  const held = new HeldPaste();
  held.add("one\ntw", false);
  assertEquals(held.add("o\nthree", false), { kind: "asked" });
  assertEquals(held.lines, ["one", "two", "three"]);
  assertEquals(held.add("x".repeat(MAX_PASTE_CHARACTERS), false), { kind: "too long" });
  assertEquals([held.isAsked, held.drop()], [false, [""]]);
});

Deno.test(
  "HeldPaste: a key that is no answer changes nothing; Enter may belong to one",
  PURE,
  () => {
    const held = new HeldPaste();
    held.add("one\ntwo", false);
    assertEquals([held.answer(letters("x")), held.isAsked, held.tookAnswer()], [
      undefined,
      true,
      false,
    ]);
    assertEquals(held.answer(letters("j")), { answer: "one", lines: ["one", "two"] });
    assertEquals([held.isAsked, held.tookAnswer(), held.tookAnswer()], [false, true, false]);
  },
);
