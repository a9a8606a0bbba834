import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { MAX_BUDDY_LINE_BYTES } from "../../lib/core/limits.ts";
import type { PresenceStatus } from "../../lib/core/presence.ts";
import { parseUserId } from "../../lib/core/user_id.ts";
import {
  encodePresenceRequest,
  parsePresenceRequest,
  type PresenceRequest,
} from "../../lib/wire/buddy_presence.ts";
import { PRESENCE_SAMPLES } from "../samples/buddy_samples.ts";
import { latin1 } from "../samples/sample.ts";
import { join, trickyBytes } from "./cuttings.ts";
import { userIds } from "./user_ids.ts";

for (const { name, bytes, expected } of PRESENCE_SAMPLES) {
  Deno.test(`parsePresenceRequest(): ${name}`, { permissions: "none" }, () => {
    assertEquals(parsePresenceRequest(bytes), expected);
  });
}

Deno.test("parsePresenceRequest(): what follows the first line is ignored, for every sample", {
  permissions: "none",
}, () => {
  for (const { name, bytes, expected } of PRESENCE_SAMPLES) {
    const line = bytes.includes(10) ? bytes : join([bytes, latin1("\n")]);
    if (line.length > MAX_BUDDY_LINE_BYTES) continue;
    for (const more of ["\n", "SET mallory 100 ONLINE 1\n", "\0\xff"]) {
      assertEquals(parsePresenceRequest(join([line, latin1(more)])), expected, name);
    }
  }
});

Deno.test("parsePresenceRequest(): every prefix of a sample is a request by the rules or ignored", {
  permissions: "none",
}, () => {
  // UDP does not cut datagrams, but senders with small buffers do.
  for (const { bytes } of PRESENCE_SAMPLES) {
    for (let length = 0; length < bytes.length; length++) {
      assertByTheRules(parsePresenceRequest(bytes.subarray(0, length)));
    }
  }
});

Deno.test("parsePresenceRequest(): a datagram larger than any request is ignored", {
  permissions: "none",
}, () => {
  for (const length of [515, 4096, 65_507]) {
    const line = "GET alice\n";
    assertEquals(parsePresenceRequest(latin1(line.padEnd(length, "x"))), undefined);
  }
});

const statuses = fc.constantFrom<PresenceStatus>("ONLINE", "OFFLINE", "AWAY");
const requests: fc.Arbitrary<PresenceRequest> = fc.oneof(
  fc.record({ kind: fc.constant("get" as const), user: userIds }),
  fc.record({
    kind: fc.constant("set" as const),
    user: userIds,
    status: statuses,
    port: fc.integer({ min: 1, max: 65_535 }),
  }),
  fc.record({
    kind: fc.constant("set" as const),
    user: userIds,
    status: fc.constant("OFFLINE" as const),
    port: fc.constant(0),
  }),
);

Deno.test("encodePresenceRequest() writes one line that reads back as the same request", {
  permissions: "none",
}, () => {
  fc.assert(fc.property(requests, (request) => {
    const datagram = encodePresenceRequest(request);
    assertEquals(datagram.indexOf(10), datagram.length - 1);
    assertEquals(parsePresenceRequest(datagram), request);
  }));
});

Deno.test("encodePresenceRequest() separates fields by one space, as two clients need", {
  permissions: "none",
}, () => {
  const user = parseUserId("Alice")!;
  const set: PresenceRequest = { kind: "set", user, status: "AWAY", port: 20001 };
  assertEquals(encodePresenceRequest(set), latin1("SET alice 102 AWAY 20001\n"));
  assertEquals(encodePresenceRequest({ kind: "get", user }), latin1("GET alice\n"));
});

Deno.test("parsePresenceRequest() never throws and keeps the rules, whatever the bytes", {
  permissions: "none",
}, () => {
  const words = fc.constantFrom(
    "SET ",
    "get ",
    "a ",
    "100 ONLINE ",
    "101 OFFLINE ",
    "0",
    "77",
    " ",
  );
  const datagram = fc.array(fc.oneof(words.map(latin1), trickyBytes(4)), { maxLength: 8 }).map(
    join,
  );
  fc.assert(
    fc.property(datagram, (bytes) => assertByTheRules(parsePresenceRequest(bytes))),
    { numRuns: 3000 },
  );
});

function assertByTheRules(request: PresenceRequest | undefined): void {
  if (request === undefined) return;
  assertEquals(parseUserId(request.user), request.user);
  if (request.kind === "get") return;
  const { port, status } = request;
  assert(Number.isInteger(port) && port <= 65_535);
  assert(port >= 1 || (port === 0 && status === "OFFLINE"));
}
