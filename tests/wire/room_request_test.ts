import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { MAX_ROOM_PAYLOAD_BYTES } from "../../lib/core/limits.ts";
import {
  encodeRoomRequest,
  operationOf,
  parseRoomRequest,
  type RoomRequest,
} from "../../lib/wire/room_request.ts";
import { TcrpReader } from "../../lib/wire/tcrp.ts";
import { memberNames, roomNames } from "../support/room_names.ts";
import { type ReadRequest, ROOM_REQUEST_SAMPLES } from "../samples/room_samples.ts";
import { cutAnywhere, everyCutting } from "./cuttings.ts";

/** The first request of what a client sends before it ends its side; nothing without a header. */
function readRequest(pieces: readonly Uint8Array[]): ReadRequest | undefined {
  const reader = new TcrpReader(MAX_ROOM_PAYLOAD_BYTES);
  for (let piece of pieces) {
    while (piece.length > 0) {
      const space = reader.free();
      const fed = piece.subarray(0, space.length);
      space.set(fed);
      reader.filled(fed.length);
      piece = piece.subarray(fed.length);
      const request = readFrame(reader.take());
      if (request !== undefined) return request;
    }
  }
  return readFrame(reader.takePart());
}

function readFrame(found: ReturnType<TcrpReader["take"]>): ReadRequest | undefined {
  if (found === undefined) return undefined;
  const request = parseRoomRequest(found);
  if (request.kind !== "invalid") return request;
  return { ...request, room: String.fromCharCode(...found.room) };
}

for (const { name, bytes, expected } of ROOM_REQUEST_SAMPLES) {
  Deno.test(`parseRoomRequest(): ${name}, however it is cut`, { permissions: "none" }, () => {
    // Byte by byte and at every byte of the header; a long payload is not cut everywhere.
    const cuttings = bytes.length < 400 ? everyCutting(bytes) : [
      { how: "whole", pieces: [bytes] },
      { how: "in two", pieces: [bytes.subarray(0, 33), bytes.subarray(33)] },
    ];
    for (const { how, pieces } of cuttings) assertEquals(readRequest(pieces), expected, how);
  });
}

const passwords = fc.option(
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 32 })
    .filter((text) => new TextEncoder().encode(text).length <= 256),
  { nil: undefined },
);

const requests: fc.Arbitrary<RoomRequest> = fc.oneof(
  fc.record({
    kind: fc.constantFrom("create" as const, "join" as const),
    room: roomNames,
    member: memberNames,
    password: passwords,
  }),
  fc.constant<RoomRequest>({ kind: "list" }),
  fc.record({ kind: fc.constant("who" as const), room: roomNames, token: fc.string() }),
);

Deno.test("any request is read back as it was written", { permissions: "none" }, () => {
  fc.assert(fc.property(requests, (request) => {
    assertEquals(readRequest([encodeRoomRequest(request)]), request);
  }));
});

Deno.test("what older servers know is asked with operations 1 and 2 only", {
  permissions: "none",
}, () => {
  fc.assert(fc.property(requests, (request) => {
    const isOld = "member" in request && request.password === undefined;
    assertEquals(operationOf(request) <= 2, isOld);
  }));
});

Deno.test("parseRoomRequest() takes any payload and any room without failing", {
  permissions: "none",
}, () => {
  const frames = fc.record({
    room: fc.uint8Array({ maxLength: 255 }),
    operation: fc.nat({ max: 8 }),
    state: fc.nat({ max: 3 }),
    payload: fc.oneof(
      fc.uint8Array(),
      fc.json().map((text) => new TextEncoder().encode(text)),
      fc.constantFrom("too long" as const, "incomplete" as const),
    ),
  });
  fc.assert(
    fc.property(frames, (found) => {
      const request = parseRoomRequest(found);
      if (request.kind === "invalid") return;
      assertEquals(found.state, 0);
      const { kind } = request;
      if (kind !== "list") assertEquals(new TextEncoder().encode(request.room), found.room);
    }),
    { numRuns: 5000 },
  );
});

Deno.test("any bytes are the same request, however they are cut", { permissions: "none" }, () => {
  fc.assert(
    fc.property(cutAnywhere(fc.uint8Array({ maxLength: 200 })), (pieces) => {
      const whole = new Uint8Array(pieces.flatMap((piece) => [...piece]));
      assertEquals(readRequest(pieces), readRequest([whole]));
    }),
    { numRuns: 1000 },
  );
});
