import { assert, assertEquals } from "@std/assert";
import { parseAddressSet } from "../../lib/core/ip_address.ts";
import {
  type ChatLimits,
  DEFAULT_CHAT_LIMITS,
  MAX_CHAT_FRAME_BYTES,
} from "../../lib/core/limits.ts";
import { ChatLogin } from "../../lib/server/chat_login.ts";
import { ChatSessions } from "../../lib/server/chat_sessions.ts";
import { LoginAttempts } from "../../lib/server/login_attempts.ts";
import { memoryPair } from "../../lib/net/memory_pair.ts";
import { Accounts } from "../../lib/services/accounts.ts";
import { Passwords } from "../../lib/services/passwords.ts";
import { Presence } from "../../lib/services/presence.ts";
import { MemoryStore } from "../../lib/storage/memory_store.ts";
import { ChatClient } from "../support/chat_client.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { CHEAP_COST } from "../support/passwords.ts";
import { RecordedLog } from "../support/recorded_log.ts";
import { within } from "../support/within.ts";

/** A login chat without sockets. */
class Hall implements AsyncDisposable {
  readonly store = new MemoryStore();
  readonly log = new RecordedLog();
  readonly clock = new FakeClock();
  readonly passwords = new Passwords(CHEAP_COST);
  readonly sessions: ChatSessions;
  readonly #clients: ChatClient[] = [];

  constructor(limits: Partial<ChatLimits> = {}) {
    const presence = new Presence(30, this.clock.read);
    this.sessions = new ChatSessions(
      { ...DEFAULT_CHAT_LIMITS, ...limits },
      new ChatLogin({
        accounts: new Accounts({ ...this, presence, minPassword: 4 }),
        attempts: new LoginAttempts(parseAddressSet([])),
        clock: this.clock.read,
        log: this.log,
      }),
    );
  }

  /** Opens a connection; `served` resolves when the server is done with it. */
  connect(capacity?: number): { readonly client: ChatClient; readonly served: Promise<void> } {
    const [end, stream] = memoryPair(capacity);
    const served = this.sessions.serve({ stream, remoteIp: "192.0.2.1" });
    const client = new ChatClient(end);
    this.#clients.push(client);
    return { client, served: within("the session's end", served) };
  }

  async enter(user: string, capacity?: number): Promise<ChatClient> {
    const { client } = this.connect(capacity);
    await client.logIn(user);
    return client;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client[Symbol.dispose]();
    await within("the stop", this.sessions.stop());
  }
}

Deno.test("pipelined PM and D: each is confirmed in order, and arrives once", async () => {
  await using hall = new Hall();
  const [ann, bob] = [await hall.enter("ann"), await hall.enter("bob")];
  await ann.expects(
    "C PM\nD one\nC PM\nD two\nC WHO\nC PM\nD three",
    ...["C READY", "C 200 SENT 1", "C READY", "C 200 SENT 1", "C USERS bob"],
    ...["C READY", "C 200 SENT 1"],
  );
  await bob.expects("C WHO", ...["one", "two", "three"].map((text) => `D PM ann ${text}`));
  assertEquals(await bob.line(), "C USERS ann");
});

Deno.test("a public and a direct message of one read arrive in their order", async () => {
  await using hall = new Hall();
  const [ann, bob] = [await hall.enter("ann"), await hall.enter("bob")];
  await ann.send("C PM\nD one\nC DM\nD bob two\nC PM\nD three\n");
  assertEquals(await bob.lines(3), ["D PM ann one", "D DM ann two", "D PM ann three"]);
  assertEquals(await ann.lines(6), [
    ...["C READY", "C 200 SENT 1", "C USERS bob", "C 200 SENT 1", "C READY", "C 200 SENT 1"],
  ]);
});

Deno.test("the confirmation comes after everybody else was told", async () => {
  await using hall = new Hall();
  const users = await Promise.all(["ann", "bob", "kim", "zoe"].map((user) => hall.enter(user)));
  const [ann, ...others] = users as [ChatClient, ...ChatClient[]];
  await ann.expects("C PM\nD hello all", "C READY", "C 200 SENT 3");
  // Nothing more is sent: what was not queued before the confirmation would never come.
  for (const other of others) assertEquals(await other.line(), "D PM ann hello all");
});

