/**
 * What servers share, over a real Redis: presence, names, messages, and what an outage does to them.
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { MissingBackendError, SharingError } from "../../lib/core/errors.ts";
import type { PresenceRecord } from "../../lib/storage/shared_state.ts";
import { eventually } from "../support/eventually.ts";
import { id } from "../support/ids.ts";
import { openPatiently, shared } from "../support/shared_redis.ts";

const [ann, bob, eve] = [id("ann"), id("bob"), id("eve")];
const HOME = { ip: "192.0.2.1", port: 4000 };
const CAFE = { ip: "2001:db8::7", port: 4001 };
const FILES = new Map([["files", "yes"], ["odd", "a b&c=ü%"]]);
const LONG = 60_000;

function record(address = HOME, status: PresenceRecord["status"] = "ONLINE"): PresenceRecord {
  return { status, address, info: new Map() };
}

shared("what one server hears of users, the other one knows", async (one, two) => {
  assertEquals(await two.presence.get([]), []);
  await one.presence.put(ann, record(), LONG, true);
  await two.presence.put(bob, record(CAFE, "AWAY"), LONG, true);
  for (const { presence } of [one, two]) {
    assertEquals(await presence.get([bob, eve, ann]), [record(CAFE, "AWAY"), undefined, record()]);
  }
  // Asked at once: each question has its own answer.
  const answers = await Promise.all([[ann], [bob, ann], [eve]].map((ids) => two.presence.get(ids)));
  assertEquals(answers.map((records) => records.map((found) => found?.address)), [
    [HOME],
    [CAFE, HOME],
    [undefined],
  ]);
});

shared("presence ends with its lifetime", async (one, two) => {
  await one.presence.put(ann, record(), LONG, true);
  assertEquals(await two.presence.get([ann]), [record()]);
  await one.presence.put(ann, record(), 150, true);
  await eventually("the end", async () => (await two.presence.get([ann]))[0] === undefined);
});

shared(
  "info is published from the address of the presence, and stays with it",
  async (one, two) => {
    assertEquals(await one.presence.publish(ann, FILES, HOME.ip), false, "never heard of");
    await one.presence.put(ann, record(), LONG, true);
    assertEquals(await two.presence.publish(ann, FILES, CAFE.ip), false, "from elsewhere");
    assertEquals(await two.presence.publish(ann, FILES, HOME.ip), true);
    assertEquals(await one.presence.get([ann]), [{ ...record(), info: FILES }]);
    await one.presence.put(ann, record({ ...HOME, port: 5 }, "AWAY"), LONG, true);
    assertEquals((await two.presence.get([ann]))[0]?.info, FILES);
    await two.presence.put(ann, record(CAFE), LONG, true);
    await two.presence.put(ann, record(HOME), LONG, true);
    assertEquals((await one.presence.get([ann]))[0]?.info, new Map(), "somebody else was there");
  },
);

shared("what is told after an outage gives way to what was heard since", async (one, two) => {
  await one.presence.put(ann, record(), LONG, true);
  await two.presence.put(ann, record(CAFE), LONG - 10_000, false);
  assertEquals((await one.presence.get([ann]))[0]?.address, HOME);
  await two.presence.put(ann, { ...record(CAFE), info: FILES }, 2 * LONG, false);
  assertEquals(await one.presence.get([ann]), [{ ...record(CAFE), info: FILES }]);
});

shared("what is in Redis and not of Parley is nobody's presence", async (one, _, redis) => {
  await one.presence.put(ann, record(), LONG, true);
  const other = await openPatiently(redis.address);
  await other.presence.put(bob, record({ ip: "not an address", port: 1 }), LONG, true);
  other.close();
  assertEquals(await one.presence.get([ann, bob]), [record(), undefined]);
});

shared("a name is one server's, until it lets go of it", async (one, two) => {
  const claims = await Promise.all([one, two].map(({ names }) => names.claim(ann)));
  assertEquals(claims.filter((isOurs) => isOurs).length, 1);
  const [owner, other] = claims[0] ? [one, two] : [two, one];
  assertEquals(await other.names.serverOf(ann), owner.server);
  assertEquals(await owner.names.keep([ann, bob]), []);
  assertEquals(await other.names.keep([ann, bob, eve]), [ann, bob]);
  assertEquals([...await one.names.all()].sort(), [ann, bob, eve]);
  await other.names.release(ann);
  assertEquals(await one.names.count(), 3, "it was not the other one's to release");
  await owner.names.release(ann);
  assertEquals([await one.names.count(), await one.names.serverOf(ann)], [2, undefined]);
  assertEquals(await other.names.claim(ann), true);
});

shared("where a member talks from is kept, and taken by one", async (one, two, redis) => {
  const seat = { address: HOME, via: CAFE };
  await one.seats.put("token_a", seat);
  await one.seats.put("token_b", { address: CAFE, via: CAFE });
  await redis.command("SET", "parley:seat:token_c", "junk");
  const asked = ["token_a", "token_x", "token_c"];
  const taken = await Promise.all([one, two].map(({ seats }) => seats.take(asked)));
  assertEquals(taken.map(([first]) => first).filter((first) => first !== undefined), [seat]);
  assertEquals(taken.flatMap(([, ...others]) => others), Array(4).fill(undefined));
  const many = Array.from({ length: 1200 }, (_, at) => at === 1100 ? "token_b" : `token_${at}`);
  assertEquals((await two.seats.take(many))[1100], { address: CAFE, via: CAFE });
});

shared("messages reach every server that listens", async (one, two) => {
  const heard: [number, Uint8Array][] = [];
  for (const [index, state] of [one, two].entries()) {
    state.exchange.listen("lab", (message) => heard.push([index, new Uint8Array(message)]));
    await eventually("listening", () => state.exchange.isListening("lab"));
  }
  const bytes = new Uint8Array([0, 255, 10, 13]);
  // Part of a larger buffer, as the relay has them.
  assertEquals(
    await one.exchange.publish("lab", new Uint8Array([9, ...bytes, 9]).subarray(1, 5)),
    2,
  );
  await eventually("both", () => heard.length === 2);
  assertEquals(heard.toSorted(([a], [b]) => a - b), [[0, bytes], [1, bytes]]);
  two.exchange.leave("lab");
  await eventually("one", async () => await one.exchange.publish("lab", bytes) === 1);
});

/** How long servers wait for a Redis that is stopped. */
const SOON_MS = 2000;

