import { assertEquals } from "@std/assert";
import { RoomWatch } from "../../lib/client/room_watch.ts";
import { UnreachableError } from "../../lib/core/errors.ts";
import { HungUpError } from "../../lib/net/exchange.ts";
import { NO_MEMBER, type RoomAnswer } from "../../lib/wire/room_answer.ts";
import { within } from "../support/within.ts";

const IN: RoomAnswer = { success: true, token: "", members: ["ann"] };
const OUT: RoomAnswer = { success: false, error: NO_MEMBER };
const BUSY: RoomAnswer = { success: false, error: "the server is busy, try again later" };
const HUNG_UP = new HungUpError("The server hung up");
const GONE = new UnreachableError("Cannot reach it");

/** What is told when the server answers so, one time after the other; then the watch ends. */
async function watch(...answers: readonly (RoomAnswer | Error)[]): Promise<string[]> {
  const told: string[] = [];
  const allAsked = Promise.withResolvers<void>();
  let asked = 0;
  const ask = async (): Promise<RoomAnswer> => {
    const answer = answers[asked++];
    await Promise.resolve();
    if (asked > answers.length) allAsked.resolve();
    if (answer === undefined) return BUSY;
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const listener = {
    silent: (reason: string) => told.push(`silent: ${reason}`),
    back: () => told.push("back"),
    lost: () => {
      told.push("lost");
      allAsked.resolve();
    },
  };
  const watching = new RoomWatch(ask, listener, 0.001);
  await within("the last question", allAsked.promise);
  watching.end();
  return told;
}

Deno.test("RoomWatch says nothing as long as the server has us", async () => {
  assertEquals(await watch(IN, IN, IN), []);
});

Deno.test("RoomWatch: who is no member any more is told once, and nothing is asked again", async () => {
  assertEquals(await watch(IN, OUT, IN, IN), ["lost"]);
  assertEquals(await watch(OUT), ["lost"]);
});

Deno.test("RoomWatch: another refusal tells nothing of us", async () => {
  assertEquals(await watch(BUSY, IN, { success: false, error: undefined }), []);
});

Deno.test("RoomWatch: a server that does not answer is told once, and when it is back", async () => {
  assertEquals(await watch(IN, GONE, GONE, HUNG_UP, IN, GONE, IN), [
    ...["silent: Cannot reach it", "back", "silent: Cannot reach it", "back"],
  ]);
  assertEquals(await watch(GONE, OUT), ["silent: Cannot reach it", "back", "lost"]);
});

Deno.test("RoomWatch: a server that hangs up from the beginning is an older one, asked once", async () => {
  let asked = 0;
  const hangsUp = (): Promise<RoomAnswer> => {
    asked++;
    return Promise.reject(HUNG_UP);
  };
  const fail = (): never => {
    throw new Error("Told of an older server");
  };
  const watching = new RoomWatch(hangsUp, { silent: fail, back: fail, lost: fail }, 0.001);
  await new Promise((resume) => setTimeout(resume, 30));
  assertEquals(asked, 1);
  watching.end();
});
