import { assertEquals } from "@std/assert";
import { lettersOf, textWidth } from "../../lib/client/text_width.ts";

const PURE = { permissions: "none" } as const;

Deno.test("textWidth() counts columns: wide letters two, accents none", PURE, () => {
  const table: readonly (readonly [string, number])[] = [
    ["", 0],
    ["alice: ", 7],
    ["日本語", 6],
    ["한국어", 6],
    ["\u1112\u1161\u11ab", 2], // one Hangul syllable of three letters
    ["ｆｕｌｌ", 8],
    ["e\u0301 ü", 3], // an accent of its own
    ["👋", 2],
    ["👋🏽", 2], // with a skin tone
    ["👨‍👩‍👧", 2], // joined of three
    ["❤️", 2], // drawn as an emoji, by U+FE0F
    ["🇫🇷🇩🇪", 4], // two flags
    ["①½→", 3], // ambiguous: narrow
    ["x\u200b", 1], // a space of no width
  ];
  for (const [text, width] of table) assertEquals(textWidth(text), width, JSON.stringify(text));
});

Deno.test("lettersOf() cuts where a person would", PURE, () => {
  assertEquals(lettersOf("e\u0301👨‍👩‍👧a🇫🇷"), ["e\u0301", "👨‍👩‍👧", "a", "🇫🇷"]);
});
