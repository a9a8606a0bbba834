import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  encodeDatagramPrefix,
  MAX_PREFIX_BYTES,
  readDatagramPrefix,
} from "../../lib/wire/datagram_prefix.ts";
import { encodeProxyV1, encodeProxyV2, type Endpoint } from "../../lib/wire/proxy_protocol.ts";

const SOURCE: Endpoint = { ip: "192.0.2.7", port: 40_001 };
const DESTINATION: Endpoint = { ip: "198.51.100.1", port: 1235 };
const PAYLOAD = new TextEncoder().encode("GET ann\n");

function bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

function joined(prefix: Uint8Array, payload: Uint8Array): Uint8Array {
  return Uint8Array.of(...prefix, ...payload);
}

const pure = { permissions: "none" } as const;

Deno.test("encodeDatagramPrefix() writes a version 2 header of family UDP", pure, () => {
  const prefix = encodeDatagramPrefix({
    source: SOURCE,
    destination: DESTINATION,
    isProven: false,
  });
  const text = "\r\n\r\n\0\r\nQUIT\n\x21\x12\x00\x0c" +
    "\xc0\x00\x02\x07\xc6\x33\x64\x01\x9c\x41\x04\xd3";
  assertEquals(prefix, bytes(text));
});

Deno.test(
  "readDatagramPrefix() tells whose a datagram is, and whether that is proven",
  pure,
  () => {
    for (const isProven of [true, false]) {
      const prefix = encodeDatagramPrefix({ source: SOURCE, destination: DESTINATION, isProven });
      assertEquals(readDatagramPrefix(joined(prefix, PAYLOAD)), {
        origin: { source: SOURCE, isProven },
        payload: PAYLOAD,
      });
    }
  },
);

Deno.test("readDatagramPrefix() skips extensions that it does not know", pure, () => {
  const extensions = bytes("\x04\x00\x03abc\xe0\x00\x01\x01\x05\x00");
  const prefix = encodeProxyV2({ kind: "proxied", source: SOURCE, destination: DESTINATION }, {
    transport: "datagram",
    extensions,
  });
  const read = readDatagramPrefix(joined(prefix, PAYLOAD));
  assertEquals(read, { origin: { source: SOURCE, isProven: true }, payload: PAYLOAD });
});

Deno.test("readDatagramPrefix() lets a datagram without prefix be", pure, () => {
  for (const text of ["", "GET ann\n", "set ann 100 ONLINE 1", "\x04room"]) {
    assertEquals(readDatagramPrefix(bytes(text)), undefined);
  }
});

Deno.test("readDatagramPrefix() takes LOCAL for the balancer's own", pure, () => {
  const read = readDatagramPrefix(joined(encodeProxyV2({ kind: "local" }), PAYLOAD));
  assertEquals(read, { origin: undefined, payload: PAYLOAD });
});

Deno.test(
  "readDatagramPrefix() refuses headers cut short, of connections, or too long",
  pure,
  () => {
    const header = { kind: "proxied", source: SOURCE, destination: DESTINATION } as const;
    const whole = encodeProxyV2(header, { transport: "datagram" });
    for (let length = 1; length < whole.length; length++) {
      assertEquals(readDatagramPrefix(whole.subarray(0, length)), "broken");
    }
    assertEquals(readDatagramPrefix(joined(encodeProxyV2(header), PAYLOAD)), "broken");
    assertEquals(readDatagramPrefix(joined(encodeProxyV1(header), PAYLOAD)), "broken");
    const long = Uint8Array.of(...whole.subarray(0, 14), 1, 0, ...new Uint8Array(256));
    assert(long.length > MAX_PREFIX_BYTES);
    assertEquals(readDatagramPrefix(long), "broken");
  },
);

const ip = fc.oneof(fc.ipV4(), fc.ipV6().filter((ip) => !ip.includes(".")));
const endpoint = fc.record({ ip, port: fc.nat(65_535) });

Deno.test("What is prefixed is read back, whatever follows", pure, () => {
  fc.assert(fc.property(
    ...[endpoint, endpoint, fc.boolean(), fc.uint8Array({ maxLength: 600 })] as const,
    (source, destination, isProven, payload) => {
      const prefix = encodeDatagramPrefix({ source, destination, isProven });
      assert(prefix.length <= MAX_PREFIX_BYTES);
      const read = readDatagramPrefix(joined(prefix, payload));
      assert(read !== undefined && read !== "broken" && read.origin !== undefined);
      assertEquals(read.payload, payload);
      assertEquals(read.origin.isProven, isProven);
      assertEquals(read.origin.source.port, source.port);
      // The same address, however it is spelled.
      const again = encodeDatagramPrefix({ ...read.origin, destination });
      assertEquals(again, prefix);
    },
  ));
});

Deno.test("readDatagramPrefix() takes any bytes", pure, () => {
  const start = bytes("\r\n\r\n\0\r\nQUIT\n\x21\x12");
  fc.assert(
    fc.property(fc.boolean(), fc.uint8Array({ maxLength: 300 }), (isAlike, tail) => {
      const all = isAlike ? joined(start, tail) : tail;
      const read = readDatagramPrefix(all);
      if (read === undefined || read === "broken") return;
      assertEquals(read.payload, all.subarray(all.length - read.payload.length));
    }),
    { numRuns: 20_000 },
  );
});