/** Whether an answer is right. A busy Redis may be late again, and is asked again then. */
async function isTrue<Answer>(
  asking: Promise<Answer>,
  isRight: (answer: Answer) => unknown = () => true,
): Promise<boolean> {
  return await asking.then((answer) => Boolean(isRight(answer)), () => false);
}

shared("an outage: quick failures, and everything again afterwards", async (one, two, redis) => {
  let returns = 0;
  one.onReturn(() => returns++);
  const heard: string[] = [];
  const hear = (message: Uint8Array): void => {
    heard.push(new TextDecoder().decode(message));
  };
  two.exchange.listen("before", hear);
  for (
    const [breakIt, mend] of [
      [() => redis.end("SIGKILL"), () => redis.startAgain()],
      [() => redis.signal("SIGSTOP"), () => redis.signal("SIGCONT")],
    ] as const
  ) {
    await breakIt();
    await assertRejects(() => one.presence.get([ann]), SharingError);
    await assertRejects(() => one.names.claim(ann), SharingError);
    assertEquals(one.health().isShared, false);
    await eventually("the other one's notice", () => !two.health().isShared);
    two.exchange.listen("meanwhile", hear);
    const before = returns;
    await mend();
    await eventually("the return", () => returns > before && two.health().isShared);
    await eventually("what one tells", () => isTrue(one.presence.put(ann, record(), LONG, true)));
    await eventually("what two knows", () => isTrue(two.presence.get([ann]), ([ann]) => ann));
    heard.length = 0;
    for (const channel of ["before", "meanwhile"]) {
      const text = new TextEncoder().encode(channel);
      await eventually(
        channel,
        () => isTrue(one.exchange.publish(channel, text), (by) => by === 1),
      );
    }
    await eventually("both", () => heard.includes("before") && heard.includes("meanwhile"));
    two.exchange.leave("meanwhile");
  }
}, SOON_MS);

shared(
  "without Redis, opening says what is missing, without the password",
  async (one, two, redis) => {
    await redis.end();
    const error = await assertRejects(
      () => openPatiently(redis.address),
      MissingBackendError,
      `Cannot use redis://127.0.0.1:${redis.address.port}/0 for presence`,
    );
    assert(!error.message.includes(redis.address.password));
    await eventually("the notice", () => !one.health().isShared && !two.health().isShared);
    await redis.startAgain();
    await eventually("the return", () => one.health().isShared && two.health().isShared);
  },
);
