import { assertEquals, assertRejects } from "@std/assert";
import { readLines } from "../../lib/client/script_streams.ts";
import { OperationalError } from "../../lib/core/errors.ts";

/** The lines of an input that comes in these pieces. */
async function linesOf(...pieces: readonly (string | Uint8Array)[]): Promise<string[]> {
  const left = pieces.map((piece) =>
    typeof piece === "string" ? new TextEncoder().encode(piece) : piece
  );
  return await Array.fromAsync(readLines((space) => {
    const piece = left.shift();
    if (piece === undefined) return Promise.resolve(null);
    const count = Math.min(space.length, piece.length);
    space.set(piece.subarray(0, count));
    if (count < piece.length) left.unshift(piece.subarray(count));
    return Promise.resolve(count);
  }));
}

Deno.test("readLines() cuts at LF and CRLF, and takes a last line without", {
  permissions: "none",
}, async () => {
  assertEquals(await linesOf("a\nb\r\n\nc"), ["a", "b", "", "c"]);
  assertEquals(await linesOf("h", "el", "lo\nyo", "u\n"), ["hello", "you"]);
  assertEquals(await linesOf(), []);
});

Deno.test("readLines() reads UTF-8 cut anywhere, and other bytes as Latin-1", {
  permissions: "none",
}, async () => {
  const bytes = new TextEncoder().encode("日本\n");
  assertEquals(await linesOf(...Array.from(bytes, (byte) => Uint8Array.of(byte))), ["日本"]);
  assertEquals(await linesOf(Uint8Array.of(0xe9, 0x74, 0xe9, 0x0a)), ["été"]);
});

Deno.test("readLines() gives the lines before one that is too long, and then its number", {
  permissions: "none",
}, async () => {
  assertEquals(await linesOf("x".repeat(65_536) + "\n"), ["x".repeat(65_536)]);
  const reading = (): Promise<string[]> => linesOf("a\n", "x".repeat(65_537));
  const error = await assertRejects(reading, OperationalError);
  assertEquals(error.message, "Line 2 of the input has more than 65536 bytes: not sent");
});
