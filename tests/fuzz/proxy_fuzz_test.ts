/** What balancers put in front of connections and datagrams. */

import { assert, assertEquals } from "@std/assert";
import { canonicalIp, isIpAddress } from "../../lib/core/ip_address.ts";
import { encodeDatagramPrefix, readDatagramPrefix } from "../../lib/wire/datagram_prefix.ts";
import {
  decodeProxyHeader,
  encodeProxyV1,
  encodeProxyV2,
  type Endpoint,
} from "../../lib/wire/proxy_protocol.ts";
import { latin1 } from "../samples/sample.ts";
import { fuzz } from "./fuzz.ts";

const ENDS: readonly (readonly [Endpoint, Endpoint])[] = [
  [{ ip: "192.0.2.7", port: 56_324 }, { ip: "198.51.100.1", port: 443 }],
  [{ ip: "2001:db8::7", port: 0 }, { ip: "::1", port: 65_535 }],
  [{ ip: "192.0.2.7", port: 1 }, { ip: "::1", port: 2 }],
];

const HEADERS = [
  ...ENDS.flatMap(([source, destination]) => {
    const header = { kind: "proxied", source, destination } as const;
    return [
      encodeProxyV1(header),
      encodeProxyV2(header),
      encodeProxyV2(header, { extensions: latin1("\xe0\0\x01\x01\x04\0\x02ab") }),
      encodeDatagramPrefix({ source, destination, isProven: true }),
    ];
  }),
  encodeProxyV1({ kind: "local" }),
  encodeProxyV2({ kind: "local" }),
];

function checkEndpoint({ ip, port }: Endpoint): void {
  assert(isIpAddress(ip), ip);
  assertEquals(canonicalIp(ip), ip);
  assert(Number.isInteger(port) && port >= 0 && port <= 65_535);
}

fuzz("PROXY headers", HEADERS, (bytes) => {
  const decision = decodeProxyHeader(bytes);
  if (decision.state !== "whole") return;
  const { length, header } = decision;
  assert(length <= bytes.length);
  // The header is the same whatever follows, and nothing less of it is a whole one.
  assertEquals(decodeProxyHeader(bytes.subarray(0, length)), decision);
  assertEquals(decodeProxyHeader(bytes.subarray(0, length - 1)).state, "partial");
  if (header.kind === "local") return;
  checkEndpoint(header.source);
  checkEndpoint(header.destination);
  for (const encoded of [encodeProxyV1(header), encodeProxyV2(header)]) {
    assertEquals(decodeProxyHeader(encoded), { state: "whole", length: encoded.length, header });
  }
});

fuzz("prefixes of datagrams", HEADERS, (bytes) => {
  const read = readDatagramPrefix(bytes);
  if (read === undefined || read === "broken") return;
  assert(read.payload.length < bytes.length);
  if (read.origin !== undefined) checkEndpoint(read.origin.source);
});
