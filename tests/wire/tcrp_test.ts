import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { MAX_ROOM_PAYLOAD_BYTES } from "../../lib/core/limits.ts";
import { encodeTcrpFrame, TcrpReader } from "../../lib/wire/tcrp.ts";
import { frame } from "../samples/room_samples.ts";
import { latin1 } from "../samples/sample.ts";
import { cutAnywhere, everyCutting, join } from "./cuttings.ts";

interface Frame {
  readonly room: Uint8Array;
  readonly operation: number;
  readonly state: number;
  readonly payload: Uint8Array | "too long" | "incomplete";
}

/** The frames that come out of pieces, copied out of the reader's buffer. */
function readFrames(reader: TcrpReader, pieces: readonly Uint8Array[]): Frame[] {
  const frames: Frame[] = [];
  for (let piece of pieces) {
    while (piece.length > 0) {
      const space = reader.free();
      assert(space.length > 0, "there is space while a frame is not whole");
      const fed = piece.subarray(0, space.length);
      space.set(fed);
      reader.filled(fed.length);
      piece = piece.subarray(fed.length);
      for (let found; (found = reader.take()) !== undefined;) {
        const { room, payload } = found;
        frames.push({
          ...{ ...found, room: room.slice() },
          payload: typeof payload === "string" ? payload : payload.slice(),
        });
        if (payload === "too long") return frames;
      }
    }
  }
  return frames;
}

const frames = fc.record({
  room: fc.uint8Array({ maxLength: 255 }),
  operation: fc.nat({ max: 255 }),
  state: fc.nat({ max: 255 }),
  payload: fc.oneof(
    fc.uint8Array({ maxLength: 100 }),
    fc.uint8Array({ minLength: 4000, maxLength: 9000, size: "max" }),
  ),
});

Deno.test("encodeTcrpFrame() writes the bytes of the protocol", { permissions: "none" }, () => {
  assertEquals(
    encodeTcrpFrame({ room: latin1("lab"), operation: 2, state: 0, payload: latin1('"alice"') }),
    latin1(frame(2, 0, "lab", '"alice"')),
  );
  const long = "x".repeat(70_000);
  assertEquals(
    encodeTcrpFrame({ room: latin1("lab"), operation: 3, state: 2, payload: latin1(long) }),
    latin1(frame(3, 2, "lab", long)),
  );
});

Deno.test("TcrpReader gives back any frames, however they are cut", { permissions: "none" }, () => {
  fc.assert(
    fc.property(
      fc.array(frames, { maxLength: 4 }),
      fc.array(fc.nat({ max: 3000 })),
      (all, sizes) => {
        const stream = join(all.map(encodeTcrpFrame));
        const pieces = [];
        let at = 0;
        for (const size of sizes) pieces.push(stream.subarray(at, at += size));
        assertEquals(readFrames(new TcrpReader(9000), [...pieces, stream.subarray(at)]), all);
      },
    ),
    { numRuns: 300 },
  );
});

Deno.test("TcrpReader: a header split at every byte is the same header", {
  permissions: "none",
}, () => {
  const bytes = latin1(frame(1, 0, "lab", '"alice"') + frame(2, 0, "attic", '"bob"'));
  const whole = readFrames(new TcrpReader(4096), [bytes]);
  assertEquals(whole.map(({ operation }) => operation), [1, 2]);
  for (const { how, pieces } of everyCutting(bytes)) {
    assertEquals(readFrames(new TcrpReader(4096), pieces), whole, how);
  }
});

Deno.test("TcrpReader never holds more than the longest frame, whatever a header says", {
  permissions: "none",
}, () => {
  const lengths = fc.bigInt({ min: BigInt(MAX_ROOM_PAYLOAD_BYTES) + 1n, max: 2n ** 232n - 1n });
  fc.assert(fc.property(lengths, fc.nat({ max: 255 }), (length, roomLength) => {
    const reader = new TcrpReader(MAX_ROOM_PAYLOAD_BYTES);
    const bytes = latin1(frame(1, 0, "x".repeat(roomLength), "", length));
    const [found, ...more] = readFrames(reader, [bytes]);
    assertEquals(found?.payload, "too long");
    assertEquals(found?.room.length, roomLength);
    assertEquals(more, []);
    assert(reader.free().buffer.byteLength < 5000);
  }));
});

Deno.test("TcrpReader takes any bytes without failing, and the same however they are cut", {
  permissions: "none",
}, () => {
  const bytes = fc.uint8Array({ maxLength: 200 });
  fc.assert(
    fc.property(cutAnywhere(bytes), (pieces) => {
      assertEquals(
        readFrames(new TcrpReader(100), pieces),
        readFrames(new TcrpReader(100), [join(pieces)]),
      );
    }),
    { numRuns: 2000 },
  );
});

Deno.test("TcrpReader: after reset() another connection's frame begins", {
  permissions: "none",
}, () => {
  const reader = new TcrpReader(4096);
  readFrames(reader, [latin1(frame(1, 0, "lab", '"alice"').slice(0, -1))]);
  reader.reset();
  assertEquals(reader.length, 0);
  assertEquals(readFrames(reader, [latin1(frame(2, 0, "lab", '"bob"'))]).length, 1);
});
