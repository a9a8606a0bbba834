import { assertEquals, assertStrictEquals } from "@std/assert";
import * as fc from "fast-check";
import { copyOf, joinBytes, sameBytes, startsWithBytes } from "../../lib/core/bytes.ts";

const pieces = fc.array(fc.uint8Array({ maxLength: 8 }), { maxLength: 5 });

Deno.test("pieces are put together in their order", () => {
  fc.assert(fc.property(pieces, (pieces) => {
    const all = pieces.flatMap((piece) => [...piece]);
    assertEquals([...joinBytes(pieces)], all);
    assertEquals([...copyOf(pieces)], all);
  }));
});

Deno.test("a single piece is joined without a copy, and copied when that is asked for", () => {
  const piece = Uint8Array.of(1, 2);
  assertStrictEquals(joinBytes([piece]), piece);
  const copy = copyOf([piece]);
  piece[0] = 9;
  assertEquals([...copy], [1, 2]);
});

Deno.test("bytes are the same when each of them is", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 4, max: 2 }), pieces, (bytes, others) => {
    assertEquals(sameBytes(bytes, bytes.slice()), true);
    for (const other of others) assertEquals(sameBytes(bytes, other), `${bytes}` === `${other}`);
  }));
});

Deno.test("bytes begin with their own head, and with nothing longer or else", () => {
  fc.assert(fc.property(fc.uint8Array({ minLength: 1 }), fc.nat(), (bytes, cut) => {
    const head = bytes.slice(0, cut % (bytes.length + 1));
    assertEquals(startsWithBytes(bytes, head), true);
    assertEquals(startsWithBytes(bytes, Uint8Array.of(...bytes, 0)), false);
    if (head.length > 0) {
      head[head.length - 1]! ^= 1;
      assertEquals(startsWithBytes(bytes, head), false);
    }
  }));
});
