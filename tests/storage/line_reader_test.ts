import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { MAX_LINE_BYTES, readLines } from "../../lib/storage/line_reader.ts";
import { FailingDisk } from "../support/failing_disk.ts";
import { toBytes } from "../support/raw_tcp.ts";

interface Read {
  readonly lines: string[];
  readonly offset: number;
  readonly rest: string;
}

/** Reads a file's lines, of which no more than `most` are wanted. */
async function read(content: string, from = 0, most = Infinity): Promise<Read> {
  const disk = new FailingDisk();
  disk.put("file", toBytes(content));
  const file = await disk.open("file");
  const lines: string[] = [];
  const decoder = new TextDecoder();
  const { offset, rest } = await readLines(file, from, (line) => {
    if (lines.length === most) return false;
    lines.push(decoder.decode(line));
    return true;
  });
  file.close();
  return { lines, offset, rest: decoder.decode(rest) };
}

Deno.test("readLines() gives whole lines, and what stands behind them", async () => {
  assertEquals(await read(""), { lines: [], offset: 0, rest: "" });
  assertEquals(await read("a\n\nbc\n"), { lines: ["a", "", "bc"], offset: 6, rest: "" });
  assertEquals(await read("a\nbc"), { lines: ["a"], offset: 2, rest: "bc" });
  assertEquals(await read("bc"), { lines: [], offset: 0, rest: "bc" });
});

Deno.test("readLines() begins at an offset, and stops before a line that is not wanted", async () => {
  assertEquals(await read("a\nb\nc\n", 2), { lines: ["b", "c"], offset: 6, rest: "" });
  assertEquals(await read("a\nb\nc\n", 0, 1), { lines: ["a"], offset: 2, rest: "" });
  assertEquals(await read("a\nb\nc\n", 2, 0), { lines: [], offset: 2, rest: "" });
});

Deno.test("readLines() reads lines that lie across the pieces of a large file", async () => {
  const lines = fc.array(fc.integer({ min: 0, max: MAX_LINE_BYTES }), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(lines, fc.integer({ min: 0, max: 1000 }), async (lengths, rest) => {
      const expected = lengths.map((length, index) => String(index % 10).repeat(length));
      const content = expected.map((line) => line + "\n").join("");
      assertEquals(await read(content + "x".repeat(rest)), {
        lines: expected,
        offset: content.length,
        rest: "x".repeat(rest),
      });
    }),
    { numRuns: 30 },
  );
});

Deno.test("readLines() gives up on what is too long to be a line, with its beginning", async () => {
  const long = "x".repeat(MAX_LINE_BYTES + 1);
  const { lines, offset, rest } = await read(`a\n${long}${long}\nb\n`);
  assertEquals([lines, offset, rest.length], [["a"], 2, MAX_LINE_BYTES]);
});
