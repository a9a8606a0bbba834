/**
 * Creating and joining rooms over TCP, on real sockets. Rules: protocols/rooms.md, TCRP. The bytes
 * themselves are in the tables of `samples/room_samples.ts`.
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import type { RoomAnswer } from "../../lib/wire/room_answer.ts";
import { answerBytes, frame, ROOM_REQUEST_SAMPLES } from "../samples/room_samples.ts";
import { latin1 } from "../samples/sample.ts";
import { askBytes, RawTcp } from "../support/raw_tcp.ts";
import { RoomServer } from "../support/room_server.ts";

const [CREATE, JOIN] = [1, 2];

Deno.test("TCRP: create and join give tokens of 128 random bits, each another one", async () => {
  await using server = await RoomServer.start();
  const tokens = new Set<string>();
  for (const [operation, name] of [[CREATE, "ann"], [JOIN, "bob"], [JOIN, "eve"]] as const) {
    const answer = await server.ask(operation, "lab", JSON.stringify(name));
    assert(answer.success);
    assertMatch(answer.token, /^token_[0-9a-f]{32}$/);
    tokens.add(answer.token);
  }
  assertEquals(tokens.size, 3);
});

Deno.test("TCRP: a failure is both frames too, with an empty token and a reason", async () => {
  await using server = await RoomServer.start();
  const ask = (operation: number, room: string, payload: string): Promise<Uint8Array> =>
    askBytes(server.tcp, latin1(frame(operation, 0, room, payload)));
  const failed = (operation: number, room: string, error: string): Uint8Array =>
    answerBytes(operation, room, `{"success": 0, "error": "${error}"}`, '{"token": ""}');
  assertEquals(
    await ask(JOIN, "lab", '"ann"'),
    failed(JOIN, "lab", "there is no room of that name"),
  );
  await server.create("lab", "ann").then((ann) => ann[Symbol.dispose]());
  assertEquals(
    await ask(CREATE, "lab", '"bob"'),
    failed(CREATE, "lab", "a room of that name exists"),
  );
  assertEquals(
    await ask(JOIN, "lab", '"ann"'),
    failed(JOIN, "lab", "somebody in the room has that name"),
  );
  assertEquals(await ask(9, "lab", '"ann"'), failed(9, "lab", "operation 9 is unknown"));
});

Deno.test("TCRP: every row of the table gets both frames where its header could be read", async () => {
  await using server = await RoomServer.start();
  for (const { name, bytes, expected } of ROOM_REQUEST_SAMPLES) {
    using connection = await RawTcp.connect(server.tcp);
    await connection.send(bytes);
    await connection.finish();
    const answer = await connection.readBytesToEnd();
    const text = String.fromCharCode(...answer);
    if (expected === undefined) {
      assertEquals(text, "", name);
    } else if (expected.kind === "invalid") {
      const complete = frame(bytes[1]!, 2, expected.room, '{"token": ""}');
      assert(text.endsWith(complete), `${name}: ${text}`);
      assert(text.includes(`{"success": 0, "error": "${expected.error}"}`), `${name}: ${text}`);
    } else {
      assertMatch(text, /\{"success": [01]/, name);
      assertMatch(text, /\{"token": "/, name);
    }
  }
});

Deno.test("TCRP: a huge length is refused at once, without waiting for what it announces", async () => {
  await using server = await RoomServer.start();
  const bytes = await askBytes(server.tcp, latin1(frame(CREATE, 0, "lab", "", 2n ** 200n)));
  assertEquals(
    bytes,
    answerBytes(
      ...[CREATE, "lab"] as const,
      '{"success": 0, "error": "the payload has more than 4096 bytes"}',
      '{"token": ""}',
    ),
  );
});

Deno.test("TCRP: what goes on behind a length that was refused is not reset", async () => {
  await using server = await RoomServer.start();
  const refusal = answerBytes(
    ...[CREATE, "lab"] as const,
    '{"success": 0, "error": "the payload has more than 4096 bytes"}',
    '{"token": ""}',
  );
  for (let number = 0; number < 50; number++) {
    using connection = await RawTcp.connect(server.tcp);
    await connection.send(latin1(frame(CREATE, 0, "lab", "", 100_000)));
    assertEquals(await connection.readBytesToEnd(), refusal);
    // Against a closed connection the first would be answered by a reset, and the next one fail.
    for (let piece = 0; piece < 5; piece++) await connection.send(new Uint8Array(20_000));
  }
});

Deno.test("TCRP: a frame that does not come in time is refused, or closed without a header", async () => {
  // What is sent at once has to be in time, on a busy machine, too.
  await using server = await RoomServer.start({ limits: { readDeadlineSeconds: 3 } });
  const whole = frame(CREATE, 0, "lab", '"ann"');
  using late = await RawTcp.connect(server.tcp);
  await late.send(latin1(whole.slice(0, -1)));
  using silent = await RawTcp.connect(server.tcp);
  await silent.send(latin1(whole.slice(0, 31)));
  assertEquals(
    await late.readBytesToEnd(),
    answerBytes(
      ...[CREATE, "lab"] as const,
      '{"success": 0, "error": "the request came too slowly"}',
      '{"token": ""}',
    ),
  );
  assertEquals(await silent.readToEnd(), "");
  assertEquals(await server.store.rooms(), []);
});

Deno.test("TCRP: a frame may come byte by byte, and junk behind it takes no answer away", async () => {
  await using server = await RoomServer.start();
  using slow = await RawTcp.connect(server.tcp);
  for (const byte of latin1(frame(CREATE, 0, "lab", '"ann"'))) await slow.send(Uint8Array.of(byte));
  assertMatch(await slow.readToEnd(), /"token": "token_/);
  using junk = await RawTcp.connect(server.tcp);
  await junk.send(latin1(frame(JOIN, 0, "lab", '"bob"') + "junk".repeat(20_000)));
  assertMatch(await junk.readToEnd(), /"token": "token_/);
});

Deno.test("TCRP: who crashed before registering gets the token again from the same address", async () => {
  await using server = await RoomServer.start();
  (await server.create("lab", "ann"))[Symbol.dispose]();
  const first = await server.ask(JOIN, "lab", '"bob"');
  assertEquals(await server.ask(JOIN, "lab", '"bob"'), first);
  assertEquals(await server.ask(JOIN, "lab", '"ann"'), {
    success: false,
    error: "somebody in the room has that name",
  });
});

Deno.test("TCRP: no more rooms and no more members than allowed", async () => {
  await using server = await RoomServer.start({ limits: { maxRooms: 1, maxRoomMembers: 2 } });
  (await server.create("lab", "ann"))[Symbol.dispose]();
  assertEquals(await server.ask(CREATE, "attic", '"ann"'), {
    success: false,
    error: "the server has no place for more rooms",
  });
  (await server.join("lab", "bob"))[Symbol.dispose]();
  assertEquals(await server.ask(JOIN, "lab", '"eve"'), {
    success: false,
    error: "the room is full",
  });
});

const [CREATE_PROTECTED, JOIN_PROTECTED] = [4, 5];

/** The payload of somebody with a password. */
function withPassword(username: string, password: string): string {
  return JSON.stringify({ username, password });
}

