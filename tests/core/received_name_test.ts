import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { numberedName, receivedName, receivedPaths } from "../../lib/core/received_name.ts";
import { TRANSFER_LIMITS } from "../../lib/core/limits.ts";
import { visibleText } from "../../lib/core/visible_text.ts";
import { FINE_NAMES, HOSTILE_NAMES } from "../samples/hostile_names.ts";

for (const { tries, name, kept } of HOSTILE_NAMES) {
  Deno.test(`receivedName() keeps a name that tries ${tries} from it`, {
    permissions: "none",
  }, () => {
    assertEquals(receivedName(name), kept);
  });
}

Deno.test("receivedName() leaves fine names as they are", { permissions: "none" }, () => {
  for (const name of FINE_NAMES) assertEquals(receivedName(name), name);
});

Deno.test("receivedName() writes accents in one way, and gives nothing a name", {
  permissions: "none",
}, () => {
  assertEquals(receivedName("Mu\u0308ller"), "M\u00fcller");
  assertEquals(receivedName(""), "%");
});

Deno.test("receivedName() cuts a long name, keeps its ending, and tells two of them apart", {
  permissions: "none",
}, () => {
  const long = receivedName("é".repeat(150) + ".tar.gz");
  assertMatch(long, /^é+~[0-9a-f]{32}\.gz$/);
  assert(new TextEncoder().encode(long).length <= 200);
  assert(long !== receivedName("é".repeat(151) + ".tar.gz"));
  assertMatch(receivedName("x".repeat(201)), /^x{167}~[0-9a-f]{32}$/);
  assertMatch(receivedName("x." + "y".repeat(300)), /^x\.y+~[0-9a-f]{32}$/);
});

/** Names made of what is dangerous, with anything between. */
const nasty = fc.array(
  fc.oneof(
    fc.constantFrom(
      ..."./\\:*~- %\0\x1b\n\r\u202e\u200b\u2800\u3164\ufe0f\u3000",
      "con",
      "nul.",
      "..",
      "../",
    ),
    fc.string({ unit: "binary", maxLength: 4 }),
  ),
  { maxLength: 80 },
).map((parts) => parts.join(""));

Deno.test("receivedName() never gives what is a path, hidden, a device or not to be seen", {
  permissions: "none",
}, () => {
  fc.assert(
    fc.property(nasty, (name) => {
      const kept = receivedName(name);
      assert(kept.length > 0);
      assert(new TextEncoder().encode(kept).length <= 200);
      assert(!/[/\\:\0]|^[.\-~ ]|[. ]$|\p{Zs}{3}|\u2800|\u3164/u.test(kept), kept);
      assert(!/^(con|prn|aux|nul|com[\d¹²³]|lpt[\d¹²³]) *(\.|$)/i.test(kept), kept);
      assertEquals(visibleText(kept), kept);
      assertEquals(receivedName(kept), kept);
    }),
    { numRuns: 20_000 },
  );
});

Deno.test("numberedName() puts the number in front of the ending", { permissions: "none" }, () => {
  assertEquals(numberedName("film.mkv", 2), "film (2).mkv");
  assertEquals(numberedName("a.tar.gz", 3), "a.tar (3).gz");
  assertEquals(numberedName("README", 2), "README (2)");
  assertEquals(numberedName("%2ebashrc", 2), "%2ebashrc (2)");
});

Deno.test("receivedPaths() keeps files apart that a system may take for one", {
  permissions: "none",
}, () => {
  const file = (...path: string[]) => ({ kind: "file" as const, path });
  const folder = (...path: string[]) => ({ kind: "folder" as const, path });
  assertEquals(
    receivedPaths([
      folder("Photos"),
      file("Photos", "a.jpg"),
      file("Photos", "A.JPG"),
      file("photos", "a.jpg"),
      file("Photos"),
      file("Photos", "a.jpg"),
      file("..", "..", "x"),
      file("\u212b"),
      file("\u00c5"),
    ]),
    [
      ["Photos"],
      ["Photos", "a.jpg"],
      ["Photos", "A (2).JPG"],
      ["photos (2)", "a.jpg"],
      ["Photos (3)"],
      ["Photos", "a (3).jpg"],
      ["%2e%2e", "%2e%2e", "x"],
      ["\u00c5"],
      ["\u00c5 (2)"],
    ],
  );
});

Deno.test("receivedPaths() never gives two files one path", { permissions: "none" }, () => {
  const name = fc.constantFrom("a", "A", "a (2)", "a (3)", "..", "%2e%2e", "\u00e5", "a\u030a");
  const entry = fc.record({
    kind: fc.constantFrom("file" as const, "folder" as const),
    path: fc.array(name, { minLength: 1, maxLength: 3 }),
  });
  fc.assert(fc.property(fc.array(entry, { maxLength: 20 }), (entries) => {
    const paths = receivedPaths(entries).map((path) => path.join("/").toLowerCase());
    const files = paths.filter((_, at) => entries[at]!.kind === "file");
    const folders = new Set(paths.filter((_, at) => entries[at]!.kind === "folder"));
    assertEquals(new Set(files).size, files.length);
    assertEquals(files.filter((path) => folders.has(path)), []);
  }));
});

Deno.test("receivedPaths() numbers as many files of one name as an offer may have", {
  permissions: "none",
}, () => {
  const entries = Array.from(
    { length: TRANSFER_LIMITS.entries },
    () => ({ kind: "file" as const, path: ["a.txt"] }),
  );
  assertEquals(receivedPaths(entries).at(-1), [`a (${TRANSFER_LIMITS.entries}).txt`]);
});
