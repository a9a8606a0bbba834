import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { MAX_ROOM_ANSWER_BYTES } from "../../lib/core/limits.ts";
import { encodeRoomAnswer, parseRoomAnswer, type RoomAnswer } from "../../lib/wire/room_answer.ts";
import { TcrpReader } from "../../lib/wire/tcrp.ts";
import { answerBytes, TOKEN } from "../samples/room_samples.ts";
import { latin1 } from "../samples/sample.ts";

const REQUEST = { room: latin1("lab"), operation: 2 };

/** The answer as a client reads it out of the bytes a server sends. */
function readAnswer(bytes: Uint8Array): RoomAnswer | undefined {
  const reader = new TcrpReader(MAX_ROOM_ANSWER_BYTES);
  const payloads: Uint8Array[] = [];
  while (payloads.length < 2) {
    const space = reader.free();
    const fed = bytes.subarray(0, space.length);
    space.set(fed);
    reader.filled(fed.length);
    bytes = bytes.subarray(fed.length);
    for (let found; (found = reader.take()) !== undefined;) {
      assertEquals(found.room, REQUEST.room);
      assertEquals([found.operation, found.state], [2, payloads.length + 1]);
      payloads.push((found.payload as Uint8Array).slice());
    }
  }
  return parseRoomAnswer(payloads[0]!, payloads[1]!);
}

Deno.test("encodeRoomAnswer() writes the bytes of the protocol", { permissions: "none" }, () => {
  assertEquals(
    encodeRoomAnswer(REQUEST, { success: true, token: TOKEN }),
    answerBytes(2, "lab", '{"success": 1}', `{"token": "${TOKEN}"}`),
  );
  assertEquals(
    encodeRoomAnswer(REQUEST, { success: false, error: "no such room" }),
    answerBytes(2, "lab", '{"success": 0, "error": "no such room"}', '{"token": ""}'),
  );
  assertEquals(
    encodeRoomAnswer(REQUEST, { success: false, error: undefined }),
    answerBytes(2, "lab", '{"success": 0}', '{"token": ""}'),
  );
});

Deno.test("encodeRoomAnswer(): lists of rooms and members stand beside the token", {
  permissions: "none",
}, () => {
  assertEquals(
    encodeRoomAnswer(REQUEST, {
      ...{ success: true, token: "" },
      rooms: [{ room: "lab", members: 3, password: false }],
    }),
    answerBytes(
      ...[2, "lab", '{"success": 1}'] as const,
      '{"token": "", "rooms": [{"room":"lab","members":3,"password":false}]}',
    ),
  );
  assertEquals(
    encodeRoomAnswer(REQUEST, { success: true, token: "", members: ["ann", "bob"], host: "ann" }),
    answerBytes(
      ...[2, "lab", '{"success": 1}'] as const,
      '{"token": "", "members": ["ann","bob"], "host": "ann"}',
    ),
  );
});

const answers: fc.Arbitrary<RoomAnswer> = fc.oneof(
  fc.record({
    success: fc.constant(false as const),
    error: fc.option(fc.string(), { nil: undefined }),
  }),
  fc.record({
    success: fc.constant(true as const),
    token: fc.string(),
  }),
  fc.record({
    success: fc.constant(true as const),
    token: fc.constant(""),
    rooms: fc.array(fc.record({ room: fc.string(), members: fc.nat(), password: fc.boolean() })),
    members: fc.array(fc.string({ unit: "grapheme" })),
    host: fc.string(),
  }),
);

Deno.test("any answer is read back as it was written", { permissions: "none" }, () => {
  fc.assert(fc.property(answers, (answer) => {
    assertEquals(readAnswer(encodeRoomAnswer(REQUEST, answer)), answer);
  }));
});

Deno.test("a list that is too long is cut at a whole room, and tells how many more there are", {
  permissions: "none",
}, () => {
  const rooms = Array.from({ length: 10_000 }, (_, number) => ({
    room: `${number}${"花".repeat(60)}`,
    members: number,
    password: number % 2 === 0,
  }));
  const bytes = encodeRoomAnswer(REQUEST, { success: true, token: "", rooms });
  const answer = readAnswer(bytes);
  assert(answer?.success && answer.rooms !== undefined);
  assert(answer.rooms.length > 500);
  assertEquals(answer.rooms, rooms.slice(0, answer.rooms.length));
  assertEquals(answer.rooms.length + (answer.more ?? 0), rooms.length);
});

Deno.test(
  "parseRoomAnswer() takes what servers in the field write",
  { permissions: "none" },
  () => {
    const read = (compliance: string, complete: string): RoomAnswer | undefined =>
      parseRoomAnswer(latin1(compliance), latin1(complete));
    const granted: RoomAnswer = { success: true, token: TOKEN };
    assertEquals(read('{"success": 1}', `{"token": "${TOKEN}"}`), granted);
    assertEquals(read('{"success":true}', `{"token":"${TOKEN}","x":1}`), granted);
    assertEquals(read('{"success": 0}', '{"token": ""}'), { success: false, error: undefined });
    assertEquals(read("{}", "{}"), { success: false, error: undefined });
    assertEquals(read('{"success": 1}', "{}"), { success: true, token: "" });
    for (const bad of ["", "x", "[]", "null", '"a"', "\xff"]) {
      assertEquals(read(bad, "{}"), undefined);
      assertEquals(read('{"success": 1}', bad), undefined);
    }
  },
);
