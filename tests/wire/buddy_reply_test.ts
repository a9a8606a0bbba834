import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type BuddyReply,
  encodeOk,
  parseBuddyReply,
  REPLIES,
  REPLY_TEXTS,
  type ReplyCode,
} from "../../lib/wire/buddy_reply.ts";
import { ReceiveBuffer } from "../../lib/wire/receive_buffer.ts";
import { REPLY_SAMPLES } from "../samples/buddy_samples.ts";
import { latin1 } from "../samples/sample.ts";
import { everyCutting, join, trickyBytes } from "./cuttings.ts";

const CODES = Object.keys(REPLY_TEXTS).map(Number) as ReplyCode[];

/** The reply of a server that ends its side after what it sends. */
function readReply(pieces: readonly Uint8Array[]): BuddyReply {
  const buffer = new ReceiveBuffer(512);
  for (const piece of pieces) {
    buffer.feed(piece);
    const line = buffer.takeLine();
    if (line !== undefined) return parseBuddyReply(line);
  }
  return parseBuddyReply(buffer.takeRest());
}

for (const { name, bytes, expected } of REPLY_SAMPLES) {
  Deno.test(`parseBuddyReply(): ${name}, however it is cut`, { permissions: "none" }, () => {
    for (const { how, pieces } of everyCutting(bytes)) {
      assertEquals(readReply(pieces), expected, how);
    }
    if (bytes.includes(10)) {
      assertEquals(readReply([join([bytes, latin1("201 x\n")])]), expected, "with trailing bytes");
    }
  });
}

Deno.test("REPLIES: a reply is one line ending in CRLF, with the words of the protocol", {
  permissions: "none",
}, () => {
  const lines = CODES.map((code) => new TextDecoder().decode(REPLIES[code]));
  assertEquals(lines, [
    "200 OK\r\n",
    "201 INVALID\r\n",
    "202 NO SUCH USER\r\n",
    "203 USER EXISTS\r\n",
    "204 DENIED\r\n",
    "500 STORAGE\r\n",
  ]);
});

Deno.test("REPLIES read back as their codes, and none has words", { permissions: "none" }, () => {
  for (const code of CODES) {
    const text = `${code} ${REPLY_TEXTS[code]}`;
    assertEquals(readReply([REPLIES[code]]), { code, text, words: [] });
  }
});

Deno.test("encodeOk() writes words that read back as the same words", {
  permissions: "none",
}, () => {
  assertEquals(encodeOk(""), REPLIES[200]);
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[!-~]{1,20}$/), { maxLength: 20 }), (words) => {
      const bytes = encodeOk(words.join(" "));
      const text = `200 OK${words.map((word) => " " + word).join("")}`;
      assertEquals(bytes, latin1(text + "\r\n"));
      assertEquals(parseBuddyReply(bytes.subarray(0, -2)), { code: 200, text, words });
    }),
  );
});

Deno.test("parseBuddyReply() never throws, whatever the bytes", { permissions: "none" }, () => {
  const line = fc.tuple(fc.constantFrom("", "200", "200 OK ", "2000").map(latin1), trickyBytes());
  fc.assert(
    fc.property(line.map(join), (bytes) => {
      const { code, words } = parseBuddyReply(bytes);
      assert(code === undefined || (Number.isInteger(code) && code >= 0 && code <= 999));
      assert(code === 200 || words.length === 0);
      for (const word of words) assert(/^\S+$/.test(word));
    }),
    { numRuns: 1000 },
  );
});
