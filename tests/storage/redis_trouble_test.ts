/**
 * What servers share, over a real Redis that is cut off for moments, forgets, refuses, or belongs to
 * others as well.
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  MissingBackendError,
  OperationalError,
  reasonOf,
  SharingError,
} from "../../lib/core/errors.ts";
import type { PresenceRecord, SharedState } from "../../lib/storage/shared_state.ts";
import { CERT, KEY } from "../samples/tls_identity.ts";
import { eventually } from "../support/eventually.ts";
import { id } from "../support/ids.ts";
import type { PrivateRedis } from "../support/redis.ts";
import { openPatiently, shared } from "../support/shared_redis.ts";
import { TempDir } from "../support/temp_dir.ts";
import { within } from "../support/within.ts";

const ann = id("ann");
const RECORD: PresenceRecord = {
  status: "ONLINE",
  address: { ip: "192.0.2.1", port: 4000 },
  info: new Map([["files", "yes"]]),
};
const LONG = 60_000;
const HELLO = new TextEncoder().encode("hello");

/** Resolves when a server hears what another one says on a channel. */
async function untilHeard(speaker: SharedState, listener: SharedState): Promise<void> {
  let isHeard = false;
  listener.exchange.listen("check", () => isHeard = true);
  await eventually("the message", async () => {
    await speaker.exchange.publish("check", HELLO).catch(() => {});
    return isHeard;
  });
  listener.exchange.leave("check");
}

shared("another database of the same Redis is another site", async (one, two, redis) => {
  const other = await openPatiently({ ...redis.address, database: 1 });
  try {
    const heard: string[] = [];
    other.exchange.listen("chat", () => heard.push("other"));
    two.exchange.listen("chat", () => heard.push("two"));
    await eventually(
      "listening",
      () => other.exchange.isListening("chat") && two.exchange.isListening("chat"),
    );
    assertEquals(await one.exchange.publish("chat", HELLO), 1);
    assertEquals(await other.exchange.publish("chat", HELLO), 1);
    await eventually("both", () => heard.length === 2);
    assertEquals(heard.toSorted(), ["other", "two"]);
    await one.presence.put(ann, RECORD, LONG, true);
    assertEquals(await other.presence.get([ann]), [undefined]);
  } finally {
    other.close();
  }
});

for (
  const [what, words] of [
    ["a cut of the connections, however short,", ["CLIENT", "KILL", "TYPE", "normal"]],
    ["a cut of the connections that listen", ["CLIENT", "KILL", "TYPE", "pubsub"]],
    ["a Redis that forgets everything", ["FLUSHALL"]],
  ] as const
) {
  shared(`${what} is told as a return`, async (one, two, redis) => {
    // Without anything listened to, a connection is not one that listens.
    for (const { exchange } of [one, two]) exchange.listen("chat", () => {});
    await eventually("listening", () => one.exchange.isListening("chat"));
    await eventually("listening", () => two.exchange.isListening("chat"));
    const returns = [one, two].map((state) =>
      new Promise<void>((resolve) => state.onReturn(resolve))
    );
    await redis.command(...words);
    await within("the returns", Promise.all(returns));
    assertEquals([one.health(), two.health()], [{ isShared: true }, { isShared: true }]);
  });
}

shared("what is listened to while the connection is cut is heard", async (one, two, redis) => {
  two.exchange.listen("first", () => {});
  await eventually("listening", () => two.exchange.isListening("first"));
  for (let round = 0; round < 5; round++) {
    await redis.command("CLIENT", "KILL", "TYPE", "pubsub");
    await untilHeard(one, two);
  }
});

shared("a channel that may not be listened to yet is heard later", async (one, two, redis, log) => {
  // Rights that were forgotten, and are given later.
  await redis.command("ACL", "SETUSER", "default", "resetchannels", "&parley:0:nobody");
  two.exchange.listen("chat", () => {});
  await eventually("the refusal", () => log.messages("warn").includes("Redis refused a command"));
  await redis.command("ACL", "SETUSER", "default", "allchannels");
  await eventually("listening", () => two.exchange.isListening("chat"));
  await untilHeard(one, two);
});

/** Ways in which Redis is there and takes no changes, and what ends them. */
const REFUSING: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ["is full", ["CONFIG", "SET", "maxmemory", "1"], ["CONFIG", "SET", "maxmemory", "0"]],
  ["became a replica", ["REPLICAOF", "127.0.0.1", "1"], ["REPLICAOF", "NO", "ONE"]],
  [
    "took the rights away",
    ["ACL", "SETUSER", "default", "-set"],
    ["ACL", "SETUSER", "default", "+set"],
  ],
];

