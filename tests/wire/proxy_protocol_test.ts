import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  decodeProxyHeader,
  encodeProxyV1,
  encodeProxyV2,
  type Endpoint,
  MAX_V1_BYTES,
  type ProxyHeader,
} from "../../lib/wire/proxy_protocol.ts";

function bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

const SIGNATURE = "\r\n\r\n\0\r\nQUIT\n";

function proxied(source: string, sourcePort: number, to: string, toPort: number): ProxyHeader {
  return {
    kind: "proxied",
    source: { ip: source, port: sourcePort },
    destination: { ip: to, port: toPort },
  };
}

/** Headers as the specification writes them, and what they say. */
const HEADERS: readonly (readonly [text: string, header: ProxyHeader])[] = [
  [
    "PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\n",
    proxied("192.0.2.7", 56324, "198.51.100.1", 443),
  ],
  ["PROXY TCP6 2001:db8::7 ::1 0 65535\r\n", proxied("2001:db8::7", 0, "::1", 65535)],
  // An IPv4 client of a dual-stack balancer.
  ["PROXY TCP6 ::ffff:192.0.2.7 ::1 1 2\r\n", proxied("192.0.2.7", 1, "::1", 2)],
  // The same in hexadecimal: no way around a list of IPv4 addresses.
  ["PROXY TCP6 ::ffff:606:606 0::FFFF:0102:304 1 2\r\n", proxied("6.6.6.6", 1, "1.2.3.4", 2)],
  ["PROXY UNKNOWN\r\n", { kind: "local" }],
  // What follows UNKNOWN is ignored, whatever it is.
  ["PROXY UNKNOWN ffff::1 ffff::2 x y z\r\n", { kind: "local" }],
  [
    SIGNATURE + "\x21\x11\x00\x0c\xc0\x00\x02\x07\xc6\x33\x64\x01\xdc\x04\x01\xbb",
    proxied("192.0.2.7", 56324, "198.51.100.1", 443),
  ],
  // Extensions after the addresses are skipped by their length.
  [
    SIGNATURE + "\x21\x11\x00\x11\xc0\x00\x02\x07\xc6\x33\x64\x01\xdc\x04\x01\xbb\x04\x00\x02ab",
    proxied("192.0.2.7", 56324, "198.51.100.1", 443),
  ],
  [
    SIGNATURE + "\x21\x21\x00\x24" +
    " \x01\r\xb8" + "\0".repeat(11) + "\x07" + "\0".repeat(15) + "\x01" + "\x00\x01\x00\x02",
    proxied("2001:db8::7", 1, "::1", 2),
  ],
  [
    SIGNATURE + "\x21\x21\x00\x24" +
    "\0".repeat(10) + "\xff\xff\x06\x06\x06\x06" + "\0".repeat(15) + "\x01" + "\x00\x01\x00\x02",
    proxied("6.6.6.6", 1, "::1", 2),
  ],
  // LOCAL: the balancer's own health check, whatever addresses stand there.
  [SIGNATURE + "\x20\x00\x00\x00", { kind: "local" }],
  [SIGNATURE + "\x20\x11\x00\x0c123412341212", { kind: "local" }],
  // A family nobody can dial (UNIX, unspecified): the connection's own ends count.
  [SIGNATURE + "\x21\x00\x00\x00", { kind: "local" }],
  [SIGNATURE + "\x21\x31\x00\xd8" + "x".repeat(216), { kind: "local" }],
];

for (const [text, header] of HEADERS) {
  Deno.test(`decodeProxyHeader() reads ${JSON.stringify(text.slice(0, 40))}, however it comes`, {
    permissions: "none",
  }, () => {
    const whole = { state: "whole", length: text.length, header } as const;
    assertEquals(decodeProxyHeader(bytes(text)), whole);
    assertEquals(decodeProxyHeader(bytes(text + "REG ann\n")), whole);
    for (let length = 0; length < text.length; length++) {
      assertEquals(decodeProxyHeader(bytes(text.slice(0, length))), { state: "partial" });
    }
  });
}

Deno.test("decodeProxyHeader() tells at once what is no header", { permissions: "none" }, () => {
  for (
    const text of [
      "REG ann\n",
      "P\n",
      "PROXIMITY\n",
      "proxy TCP4 ",
      "PROXYTCP4",
      "\n",
      "\r\n\r\nREG",
      "\r\r",
      "\r\n\r\n\0\r\nQUIX",
      "\0",
    ]
  ) assertEquals(decodeProxyHeader(bytes(text)), { state: "absent" }, JSON.stringify(text));
});

