import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { MAX_USER_ID_LENGTH, parseUserId } from "../../lib/core/user_id.ts";

Deno.test("parseUserId() takes 1 to 32 characters of A-Z a-z 0-9 . _ -, first a letter or digit", {
  permissions: "none",
}, () => {
  for (
    const text of ["a", "0", "alice", "a.b_c-d", "a..", "a-", "1.2.3.4", "con", "nul"]
  ) {
    assertEquals(parseUserId(text), text as never);
  }
  assertEquals(parseUserId("x".repeat(MAX_USER_ID_LENGTH))?.length, 32);
});

Deno.test("parseUserId() refuses paths, blanks, control characters, non-ASCII and bad lengths", {
  permissions: "none",
}, () => {
  const bad: readonly (readonly [why: string, text: string])[] = [
    ["empty", ""],
    ["too long", "x".repeat(33)],
    ["a path", "a/b"],
    ["a path upwards", "../x"],
    ["this directory", "."],
    ["a path of Windows", "a\\b"],
    ["a hidden file", ".alice"],
    ["a dash first, like a flag", "-alice"],
    ["an underscore first", "__proto__"],
    ["a blank inside", "al ice"],
    ["a blank after", "alice "],
    ["a line end after, which `$` must not overlook", "alice\n"],
    ["NUL", "al\0ice"],
    ["ESC", "al\x1bice"],
    ["a Latin-1 letter", "al\xefce"],
    ["a letter that looks Latin", "аlice"],
    ["a letter that folds to ASCII", "\u212aate"],
    ["a digit of another script", "\u0661"],
    ["a drive", "c:"],
    ["percent", "a%2fb"],
  ];
  for (const [why, text] of bad) assertEquals(parseUserId(text), undefined, why);
});

Deno.test("parseUserId() folds to lower case", { permissions: "none" }, () => {
  assertEquals(parseUserId("AlIcE.Z_9-X"), "alice.z_9-x" as never);
});

/** The grammar again, told one character at a time. */
function isInGrammar(text: string): boolean {
  const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  const first = letters + "0123456789";
  const rest = first + "._-";
  return text.length >= 1 && text.length <= 32 && first.includes(text[0]!) &&
    [...text].every((character) => rest.includes(character));
}

Deno.test(
  "parseUserId() accepts exactly the grammar, for any text",
  { permissions: "none" },
  () => {
    const near = fc.array(
      fc.oneof(
        { weight: 9, arbitrary: fc.constantFrom(..."aZ09._-") },
        { weight: 1, arbitrary: fc.constantFrom(...' /\\\n\0é@[`{:%"', "\u212a") },
      ),
      { maxLength: 36 },
    ).map((characters) => characters.join(""));
    fc.assert(
      fc.property(fc.oneof(near, fc.string({ unit: "binary" })), (text) => {
        const id = parseUserId(text);
        assertEquals(id !== undefined, isInGrammar(text));
        if (id === undefined) return;
        assertEquals<string>(id, text.toLowerCase());
        assertEquals(parseUserId(id), id);
      }),
      { numRuns: 3000 },
    );
  },
);

Deno.test("parseUserId() judges every single character as the grammar does", {
  permissions: "none",
}, () => {
  for (let code = 0; code <= 0xffff; code++) {
    const character = String.fromCharCode(code);
    assert((parseUserId(character) !== undefined) === isInGrammar(character), `U+${code}`);
    const second = `a${character}`;
    assert((parseUserId(second) !== undefined) === isInGrammar(second), `a and U+${code}`);
  }
});
