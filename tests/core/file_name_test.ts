import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { decodeFileName, encodeFileName } from "../../lib/core/file_name.ts";

/** What may stand in a file name on every system, and mean nothing there. */
const SAFE = /^[a-z0-9_%][a-z0-9._~%-]*$/;
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

const HOSTILE: readonly (readonly [name: string, fileName: string])[] = [
  ["", "%"],
  ["%", "%25"],
  [".", "%2e"],
  ["..", "%2e%2e"],
  ["...", "%2e.%2e"],
  [".hidden", "%2ehidden"],
  ["../x", "%2e.%2fx"],
  ["/etc/passwd", "%2fetc%2fpasswd"],
  ["a/b", "a%2fb"],
  ["a\\b", "a%5cb"],
  ["C:\\x", "%43%3a%5cx"],
  ["file.txt:stream", "file.txt%3astream"],
  ["con", "%63on"],
  ["COM1.txt", "%43%4f%4d1.txt"],
  ["com1.txt", "%63om1.txt"],
  ["nul.", "nul%2e"],
  ["nul.tar.gz", "%6eul.tar.gz"],
  ["lpt9", "%6cpt9"],
  ["com10", "com10"],
  ["console", "console"],
  ["-rf", "%2drf"],
  ["--", "%2d-"],
  ["a-", "a-"],
  ["a.", "a%2e"],
  ["a ", "a%20"],
  [" a", "%20a"],
  ["a\0b", "a%00b"],
  ["a\nb", "a%0ab"],
  ["a\x1b[2J", "a%1b%5b2%4a"],
  ["Ann", "%41nn"],
  ["ann", "ann"],
  ["ANN", "%41%4e%4e"],
  ["é", "%c3%a9"],
  ["e\u0301", "e%cc%81"],
  ["ann\u202etxt", "ann%e2%80%aetxt"],
  ["\u{1f600}", "%f0%9f%98%80"],
  ["~root", "%7eroot"],
  ["$(touch x)", "%24%28touch%20x%29"],
  ['*?<>|"', "%2a%3f%3c%3e%7c%22"],
  ["a%2fb", "a%252fb"],
  ["desktop.ini", "desktop.ini"],
];

for (const [name, fileName] of HOSTILE) {
  Deno.test(`encodeFileName() makes ${JSON.stringify(name)} harmless, and it comes back`, () => {
    assertEquals(encodeFileName(name), fileName);
    assertEquals(decodeFileName(fileName), name);
  });
}

Deno.test("a name of 300 characters is cut, told apart, and cannot be read back", () => {
  const names = ["x".repeat(300), "x".repeat(299) + "y", "x".repeat(301), "\u{1f600}".repeat(75)];
  const encoded = names.map(encodeFileName);
  assertEquals(new Set(encoded).size, names.length);
  for (const fileName of encoded) {
    assert(fileName.length <= 200);
    assertMatch(fileName, SAFE);
    assertEquals(decodeFileName(fileName), undefined);
  }
});

Deno.test("a name as long as fits is kept whole", () => {
  const name = "x".repeat(200);
  assertEquals(encodeFileName(name), name);
  assertEquals(decodeFileName(name), name);
});

Deno.test("decodeFileName() reads no name that encodeFileName() never gives", () => {
  const strangers = [
    "",
    ".",
    "..",
    "a.",
    "-a",
    "Ann",
    "a b",
    "%61",
    "a%2F",
    "%c3",
    "%ff",
    "%2",
    "con",
  ];
  for (const fileName of strangers) assertEquals(decodeFileName(fileName), undefined, fileName);
});

Deno.test("any name is safe, comes back, and is like no other, even where case is folded", () => {
  const names = fc.oneof(
    fc.string({ unit: "binary", maxLength: 40 }),
    fc.string({ unit: fc.constantFrom("a", "A", ".", "-", "%", " ", "é", "/", "~"), maxLength: 6 }),
    fc.constantFrom(...HOSTILE.map(([name]) => name)),
    fc.string({ minLength: 150, maxLength: 400 }),
  );
  fc.assert(
    fc.property(names, names, (one, other) => {
      const fileName = encodeFileName(one);
      assert(fileName === "%" || SAFE.test(fileName), fileName);
      assert(!DEVICE.test(fileName), fileName);
      assert(!/[. ]$/.test(fileName) && fileName.length <= 200, fileName);
      const decoded = decodeFileName(fileName);
      if (fileName.includes("%~")) assertEquals(decoded, undefined);
      else assertEquals(decoded, one);
      const isSame = fileName.toLowerCase() === encodeFileName(other).toLowerCase();
      assertEquals(isSame, one === other);
    }),
    { numRuns: 5000 },
  );
});

Deno.test("any file name is read as the one name it stands for, or as none", () => {
  const fileNames = fc.string({
    unit: fc.constantFrom("a", "9", "_", ".", "-", "%", "2", "e", "c3", "a9", "~", "A", "con"),
  });
  fc.assert(
    fc.property(fileNames, (fileName) => {
      const name = decodeFileName(fileName);
      if (name !== undefined) assertEquals(encodeFileName(name), fileName);
    }),
    { numRuns: 5000 },
  );
});