Deno.test("everybody sees one order, whoever speaks at the same time", async () => {
  await using hall = new Hall();
  const names = ["ann", "bob", "kim", "zoe"];
  const users = await Promise.all(names.map((name) => hall.enter(name)));
  const listener = await hall.enter("listener");
  const second = await hall.enter("second");
  await Promise.all(users.map(async (user, who) => {
    for (let index = 0; index < 50; index++) await user.send(`C PM\nD ${index} of ${who}\n`);
  }));
  const heard = await listener.lines(200);
  assertEquals(await second.lines(200), heard);
  assertEquals(new Set(heard).size, 200, "each once");
  for (const [who, name] of names.entries()) {
    const own = heard.filter((line) => line?.startsWith(`D PM ${name} `));
    assertEquals(own, own.map((_, index) => `D PM ${name} ${index} of ${who}`));
  }
});

Deno.test("a frame that is too long is refused, and the next one is taken", async () => {
  await using hall = new Hall();
  const ann = await hall.enter("ann");
  const refused = `C 201 INVALID a frame has at most ${MAX_CHAT_FRAME_BYTES} bytes`;
  for (const length of [1, 2, 3, 10_000]) {
    await ann.expects(
      "x".repeat(MAX_CHAT_FRAME_BYTES + length) + "\nC PING a",
      refused,
      "C PONG a",
    );
    await ann.expects("x".repeat(MAX_CHAT_FRAME_BYTES + length) + "\r\nC PM\r", refused, "C READY");
    await ann.expects("C CANCEL", "C 200 OK");
  }
  await ann.expects(
    "x".repeat(MAX_CHAT_FRAME_BYTES),
    "C 201 INVALID " +
      'expected "C" and a command, or "D" and a message',
  );
});

Deno.test("CRLF, and bytes that come one by one, are as good", async () => {
  await using hall = new Hall();
  const { client } = hall.connect();
  for (const byte of "C LOGIN ann\r\nC PASSWORD secret words\r\n") await client.send(byte);
  assertEquals(await client.lines(2), ["C PASSWORD new", "C 200 OK registered"]);
  client[Symbol.dispose]();
  const again = hall.connect().client;
  await again.logIn("ann", "secret words");
});

Deno.test("EX says goodbye and closes, in every state", async () => {
  await using hall = new Hall();
  for (const before of ["", "C LOGIN ann\n", "C LOGIN bob\nC PASSWORD secret\nC PM\n"]) {
    const { client, served } = hall.connect();
    await client.send(`${before}C EX\nC PING after\n`);
    assertEquals((await client.toTheEnd()).at(-1), "C 200 BYE");
    client[Symbol.dispose]();
    await served;
  }
  assertEquals(hall.sessions.online, 0);
});

Deno.test("whoever leaves is gone from WHO at once: EX, the end of the stream, a reset", async () => {
  await using hall = new Hall();
  const ann = await hall.enter("ann");
  const leaving: ((client: ChatClient) => void | Promise<void>)[] = [
    (client) => client.expects("C EX", "C 200 BYE"),
    (client) => client.finish(),
    (client) => client[Symbol.dispose](),
  ];
  for (const leave of leaving) {
    const { client, served } = hall.connect();
    await client.logIn("bob");
    assertEquals(await ann.others(), "bob");
    await leave(client);
    if (leave !== leaving[0]) {
      client[Symbol.dispose]();
      await served;
    }
    assertEquals(await ann.others(), "");
    await ann.expects("C DM\nD bob psst", "C USERS", "C 202 NO SUCH USER bob");
  }
});

Deno.test("a reader that stalls is dropped when its queue is full, and delays nobody", async () => {
  await using hall = new Hall();
  const [ann, bob] = [await hall.enter("ann"), await hall.enter("bob")];
  await hall.enter("stalled", 1024);
  const text = "x".repeat(4000);
  const counts = new Set<string>();
  for (let index = 0; index < 100; index++) {
    await ann.send(`C PM\nD ${text}\n`);
    assertEquals(await bob.line(), `D PM ann ${text}`);
    counts.add((await ann.lines(2)).join(" "));
  }
  assertEquals([...counts], ["C READY C 200 SENT 2", "C READY C 200 SENT 1"]);
  assertEquals(await ann.others(), "bob");
  const told = hall.log.entries.filter(({ level }) => level === "warn");
  assertEquals(told.map(({ fields }) => fields["user"]), ["stalled"]);
});

