import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { decideHello } from "../../lib/net/tls_hello.ts";

/** A record of a handshake with so many bytes in it. */
function record(length: number): Uint8Array {
  return Uint8Array.of(22, 3, 1, length >> 8, length & 255, ...new Uint8Array(length));
}

Deno.test("decideHello() waits for a whole record, or for enough of a long one", {
  permissions: "none",
}, () => {
  for (const length of [0, 1, 512, 1019, 1020, 4000, 2 ** 14]) {
    const bytes = record(length);
    const enough = Math.min(bytes.length, Math.max(5, 1024));
    for (let end = 0; end < enough; end++) {
      assertEquals(decideHello(bytes.subarray(0, end), false), undefined, `${length}: ${end}`);
      assertEquals(decideHello(bytes.subarray(0, end), true), "hung up");
    }
    for (const end of [enough, bytes.length]) {
      assertEquals(decideHello(bytes.subarray(0, end), false), "begun", `${length}: ${end}`);
    }
  }
});

Deno.test("decideHello() knows at the first byte, or the length, what is no hello", {
  permissions: "none",
}, () => {
  for (const text of ["REG ann\n", "C", "GET / HTTP/1.1", "PROXY TCP4", "\r\n\r\n"]) {
    assertEquals(decideHello(new TextEncoder().encode(text), false), "no TLS", text);
  }
  assertEquals(decideHello(Uint8Array.of(22, 2), false), "no TLS");
  assertEquals(decideHello(Uint8Array.of(22, 3, 1, 255), false), "no TLS");
  assertEquals(decideHello(Uint8Array.of(21, 3), false), "alert");
});

Deno.test("decideHello() stays with what it said, whatever comes", { permissions: "none" }, () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(40), (tail, cut) => {
    const bytes = Uint8Array.of(22, 3, ...tail);
    const early = decideHello(bytes.subarray(0, cut), false);
    if (early !== undefined) assertEquals(decideHello(bytes, false), early);
  }));
});
