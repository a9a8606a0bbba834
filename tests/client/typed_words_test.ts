import { assertEquals } from "@std/assert";
import { firstWord, splitWords } from "../../lib/client/typed_words.ts";

Deno.test("splitWords() cuts as a shell does", { permissions: "none" }, () => {
  const table: readonly (readonly [string, readonly string[]])[] = [
    ["", []],
    ["  a  b ", ["a", "b"]],
    ['"my photos" x', ["my photos", "x"]],
    ["'it is' \"so\"", ["it is", "so"]],
    ["my\\ photos", ["my photos"]],
    ['a"b c"d', ["ab cd"]],
    ['"a \\"b\\" c"', ['a "b" c']],
    ["it\\'s", ["it's"]],
    ['"open end', ["open end"]],
    ["C:\\x\\y.txt", ["C:\\x\\y.txt"]],
    ["Müller\u00a0x 日本", ["Müller", "x", "日本"]],
    ["a\\\\b", ["a\\b"]],
  ];
  for (const [text, words] of table) assertEquals(splitWords(text), words, text);
});

Deno.test("firstWord() leaves the rest as it is", { permissions: "none" }, () => {
  assertEquals(firstWord(" bob  'a b' c "), ["bob", "'a b' c "]);
  assertEquals(firstWord("bob"), ["bob", ""]);
});