Deno.test("TCRP: a room with a password takes operation 5 with it, and nothing else", async () => {
  await using server = await RoomServer.start();
  const created = await server.ask(CREATE_PROTECTED, "lab", withPassword("ann", "s3cret"));
  assert(created.success);
  assertEquals(await server.ask(JOIN, "lab", '"bob"'), {
    success: false,
    error: "a password is needed",
  });
  assertEquals(await server.ask(JOIN_PROTECTED, "lab", withPassword("bob", "S3cret")), {
    success: false,
    error: "the password is wrong",
  });
  assert((await server.ask(JOIN_PROTECTED, "lab", withPassword("bob", "s3cret"))).success);
});

Deno.test("TCRP: guesses at a password end after five, and go on a minute later", async () => {
  await using server = await RoomServer.start();
  await server.ask(CREATE_PROTECTED, "lab", withPassword("ann", "s3cret"));
  const guess = (password: string): Promise<RoomAnswer> =>
    server.ask(JOIN_PROTECTED, "lab", withPassword("bob", password));
  const answers = await Promise.all(["1", "2", "3", "4", "5", "6", "7"].map(guess));
  const errors = answers.map((answer) => answer.success ? "" : answer.error);
  const tooMany = "too many wrong passwords, try again in a minute";
  assertEquals(errors.filter((error) => error === "the password is wrong").length, 5);
  assertEquals(errors.filter((error) => error === tooMany).length, 2);
  assertEquals(await guess("s3cret"), { success: false, error: tooMany });
  server.clock.advance(60_000);
  assert((await guess("s3cret")).success);
});