for (const [what, refuse, mend] of REFUSING) {
  shared(`a Redis that ${what} is not shared with until it takes changes again`, async (
    one,
    two,
    redis,
    log,
  ) => {
    await one.presence.put(ann, RECORD, LONG, true);
    await redis.command(...refuse);
    await eventually("the notice", () => !one.health().isShared && !two.health().isShared);
    // What it still answers is of no use: it grows old.
    await assertRejects(() => two.presence.get([ann]), SharingError);
    await assertRejects(() => two.names.claim(ann), SharingError);
    assertEquals(log.messages("error").length, 2);
    let returns = 0;
    one.onReturn(() => returns++);
    await redis.command(...mend);
    await eventually("the return", () => one.health().isShared && two.health().isShared);
    assertEquals(returns, 1);
    assertEquals(await two.presence.get([ann]), [RECORD]);
  });
}

shared("info comes along where there is none to keep", async (one, two) => {
  const other = new Map([["files", "no"]]);
  await one.presence.put(ann, RECORD, LONG, true);
  assertEquals(await two.presence.publish(ann, other, RECORD.address.ip), true);
  await one.presence.put(ann, RECORD, LONG, true);
  assertEquals(await two.presence.get([ann]), [{ ...RECORD, info: other }]);
});

/** A user's rights, and what opening with them says. */
const RIGHTS: readonly (readonly [string, readonly string[], string])[] = [
  ["no channels", ["~parley:*", "+@all"], "NOPERM"],
  ["no scripts", ["~parley:*", "&parley:*", "+@all", "-@scripting"], "NOPERM"],
  ["no subscriptions", ["~parley:*", "&parley:*", "+@all", "-subscribe"], "NOPERM"],
  ["no keys", ["&parley:*", "+@all"], "NOPERM"],
];

for (const [what, rights, reason] of RIGHTS) {
  shared(`a user with ${what} is refused at the start`, async (_one, _two, redis) => {
    const error = await assertRejects(() => openAs(redis, rights), OperationalError, reason);
    assert(!(error instanceof MissingBackendError), "waiting does not help");
    assert(error.message.includes("docs/scaling.md"), error.message);
  });
}

shared("the rights of docs/scaling.md do", async (_one, _two, redis) => {
  const state = await openAs(redis, ["~parley:*", "&parley:*", "+@all"]);
  try {
    await state.presence.put(ann, RECORD, LONG, true);
    assertEquals(await state.names.claim(ann), true);
    await untilHeard(state, state);
  } finally {
    state.close();
  }
});

async function openAs(redis: PrivateRedis, rights: readonly string[]): Promise<SharedState> {
  const rules = ["reset", "on", ">s3cret-of-parley", ...rights];
  assertEquals(await redis.command("ACL", "SETUSER", "parley", ...rules), "+OK");
  const address = { ...redis.address, user: "parley", password: "s3cret-of-parley" };
  return await openPatiently(address);
}

shared("one that is slow is given time at the start", async (_one, _two, redis) => {
  redis.signal("SIGSTOP");
  const goOn = setTimeout(() => redis.signal("SIGCONT"), 2500);
  try {
    // A command has a second.
    (await openPatiently(redis.address, undefined, 1000)).close();
  } finally {
    clearTimeout(goOn);
    redis.signal("SIGCONT");
  }
});

shared("what no waiting helps against is no missing backend", async (_one, _two, redis) => {
  using listener = Deno.listenTls({ hostname: "127.0.0.1", port: 0, cert: CERT, key: KEY });
  const stranger = (async () => {
    // One that takes commands, and one that listens.
    for (let count = 0; count < 2; count++) {
      using connection = await listener.accept();
      await connection.handshake().catch(() => {});
    }
  })();
  const { port } = listener.addr as Deno.NetAddr;
  for (
    const wrong of [
      { password: "wrong" },
      { password: "" },
      { database: 99 },
      // A certificate that nobody vouches for.
      { port, tls: "verified" as const },
    ]
  ) {
    const error = await assertRejects(
      () => openPatiently({ ...redis.address, ...wrong }),
      OperationalError,
    );
    assert(!(error instanceof MissingBackendError), reasonOf(error));
  }
  await stranger;
});

shared("a certificate of one's own authority is checked against it", async (_one, _two, redis) => {
  await using directory = await TempDir.make();
  const caFile = `${directory.path}/ca.pem`;
  await Deno.writeTextFile(caFile, CERT);
  using listener = Deno.listenTls({ hostname: "127.0.0.1", port: 0, cert: CERT, key: KEY });
  const proxying = passOn(listener, redis.address.port);
  const { port } = listener.addr as Deno.NetAddr;
  const state = await openPatiently({ ...redis.address, port, tls: "verified", caFile });
  assertEquals(await state.names.claim(ann), true);
  state.close();
  await proxying;
});

/** Passes what comes over two TLS connections on to a port, and back. */
async function passOn(listener: Deno.TlsListener, port: number): Promise<void> {
  const connections = [await listener.accept(), await listener.accept()];
  await Promise.all(connections.map(async (outside) => {
    const inside = await Deno.connect({ port });
    // Whichever side ends first, the other is cut off.
    await Promise.allSettled([
      outside.readable.pipeTo(inside.writable),
      inside.readable.pipeTo(outside.writable),
    ]);
  }));
}
