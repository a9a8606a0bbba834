import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { MAX_PEER_ANSWER_BYTES, MAX_PEER_LINE_BYTES } from "../../lib/core/limits.ts";
import { ACCEPT, decodePeerText, encodePeerLine, PeerReader, REJECT } from "../../lib/wire/peer.ts";
import { CALL_ANSWER_SAMPLES, PEER_SAMPLES } from "../samples/peer_samples.ts";
import { latin1 } from "../samples/sample.ts";
import { cutAnywhere, everyCutting, join, trickyBytes } from "./cuttings.ts";

/** The messages of a peer that ends its side after what it sends. */
function readMessages(pieces: readonly Uint8Array[]): string[] {
  const reader = new PeerReader();
  return [...pieces.flatMap((piece) => reader.messages(piece)), ...reader.end()];
}

/** The answer of a callee that ends its side after what it sends. */
function readAnswer(pieces: readonly Uint8Array[]): boolean | undefined {
  const reader = new PeerReader();
  for (const piece of pieces) {
    const answer = reader.answer(piece, false);
    if (answer !== undefined) return answer;
  }
  return reader.answer(new Uint8Array(0), true);
}

for (const { name, bytes, expected } of PEER_SAMPLES) {
  Deno.test(`PeerReader: ${name}, however it is cut`, { permissions: "none" }, () => {
    for (const { how, pieces } of everyCutting(bytes)) {
      assertEquals(readMessages(pieces), expected, how);
    }
    if (bytes.at(-1) === 10) {
      const more = join([bytes, latin1("more")]);
      assertEquals(readMessages([more]), [...expected, "more"], "with trailing bytes");
    }
  });
}

for (const { name, bytes, expected } of CALL_ANSWER_SAMPLES) {
  const means = expected ? "is a yes" : "is a no";
  Deno.test(`PeerReader: ${name} ${means}, however it is cut`, { permissions: "none" }, () => {
    for (const { how, pieces } of everyCutting(bytes)) {
      assertEquals(readAnswer(pieces), expected, how);
    }
  });
}

Deno.test("PeerReader: an answer is incomplete until its line or its stream ends", {
  permissions: "none",
}, () => {
  const reader = new PeerReader();
  for (const piece of ["A", "", "CCEP", "T", "\r"]) {
    assertEquals(reader.answer(latin1(piece), false), undefined);
  }
  assertEquals(reader.answer(latin1("\n"), false), true);
});

Deno.test("PeerReader: an answer without an end is a no as soon as it is too long", {
  permissions: "none",
}, () => {
  const reader = new PeerReader();
  assertEquals(reader.answer(latin1("A".repeat(MAX_PEER_ANSWER_BYTES)), false), undefined);
  assertEquals(reader.answer(latin1("A"), false), false);
  assertEquals(new PeerReader().answer(latin1("A".repeat(65_536)), false), false);
});

Deno.test("PeerReader: text that comes in the same bytes as ACCEPT is not lost", {
  permissions: "none",
}, () => {
  for (const length of [0, 1, 4096, 10_000]) {
    const text = "x".repeat(length);
    const reader = new PeerReader();
    assertEquals(reader.answer(latin1(`ACCEPT\n${text}\nhi\nhal`), false), true);
    assertEquals(reader.pending().join("+"), [...inPieces(text), "hi"].join("+"));
    assertEquals(reader.pending(), []);
    assertEquals(reader.messages(latin1("lo\n")), ["hallo"]);
  }
});

Deno.test("PeerReader: text after ACCEPT survives the caller's next read into the same place", {
  permissions: "none",
}, () => {
  const place = latin1(`ACCEPT\n${"x".repeat(5000)}\n`);
  const reader = new PeerReader();
  assertEquals(reader.answer(place, false), true);
  place.fill(0);
  assertEquals(reader.pending().join(""), "x".repeat(5000));
});

Deno.test("PeerReader: after ACCEPT come messages, however all of it is cut", {
  permissions: "none",
}, () => {
  const stream = join([ACCEPT, encodePeerLine("hello"), encodePeerLine("é"), latin1("bye")]);
  for (const { how, pieces } of everyCutting(stream)) {
    const reader = new PeerReader();
    const messages: string[] = [];
    let accepted: boolean | undefined;
    for (const piece of pieces) {
      if (accepted) messages.push(...reader.messages(piece));
      else if ((accepted = reader.answer(piece, false))) messages.push(...reader.pending());
    }
    assertEquals([accepted, ...messages, ...reader.end()], [true, "hello", "é", "bye"], how);
  }
});