Deno.test("TCRP: rooms with a password end after twenty from an address, others do not", async () => {
  await using server = await RoomServer.start();
  (await server.create("taken", "ann"))[Symbol.dispose]();
  const payload = withPassword("ann", "s3cret");
  // A name that is taken costs no hash, and counts all the same.
  for (let number = 0; number < 20; number++) {
    assertEquals(await server.ask(CREATE_PROTECTED, "taken", payload), {
      success: false,
      error: "a room of that name exists",
    });
  }
  assertEquals(await server.ask(CREATE_PROTECTED, "lab", payload), {
    success: false,
    error: "too many rooms with a password from your address, try again in a minute",
  });
  assert((await server.ask(CREATE, "open", '"ann"')).success);
  server.clock.advance(3000);
  assert((await server.ask(CREATE_PROTECTED, "lab", payload)).success);
});

Deno.test("TCRP: a room whose password waits longer than a client does is not made", async () => {
  await using server = await RoomServer.start();
  const payload = withPassword("ann", "s3cret");
  const MANY = 16;
  // Two at once; the clock passes over while the last ones wait for their turn.
  const creating = Promise.all(
    Array.from({ length: MANY }, (_, at) => server.ask(CREATE_PROTECTED, `lab ${at}`, payload)),
  );
  await server.until("the first is made", (rooms) => rooms.length > 0);
  server.clock.advance(8000);
  const answers = await creating;
  const made = answers.filter(({ success }) => success).length;
  assert(made < MANY, "who waited too long is refused");
  for (const answer of answers) {
    if (!answer.success) assertEquals(answer.error, "the server is busy, try again later");
  }
  assertEquals((await server.store.rooms()).length, made);
});

Deno.test("TCRP: list tells the rooms with member counts; who tells members, to members", async () => {
  await using server = await RoomServer.start();
  using ann = await server.create("lab", "ann");
  using _bob = await server.join("lab", "花子");
  await server.ask(CREATE_PROTECTED, "attic", withPassword("ann", "s3cret"));
  assertEquals(await server.ask(3, "*", "{}"), {
    ...{ success: true, token: "" },
    rooms: [
      { room: "lab", members: 2, password: false },
      { room: "attic", members: 1, password: true },
    ],
  });
  const who = (room: string, token: string): Promise<RoomAnswer> =>
    server.ask(6, room, JSON.stringify({ token }));
  assertEquals(await who("lab", ann.token), {
    ...{ success: true, token: "" },
    ...{ members: ["ann", "花子"], host: "ann" },
  });
  for (const [room, token] of [["attic", ann.token], ["lab", "token_x"], ["cellar", ann.token]]) {
    assertEquals(await who(room!, token!), {
      success: false,
      error: "that token is of no member of the room",
    });
  }
});
