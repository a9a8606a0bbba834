import { assert, assertEquals, assertFalse } from "@std/assert";
import fc from "fast-check";
import { isUtf8 } from "../../lib/wire/utf8.ts";
import { latin1 } from "../samples/sample.ts";
import { trickyBytes } from "./cuttings.ts";

const decoder = new TextDecoder("utf-8", { fatal: true });

function decodes(bytes: Uint8Array): boolean {
  try {
    decoder.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

Deno.test("isUtf8(): any text is, and nothing of it cut inside a character", {
  permissions: "none",
}, () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), fc.nat(), (text, at) => {
    const bytes = new TextEncoder().encode(text);
    assert(isUtf8(bytes));
    const part = bytes.subarray(0, at % (bytes.length + 1));
    assertEquals(isUtf8(part), decodes(part));
  }));
});

Deno.test("isUtf8() agrees with the decoder about any bytes", { permissions: "none" }, () => {
  const lead = fc.constantFrom(0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xed, 0xef, 0xf0, 0xf3, 0xf4, 0xf5);
  const follow = fc.constantFrom(0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0);
  const near = fc.array(fc.oneof(lead, follow), { maxLength: 8 }).map((all) =>
    Uint8Array.from(all)
  );
  fc.assert(
    fc.property(fc.oneof(trickyBytes(), near), (bytes) => {
      assertEquals(isUtf8(bytes), decodes(bytes));
    }),
    { numRuns: 20_000 },
  );
});

Deno.test("isUtf8() refuses overlong forms, surrogates and what is beyond Unicode", {
  permissions: "none",
}, () => {
  for (
    const text of [
      "\xc0\xaf",
      "\xe0\x9f\xbf",
      "\xf0\x8f\xbf\xbf",
      "\xed\xa0\x80",
      "\xf4\x90\x80\x80",
    ]
  ) {
    assertFalse(isUtf8(latin1(text)));
  }
  assert(isUtf8(latin1("\xf4\x8f\xbf\xbf")));
});
