import { assertEquals } from "@std/assert";
import {
  isUnmarkedPaste,
  type PasteAnswer,
  pasteAnswer,
  pasteLines,
} from "../../lib/client/paste_question.ts";
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

Deno.test("isUnmarkedPaste() tells what comes at once from what is typed", PURE, () => {
  for (const text of ["a\rb\rc\r", "a\r\nb\r\n\r\nc\r\nd", "a\tb\nb\nc\n"]) {
    assertEquals(isUnmarkedPaste(text, false), true, JSON.stringify(text));
  }
  for (const text of ["a", "a\rb\rc", "\r\r\r\r", "a\rb\rc\r\x1b[A", "a rather long text"]) {
    assertEquals(isUnmarkedPaste(text, false), false, JSON.stringify(text));
  }
  assertEquals(isUnmarkedPaste("a rather long text", true), true);
  for (const text of ["y", "yes\r", "n\r\r"]) assertEquals(isUnmarkedPaste(text, true), false);
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
