import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { RoomLink } from "../../lib/client/room_link.ts";
import { UnreachableError } from "../../lib/core/errors.ts";
import { writeAll } from "../../lib/net/orderly_close.ts";
import { HungUpError, NoReplyError } from "../../lib/net/exchange.ts";
import type { RoomAnswer } from "../../lib/wire/room_answer.ts";
import { frame, TOKEN } from "../samples/room_samples.ts";
import { latin1 } from "../samples/sample.ts";
import { HeldTimers } from "../support/held_timers.ts";

/** Asks a server that answers anything with these pieces, and then closes. */
async function askServer(...pieces: readonly string[]): Promise<RoomAnswer> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (async () => {
    using conn = await listener.accept();
    await conn.read(new Uint8Array(1000));
    for (const piece of pieces) await writeAll(conn, latin1(piece));
  })();
  const { port } = listener.addr;
  const link = new RoomLink({ host: "127.0.0.1", tcpPort: port, udpPort: 0 });
  try {
    return await link.ask({ kind: "list" });
  } finally {
    await serving;
    assertEquals(link.reachedIp, "127.0.0.1");
  }
}

const COMPLIANCE = frame(3, 1, "*", '{"success": 1}');
const COMPLETE = frame(3, 2, "*", `{"token": "${TOKEN}"}`);
const GRANTED: RoomAnswer = { success: true, token: TOKEN };
const REFUSED: RoomAnswer = { success: false, error: undefined };

Deno.test("RoomLink takes both frames, however they come", async () => {
  assertEquals(await askServer(COMPLIANCE, COMPLETE), GRANTED);
  assertEquals(await askServer(COMPLIANCE + COMPLETE + "more"), GRANTED);
  assertEquals(await askServer(...COMPLIANCE + COMPLETE), GRANTED);
  const anyRoom = [
    frame(9, 1, "other", '{"success":true}'),
    frame(9, 2, "", `{"token":"${TOKEN}"}`),
  ];
  assertEquals(await askServer(...anyRoom), GRANTED, "what is repeated does not matter");
});

Deno.test("RoomLink: a refusal needs no second frame", async () => {
  const refusal = frame(3, 1, "*", '{"success": 0}');
  assertEquals(await askServer(refusal, frame(3, 2, "*", '{"token": ""}')), REFUSED);
  assertEquals(await askServer(refusal), REFUSED);
});

Deno.test("RoomLink: a server that hangs up has not replied; an older one does so", async () => {
  await assertRejects(() => askServer(), HungUpError);
  await assertRejects(() => askServer(COMPLIANCE.slice(0, 20)), HungUpError);
});

Deno.test("RoomLink: what is no answer of a room server is told so", async () => {
  const garbled = [
    [COMPLETE],
    [frame(3, 1, "*", "x"), COMPLETE],
    [COMPLIANCE, frame(3, 2, "*", "[]")],
    [frame(3, 1, "*", "", 2n ** 60n)],
    ["HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\n\r\n" + "x".repeat(100)],
  ];
  for (const pieces of garbled) {
    const error = await assertRejects(() => askServer(...pieces), UnreachableError);
    assertMatch(error.message, /does not answer as a room server|hung up without a reply/);
  }
});

Deno.test("RoomLink: a server that takes too long is no older one", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  // It is the limit for connecting, too.
  using limit = new HeldTimers(3_600_500);
  const link = new RoomLink(
    { host: "127.0.0.1", tcpPort: port, udpPort: 0 },
    { timeoutMs: limit.milliseconds },
  );
  const asking = assertRejects(() => link.ask({ kind: "list" }), NoReplyError);
  await limit.pass();
  const error = await asking;
  assertMatch(error.message, /did not answer within 3600\.5 s$/);
  assert(!(error instanceof HungUpError));
});

Deno.test("RoomLink: close() breaks off what is under way", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const link = new RoomLink({ host: "127.0.0.1", tcpPort: port, udpPort: 0 });
  const asking = link.ask({ kind: "list" });
  using _conn = await listener.accept();
  link.close();
  await assertRejects(() => asking, UnreachableError);
});