Deno.test("a stalled reader has 256 KiB before it is dropped", async () => {
  await using hall = new Hall();
  const ann = await hall.enter("ann");
  await hall.enter("stalled", 1);
  const frame = `D PM ann ${"x".repeat(1000)}\n`.length;
  // One piece is being written, the others wait.
  const fits = Math.floor(256 * 1024 / frame) + 1;
  for (let index = 0; index < fits; index++) {
    await ann.expects(`C PM\nD ${"x".repeat(1000)}`, "C READY", "C 200 SENT 1");
  }
  await ann.expects(`C PM\nD ${"x".repeat(1000)}`, "C READY", "C 200 SENT 0");
});

Deno.test("a client that asks without reading the answers is dropped, too", async () => {
  await using hall = new Hall();
  const { client, served } = hall.connect(1024);
  const flood = async (): Promise<void> => {
    for (;;) await client.send("C PING " + "x".repeat(4000) + "\n");
  };
  await flood().catch(() => {});
  await served;
});

Deno.test("a login that takes too long is told so and closed, however it trickles", async () => {
  await using hall = new Hall({ loginDeadlineSeconds: 0.05 });
  const late = "C 201 INVALID the login took too long";
  for (const begun of ["", "C LOG", "C LOGIN ann\n", "C LOGIN ann\nC PASSWORD abc\n"]) {
    const { client } = hall.connect();
    await client.send(begun);
    assertEquals((await client.toTheEnd()).at(-1), late, begun);
  }
  const ann = await hall.enter("ann");
  const { client } = hall.connect();
  assertEquals(await client.toTheEnd(), [late], "the deadline of one who came later has passed");
  await ann.expects("C PING a", "C PONG a");
});

Deno.test("one client too many is told that the server is full", async () => {
  await using hall = new Hall({ maxClients: 2 });
  const ann = await hall.enter("ann");
  const half = hall.connect();
  const { client, served } = hall.connect();
  assertEquals(await client.toTheEnd(), ["C 503 SERVER FULL"]);
  client[Symbol.dispose]();
  await served;
  half.client[Symbol.dispose]();
  await half.served;
  await hall.enter("bob");
  assertEquals(await ann.others(), "bob");
});

Deno.test("stop() ends every connection in order", async () => {
  const hall = new Hall();
  const [ann, half] = [await hall.enter("ann"), hall.connect().client];
  await half.expects("C LOGIN bob", "C PASSWORD new");
  const stopping = hall.sessions.stop();
  assertEquals(await ann.toTheEnd(), []);
  assertEquals(await half.toTheEnd(), []);
  for (const client of [ann, half]) client[Symbol.dispose]();
  await within("the stop", stopping);
});

Deno.test("the log tells who came and went, and no password", async () => {
  await using hall = new Hall();
  const ann = await hall.enter("ann");
  const { client } = hall.connect();
  await client.send("C LOGIN ann\nC PASSWORD guess\n");
  assertEquals((await client.toTheEnd()).at(-1), "C 401 WRONG PASSWORD");
  const second = hall.connect().client;
  await second.send("C LOGIN ann\nC PASSWORD secret\n");
  assertEquals((await second.toTheEnd()).at(-1), "C 409 ALREADY ONLINE");
  await ann.expects("C EX", "C 200 BYE");
  assertEquals(hall.log.entries.map(({ message, fields }) => [message, ...Object.values(fields)]), [
    ["Logged in to the chat", "ann", "192.0.2.1", "registered"],
    ["Login to the chat refused", "ann", "192.0.2.1", "wrong"],
    ["Login to the chat refused", "ann", "192.0.2.1", "already online"],
    ["Left the chat", "ann", "192.0.2.1"],
  ]);
  assert(!/secret|guess/.test(JSON.stringify(hall.log.entries)));
});

Deno.test("a store that cannot answer or write ends the login with 500", async () => {
  await using hall = new Hall();
  hall.store.change = () => Promise.reject(new Error("secret"));
  const { client } = hall.connect();
  await client.send("C LOGIN ann\nC PASSWORD secret\n");
  assertEquals(await client.toTheEnd(), ["C PASSWORD new", "C 500 STORAGE"]);
  hall.store.passwordOf = () => {
    throw new Error("secret");
  };
  const second = hall.connect().client;
  await second.send("C LOGIN ann\n");
  assertEquals(await second.toTheEnd(), ["C 500 STORAGE"]);
  assertEquals(hall.log.messages("error"), ["A login failed", "A login failed"]);
  assert(!JSON.stringify(hall.log.entries).includes("secret"));
});
