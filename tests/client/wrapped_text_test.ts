import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { textWidth } from "../../lib/client/text_width.ts";
import { wrappedText } from "../../lib/client/wrapped_text.ts";

const PURE = { permissions: "none" } as const;

Deno.test("wrappedText() indents what goes on, and breaks between words", PURE, () => {
  assertEquals(wrappedText("bob: hi", 6, 20, 6), ["bob: hi"]);
  assertEquals(wrappedText("bob: one two three", 6, 20, 6), ["bob: one two", "      three"]);
  assertEquals(
    wrappedText(`bob: x${" ".repeat(30)}16:00 carol wants`, 6, 20, 6),
    ["bob: x", "      16:00 carol", "      wants"],
    "blanks do not bring the first column back",
  );
  assertEquals(wrappedText("日本日本日本", 0, 6, 2), ["日本日", "  本日", "  本"]);
  assertEquals(
    wrappedText("see https://example.org/a/long/path for it", 0, 16, 2),
    ["see", "  https://example.org/a/long/path", "  for it"],
    "an address stays whole",
  );
});

Deno.test("wrappedText() loses nothing, and no row begins or ends where it may not", PURE, () => {
  const word = fc.constantFrom("a", "bc", "日本", "👋", "long-ascii-word", "long—wörd—with—more");
  const text = fc.array(fc.oneof(word, fc.constantFrom(" ", "   ")), { maxLength: 20 });
  fc.assert(fc.property(
    text.map((parts) => parts.join("")),
    fc.integer({ min: 8, max: 30 }),
    fc.integer({ min: 0, max: 6 }),
    (text, columns, indent) => {
      const rows = wrappedText(text, indent, columns, indent);
      assertEquals(rows.join("").replaceAll(" ", ""), text.replaceAll(" ", ""));
      for (const [number, row] of rows.entries()) {
        const shown = row.trimEnd();
        if (number > 0) assert(shown.startsWith(" ".repeat(indent)) && shown !== "", row);
        const width = textWidth(shown) + (number === 0 ? indent : 0);
        assert(width <= columns || /^ *[!-~]+$/.test(shown), row);
      }
    },
  ));
});
