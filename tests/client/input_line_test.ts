import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { InputLine } from "../../lib/client/input_line.ts";
import { lettersOf } from "../../lib/client/text_width.ts";
import type { KeyName } from "../../lib/client/typed_keys.ts";

const PURE = { permissions: "none" } as const;

/** A line after keys (`<left>`) and letters; `|` is where the cursor is. */
function after(...typed: readonly string[]): string {
  const line = new InputLine();
  for (const text of typed) {
    const [, name] = /^<(.*)>$/.exec(text) ?? [];
    if (name === undefined) line.insert(text);
    else line.press(name as KeyName);
  }
  return line.before + "|" + line.text.slice(line.before.length);
}

Deno.test("InputLine: keys move and delete whole letters", PURE, () => {
  const table: readonly (readonly [readonly string[], string])[] = [
    [["abc", "<left>", "X"], "abX|c"],
    [["日本", "<left>", "<backspace>"], "|本"],
    [["e\u0301x", "<left>", "<backspace>"], "|x"],
    [["a👨‍👩‍👧b", "<left>", "<backspace>", "<backspace>"], "|b"],
    [["ab", "<home>", "<delete>", "<delete>", "<delete>"], "|"],
    [["ab", "<home>", "<left>", "<end>", "<right>", "c"], "abc|"],
    [["one two  ", "<delete word>"], "one |"],
    [["one two", "<word left>", "<word left>", "<word right>"], "one| two"],
    [["one two", "<home>", "<delete next word>"], "| two"],
    [["one two", "<word left>", "<delete to end>", "<home>", "<put back>"], "two|one "],
    [["one two", "<word left>", "<delete to start>", "<end>", "<put back>"], "twoone |"],
    [["e", "\u0301", "x"], "e\u0301x|"], // an accent joins the letter before it
  ];
  for (const [typed, line] of table) assertEquals(after(...typed), line, typed.join(" "));
});

Deno.test("InputLine: where nobody sees a cursor it stays at the end", PURE, () => {
  const line = new InputLine();
  line.insert("ab");
  for (const name of ["left", "home", "word left"] as const) line.press(name, false);
  line.press("backspace", false);
  assertEquals([line.before, line.text], ["a", "a"]);
});

Deno.test("InputLine: what is cleared cannot be put back", PURE, () => {
  const line = new InputLine();
  line.insert("secret");
  line.press("delete to start");
  line.clear();
  line.press("put back");
  assertEquals(line.text, "");
});

Deno.test("InputLine never cuts a letter, whatever is pressed", PURE, () => {
  const names = ["left", "right", "home", "end", "backspace", "delete", "word left"] as const;
  const step = fc.oneof(
    fc.constantFrom("a", " ", "日", "\u0301", "👋", "\u200d", "🇫", "🇷").map((text) => ({ text })),
    fc.constantFrom(...names).map((name) => ({ name })),
  );
  fc.assert(fc.property(fc.array(step), (steps) => {
    const line = new InputLine();
    for (const step of steps) {
      if ("text" in step) line.insert(step.text);
      else line.press(step.name);
      const before = lettersOf(line.before);
      assertEquals(line.text.startsWith(line.before), true);
      assertEquals(lettersOf(line.text).slice(0, before.length), before);
    }
  }));
});
