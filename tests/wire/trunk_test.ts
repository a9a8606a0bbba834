import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { ByteBuilder } from "../../lib/core/byte_builder.ts";
import { TRUNK_LIMITS } from "../../lib/core/limits.ts";
import {
  isTrunkTaken,
  opensTrunk,
  parseTrunkCall,
  putDrain,
  putPing,
  putPong,
  putTrunkAnswer,
  putTrunkError,
  putTrunkRequest,
  TRUNK_OPENING,
  TRUNK_TAKEN,
  TrunkReplyReader,
} from "../../lib/wire/trunk.ts";
import { latin1 } from "../samples/sample.ts";
import { CALL_SAMPLES, type CallSample, REPLY_SAMPLES } from "../samples/trunk_samples.ts";
import { cutAnywhere, everyCutting, trickyBytes } from "./cuttings.ts";

const PURE = { permissions: "none" } as const;

function textOf(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

function read(line: Uint8Array): CallSample {
  const call = parseTrunkCall(line);
  if (call?.kind !== "request") return call?.kind;
  const { number, ip, port, line: asked } = call;
  return { number, ip, port, line: textOf(asked) };
}

for (const { name, bytes, expected } of CALL_SAMPLES) {
  Deno.test(`parseTrunkCall(): ${name}`, PURE, () => assertEquals(read(bytes), expected));
}

/** Feeds pieces to a reader and writes what it gives in words, until it is broken. */
function wordsOf(pieces: Iterable<Uint8Array>): string[] {
  const reader = new TrunkReplyReader();
  const words: string[] = [];
  let begun = "";
  for (const piece of pieces) {
    for (let at = 0; at < piece.length;) {
      const free = reader.free();
      const part = piece.subarray(at, at + free.length);
      free.set(part);
      reader.filled(part.length);
      at += part.length;
      for (let reply = reader.next(); reply !== "partial"; reply = reader.next()) {
        if (reply === "broken") return [...words, "broken"];
        if (reply.kind === "answer") {
          begun += textOf(reply.bytes);
          if (!reply.isLast) continue;
          words.push(`${reply.number}: ${begun}`);
          begun = "";
        } else words.push(reply.kind === "error" ? `error: ${reply.reason}` : reply.kind);
      }
    }
  }
  return words;
}

for (const { name, bytes, expected } of REPLY_SAMPLES) {
  Deno.test(`TrunkReplyReader: ${name}`, PURE, () => {
    for (const { how, pieces } of everyCutting(bytes)) assertEquals(wordsOf(pieces), expected, how);
  });
}

const anyIp = fc.oneof(fc.ipV4(), fc.constantFrom("::1", "2001:db8::7", "fe80::1%eth0"));

const anyRequest = fc.record({
  number: fc.oneof(fc.nat(), fc.maxSafeNat()),
  ip: anyIp,
  port: fc.nat({ max: 65_535 }),
  line: trickyBytes(512).map((bytes) => bytes.filter((byte) => byte !== 10)),
});

Deno.test("putTrunkRequest() writes a line that reads back as the same request", PURE, () => {
  fc.assert(fc.property(anyRequest, (request) => {
    const builder = new ByteBuilder(1);
    putTrunkRequest(builder, request.number, request.ip, request.port, request.line);
    const written = builder.written;
    assertEquals([written.indexOf(10), written.at(-1)], [written.length - 1, 10]);
    assertEquals(parseTrunkCall(written.subarray(0, -1)), { kind: "request", ...request });
  }));
});

const anyReply = fc.oneof(
  fc.record({ number: fc.maxSafeNat(), bytes: trickyBytes(200) }).map(({ number, bytes }) => ({
    put: (into: ByteBuilder) => putTrunkAnswer(into, number, bytes),
    word: `${number}: ${textOf(bytes)}`,
  })),
  fc.constantFrom(
    { put: putPong, word: "pong" },
    { put: putDrain, word: "drain" },
    { put: (into: ByteBuilder) => putTrunkError(into, "a b"), word: "error: a b" },
    { put: (into: ByteBuilder) => putTrunkAnswer(into, 3, undefined), word: "3: " },
  ),
);

Deno.test("TrunkReplyReader gives what was written, however it is cut", PURE, () => {
  const written = fc.array(anyReply).map((replies) => {
    const builder = new ByteBuilder(1);
    for (const { put } of replies) put(builder);
    return { bytes: builder.written.slice(), words: replies.map(({ word }) => word) };
  });
  fc.assert(fc.property(
    written.chain(({ bytes, words }) =>
      fc.tuple(cutAnywhere(fc.constant(bytes)), fc.constant(words))
    ),
    ([pieces, words]) => assertEquals(wordsOf(pieces), words),
  ));
});

Deno.test("TrunkReplyReader gives a long answer in pieces, and what follows it", PURE, () => {
  const builder = new ByteBuilder(16);
  const long = new Uint8Array(3 * TRUNK_LIMITS.pieceBytes + 5).map((_, at) => 97 + at % 26);
  for (const answer of [long, long.subarray(0, TRUNK_LIMITS.pieceBytes), long.subarray(0, 3)]) {
    putTrunkAnswer(builder, 7, answer);
  }
  const { written } = builder;
  const cut = 100_000;
  for (const pieces of [[written], [written.subarray(0, cut), written.subarray(cut)]]) {
    const words = wordsOf(pieces);
    assertEquals(words.map((word) => word.length), [
      long.length + 3,
      TRUNK_LIMITS.pieceBytes + 3,
      6,
    ]);
    assertEquals(words[0], `7: ${new TextDecoder().decode(long)}`);
  }
});

Deno.test("putTrunkAnswer() has no answer beyond the limit", PURE, () => {
  const builder = new ByteBuilder(16);
  putTrunkAnswer(builder, 7, new Uint8Array(TRUNK_LIMITS.answerBytes + 1));
  assertEquals(textOf(builder.written), "7 0\n");
});

Deno.test("putPing() writes what is a ping", PURE, () => {
  const builder = new ByteBuilder(16);
  putPing(builder);
  assertEquals(read(builder.written.subarray(0, -1)), "ping");
});

Deno.test("opensTrunk() knows the opening of our version, and nothing else", PURE, () => {
  assertEquals(opensTrunk(TRUNK_OPENING.subarray(0, -1)), true);
  for (const line of ["TRUNK 1", "trunk 1", "  TRUNK\t1 more"]) {
    assertEquals(opensTrunk(latin1(line)), true, line);
  }
  for (const line of ["", "TRUNK", "TRUNK 2", "TRUNK 11", "TRUNKS 1", "REG trunk", "T", " "]) {
    assertEquals(opensTrunk(latin1(line)), false, line);
  }
});

Deno.test("isTrunkTaken() knows the answer that takes a trunk, and no refusal", PURE, () => {
  assertEquals(isTrunkTaken(TRUNK_TAKEN.subarray(0, -2)), true);
  for (const line of ["", "200 OK", "200 OK trunk/2", "200 OK trunk/10", "201 INVALID"]) {
    assertEquals(isTrunkTaken(latin1(line)), false, line);
  }
});
