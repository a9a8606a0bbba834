import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { decodeField, decodeFields, encodeField } from "../../lib/storage/field.ts";

const SAMPLES: readonly (readonly [text: string, word: string])[] = [
  ["", "%"],
  ["-", "%2d"],
  ["--", "--"],
  ["lab", "lab"],
  ["the lab", "the%20lab"],
  ["50%", "50%25"],
  ["%", "%25"],
  ["a\nb\tc\0", "a%0ab%09c%00"],
  ["Küche", "K%c3%bcche"],
  ["\u{1f600}", "%f0%9f%98%80"],
  ["\x7f", "%7f"],
  ["\ufeffx", "%ef%bb%bfx"],
];

for (const [text, word] of SAMPLES) {
  Deno.test(`encodeField() writes ${JSON.stringify(text)} as ${word}, and decodeField() reads it`, () => {
    assertEquals(encodeField(text), word);
    assertEquals(decodeField(word), text);
  });
}

Deno.test("decodeField() reads no word that encodeField() never writes", () => {
  const strangers = ["", "-", "a b", "%61", "%C3%BC", "%c3", "%ff", "%2", "a%", "%%", "%2D", "ü"];
  for (const word of strangers) assertEquals(decodeField(word), undefined, word);
});

Deno.test("any text comes back, as one word of visible ASCII that no other text becomes", () => {
  const texts = fc.string({ unit: "binary" });
  fc.assert(fc.property(texts, texts, (one, other) => {
    const word = encodeField(one);
    assertMatch(word, /^[!-~]+$/);
    assert(word !== "-");
    assertEquals(decodeField(word), one);
    assertEquals(word === encodeField(other), one === other);
  }));
});

Deno.test("decodeFields() reads exactly so many words, or none", () => {
  assertEquals(decodeFields(["a", "%", "b%20c"], 3), ["a", "", "b c"]);
  assertEquals(decodeFields(["a", "b"], 3), []);
  assertEquals(decodeFields(["a", "b"], 1), []);
  assertEquals(decodeFields(["a", "%zz"], 2), []);
});
