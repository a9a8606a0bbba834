import { assertEquals } from "@std/assert";
import { type PasteAnswer, pasteAnswer, pasteLines } from "../../lib/client/paste_question.ts";
import type { Key } from "../../lib/client/typed_keys.ts";

const PURE = { permissions: "none" } as const;

Deno.test("pasteLines() cuts at any line end, and keeps nothing a terminal obeys", PURE, () => {
  const table: readonly (readonly [string, readonly string[]])[] = [
    ["one", ["one"]],
    ["one\n", ["one"]],
    ["one\r\ntwo\rthree\n\n", ["one", "two", "three"]],
    ["a\n\nb", ["a", "", "b"]],
    ["a\tb", ["a\tb"]],
    ["\x1b[31mred\x07\x9b2J\x7f", ["[31mred2J"]],
    ["", [""]],
  ];
  for (const [text, lines] of table) assertEquals(pasteLines(text), lines, JSON.stringify(text));
});

Deno.test("pasteAnswer() knows y, j and n, and Ctrl-C is a no", PURE, () => {
  const letters = (text: string): Key => ({ kind: "letters", text });
  const table: readonly (readonly [Key, PasteAnswer | undefined])[] = [
    [letters("Y"), "each"],
    [letters("j"), "one"],
    [letters("n"), "none"],
    [letters("x"), undefined],
    [{ kind: "key", name: "interrupt" }, "none"],
    [{ kind: "key", name: "enter" }, undefined],
    [{ kind: "paste", text: "y" }, undefined],
  ];
  for (const [key, answer] of table) assertEquals(pasteAnswer(key), answer);
});
