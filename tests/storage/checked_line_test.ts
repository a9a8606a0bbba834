import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  checksumOfLine,
  checksumOfSealed,
  contentOf,
  openLine,
  sealLine,
} from "../../lib/storage/checked_line.ts";
import { toBytes } from "../support/raw_tcp.ts";

const LINE = "2 2026-11-20T20:11:31Z reg alice";

function withoutLf(line: string): Uint8Array {
  return toBytes(line.slice(0, -1));
}

Deno.test("sealLine() ends a line in the CRC-32 of what stands before it, and LF", () => {
  assertEquals(sealLine("123456789"), "123456789 cbf43926\n"); // the check value of CRC-32
});

Deno.test("openLine() gives the words that were sealed", () => {
  assertEquals(openLine(withoutLf(sealLine(LINE))), LINE.split(" "));
  assertEquals(openLine(withoutLf(sealLine("one"))), ["one"]);
});

Deno.test("contentOf() is what stands in front of the checksum", () => {
  assertEquals(contentOf(withoutLf(sealLine(LINE))), toBytes(LINE));
});

Deno.test("a line that is too short, has no blank or another checksum is not opened", () => {
  for (const line of ["", "00000000", " 00000000", "x", "x 0000000", "x-8cdc1683", `${LINE} `]) {
    assertEquals(openLine(toBytes(line)), undefined, line);
  }
  const capitals = sealLine("123456789").toUpperCase();
  assertEquals(openLine(withoutLf(capitals)), undefined);
});

Deno.test("checksumOfLine() and checksumOfSealed() are the last word", () => {
  assertEquals(checksumOfLine(withoutLf(sealLine("123456789"))), "cbf43926");
  assertEquals(checksumOfSealed(sealLine("123456789")), "cbf43926");
});

Deno.test("any words come back, and any one changed byte is noticed", () => {
  const words = fc.array(fc.stringMatching(/^[!-~]{1,20}$/), { minLength: 1, maxLength: 9 });
  fc.assert(fc.property(words, fc.nat(), fc.integer({ min: 1, max: 255 }), (words, place, bits) => {
    const line = withoutLf(sealLine(words.join(" ")));
    assertEquals(openLine(line), words);
    line[place % line.length]! ^= bits;
    assertEquals(openLine(line), undefined);
  }));
});