Deno.test("decodeProxyHeader() refuses what begins like one and is none", {
  permissions: "none",
}, () => {
  const v2 = (rest: string): string => SIGNATURE + rest;
  for (
    const text of [
      "PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\n",
      "PROXY \r\n",
      "PROXY TCP5 192.0.2.7 198.51.100.1 1 2\r\n",
      "PROXY TCP4 192.0.2.7 198.51.100.1 1\r\n",
      "PROXY TCP4 192.0.2.7 198.51.100.1 1 2 3\r\n",
      "PROXY TCP4 192.0.2.7  198.51.100.1 1 2\r\n",
      "PROXY TCP4 192.0.2.300 198.51.100.1 1 2\r\n",
      "PROXY TCP4 ::1 ::2 1 2\r\n",
      "PROXY TCP6 192.0.2.7 198.51.100.1 1 2\r\n",
      "PROXY TCP6 fe80::1%eth0 ::1 1 2\r\n",
      "PROXY TCP4 192.0.2.7 198.51.100.1 65536 2\r\n",
      "PROXY TCP4 192.0.2.7 198.51.100.1 -1 2\r\n",
      "PROXY TCP4 192.0.2.7 198.51.100.1 01 2\r\n",
      "PROXY TCP4 localhost 198.51.100.1 1 2\r\n",
      "PROXY " + "x".repeat(MAX_V1_BYTES),
      v2("\x11\x11\x00\x0c123412341212"), // version 1
      v2("\x22\x11\x00\x0c123412341212"), // command 2
      v2("\x21\x11\x00\x0b12341234121"), // too short for its family
      v2("\x21\x21\x00\x0c123412341212"),
      v2("\x21\x11\xff\xff"), // longer than anything we take
    ]
  ) {
    assertEquals(decodeProxyHeader(bytes(text)).state, "broken", JSON.stringify(text));
  }
});

const port = fc.integer({ min: 0, max: 65_535 });
const v4: fc.Arbitrary<Endpoint> = fc.record({ ip: fc.ipV4(), port });
/** Spelled the one way both ends agree on. */
const v6: fc.Arbitrary<Endpoint> = fc.record({
  ip: fc.ipV6().map((ip) => new URL(`http://[${ip}]`).hostname.slice(1, -1))
    .filter((ip) => !ip.startsWith("::ffff:")),
  port,
});
const header: fc.Arbitrary<ProxyHeader> = fc.oneof(
  fc.constant<ProxyHeader>({ kind: "local" }),
  ...[[v4, v4], [v6, v6], [v4, v6], [v6, v4]].map(([source, destination]) =>
    fc.record<ProxyHeader & { kind: "proxied" }>({
      kind: fc.constant("proxied"),
      source: source!,
      destination: destination!,
    })
  ),
);

for (const [name, encode] of [["1", encodeProxyV1], ["2", encodeProxyV2]] as const) {
  Deno.test(`decodeProxyHeader() takes back every header of version ${name}, and what follows it`, {
    permissions: "none",
  }, () => {
    fc.assert(fc.property(header, fc.uint8Array({ maxLength: 50 }), (header, rest) => {
      const encoded = encode(header);
      if (name === "1") assert(encoded.length <= MAX_V1_BYTES);
      const joined = Uint8Array.of(...encoded, ...rest);
      assertEquals(decodeProxyHeader(joined), { state: "whole", length: encoded.length, header });
      for (let length = 0; length < encoded.length; length++) {
        assertEquals(decodeProxyHeader(joined.subarray(0, length)), { state: "partial" });
      }
    }));
  });
}

Deno.test("decodeProxyHeader() never changes its mind, whatever comes", {
  permissions: "none",
}, () => {
  const start = fc.constantFrom(
    "",
    "PROXY ",
    "PROXY TCP4 ",
    SIGNATURE,
    SIGNATURE + "\x21\x11\0\x0c",
  );
  fc.assert(
    fc.property(start, fc.uint8Array({ maxLength: 200 }), (start, rest) => {
      const all = Uint8Array.of(...bytes(start), ...rest);
      let decided: ReturnType<typeof decodeProxyHeader> | undefined;
      for (let length = 0; length <= all.length; length++) {
        const now = decodeProxyHeader(all.subarray(0, length));
        if (decided === undefined && now.state !== "partial") decided = now;
        if (decided?.state === "whole" || decided?.state === "absent") assertEquals(now, decided);
        if (decided?.state === "broken") assertEquals(now.state, "broken");
      }
    }),
    { numRuns: 500 },
  );
});
