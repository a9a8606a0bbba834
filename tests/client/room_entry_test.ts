import { assertEquals, assertRejects } from "@std/assert";
import { enterRoom } from "../../lib/client/room_entry.ts";
import type { RoomLink } from "../../lib/client/room_link.ts";
import { OperationalError } from "../../lib/core/errors.ts";
import { HungUpError, NoReplyError } from "../../lib/net/exchange.ts";
import type { RoomAnswer } from "../../lib/wire/room_answer.ts";
import type { EnterRequest } from "../../lib/wire/room_request.ts";
import { memberName, roomName, TOKEN } from "../samples/room_samples.ts";

/** A link to a server that answers so, whatever it is asked. */
function linkTo(answer: RoomAnswer | Error): RoomLink {
  const ask = (): Promise<RoomAnswer> =>
    answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  return { ask } as Partial<RoomLink> as RoomLink;
}

const PLAIN: EnterRequest = {
  ...{ kind: "create", room: roomName("lab"), member: memberName("ann"), password: undefined },
};
const PROTECTED: EnterRequest = { ...PLAIN, password: "s3cret" };

function enter(request: EnterRequest, answer: RoomAnswer | Error): Promise<unknown> {
  return enterRoom(linkTo(answer), request, () => Promise.resolve(undefined));
}

Deno.test("enterRoom(): only a server that hangs up may know no passwords", async () => {
  const hungUp = new HungUpError("The server hung up");
  await assertRejects(
    () => enter(PROTECTED, hungUp),
    OperationalError,
    "this server knows no passwords for rooms",
  );
  await assertRejects(() => enter(PLAIN, hungUp), HungUpError);
  const late = new NoReplyError("The server did not answer within 10 s");
  await assertRejects(() => enter(PROTECTED, late), NoReplyError, "did not answer within 10 s");
});

Deno.test("enterRoom() takes tokens of 1 to 255 bytes", async () => {
  for (const token of [TOKEN, "x", "é".repeat(127)]) {
    assertEquals(await enter(PLAIN, { success: true, token }), { request: PLAIN, token });
  }
  for (
    const [token, why] of [["", "gave no token"], [
      "é".repeat(128),
      "a token of 256 bytes",
    ]] as const
  ) {
    await assertRejects(() => enter(PLAIN, { success: true, token }), OperationalError, why);
  }
});