Deno.test("ACCEPT and REJECT end in LF", { permissions: "none" }, () => {
  assertEquals([ACCEPT, REJECT], [latin1("ACCEPT\n"), latin1("REJECT\n")]);
});

Deno.test("encodePeerLine() sends UTF-8 and LF", { permissions: "none" }, () => {
  assertEquals(encodePeerLine("é"), latin1("\xc3\xa9\n"));
});

Deno.test("decodePeerText() reads any bytes: UTF-8, or each byte as Latin-1", {
  permissions: "none",
}, () => {
  fc.assert(
    fc.property(trickyBytes(), (bytes) => {
      const text = decodePeerText(bytes);
      const asUtf8 = new TextEncoder().encode(text);
      const isUtf8 = asUtf8.length === bytes.length &&
        asUtf8.every((byte, at) => byte === bytes[at]);
      if (!isUtf8) assertEquals(latin1(text), bytes);
    }),
    { numRuns: 1000 },
  );
});

const texts = fc.string({ unit: "binary" }).filter((text) => !/[\r\n]|[\ud800-\udfff]/u.test(text));

Deno.test("PeerReader reproduces any messages, however they are cut", {
  permissions: "none",
}, () => {
  fc.assert(
    fc.property(fc.array(texts), fc.array(fc.nat({ max: 30 })), (messages, sizes) => {
      const stream = join(messages.map(encodePeerLine));
      const pieces = [];
      let at = 0;
      for (const size of sizes) pieces.push(stream.subarray(at, at += size));
      assertEquals(readMessages([...pieces, stream.subarray(at)]), messages);
    }),
    { numRuns: 500 },
  );
});

Deno.test("PeerReader gives the same messages for the same bytes, however they are cut", {
  permissions: "none",
}, () => {
  fc.assert(
    fc.property(cutAnywhere(trickyBytes(256)), (pieces) => {
      assertEquals(readMessages(pieces), readMessages([join(pieces)]));
    }),
    { numRuns: 1000 },
  );
});

/** Texts around the longest line, where a piece may end inside a character. */
const longTexts = fc.tuple(
  fc.nat({ max: 12 }),
  fc.array(fc.constantFrom("x", "é", "花", "😀"), { minLength: 12, maxLength: 24 }),
  fc.nat({ max: 2 }),
).map(([less, letters, lines]) =>
  ("x".repeat(MAX_PEER_LINE_BYTES - less) + letters.join("")).repeat(1 + lines)
);

Deno.test("PeerReader: pieces of a long line are whole characters of at most 4096 bytes", {
  permissions: "none",
}, () => {
  fc.assert(fc.property(longTexts, fc.nat({ max: 4110 }), (text, at) => {
    const stream = encodePeerLine(text);
    const pieces = readMessages([stream.subarray(0, at), stream.subarray(at)]);
    assertEquals(pieces.join(""), text);
    assertEquals(pieces, inPieces(text));
  }));
});

/** The pieces in which a long text should come: as many whole characters as fit, each time. */
function inPieces(text: string): string[] {
  const pieces = [""];
  let bytes = 0;
  for (const character of text) {
    const length = new TextEncoder().encode(character).length;
    if (bytes + length > MAX_PEER_LINE_BYTES) {
      pieces.push("");
      bytes = 0;
    }
    pieces.push(pieces.pop() + character);
    bytes += length;
  }
  return pieces;
}

Deno.test("PeerReader never holds more than one line, however much comes without a line end", {
  permissions: "none",
}, () => {
  const reader = new PeerReader();
  let length = 0;
  for (let round = 0; round < 20; round++) {
    for (const piece of reader.messages(latin1("x".repeat(10_000)))) {
      assert(piece.length <= MAX_PEER_LINE_BYTES);
      length += piece.length;
    }
  }
  const rest = reader.end().join("");
  assert(rest.length <= MAX_PEER_LINE_BYTES);
  assertEquals(length + rest.length, 200_000);
});
