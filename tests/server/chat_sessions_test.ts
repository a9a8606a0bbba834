import { assert, assertEquals } from "@std/assert";
import { MAX_CHAT_FRAME_BYTES } from "../../lib/core/limits.ts";
import type { ChatClient } from "../support/chat_client.ts";
import { ChatHall } from "../support/chat_hall.ts";
import { instantPasswords } from "../support/passwords.ts";
import { within } from "../support/within.ts";

Deno.test("pipelined PM and D: each is confirmed in order, and arrives once", async () => {
  await using hall = new ChatHall();
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
  await using hall = new ChatHall();
  const [ann, bob] = [await hall.enter("ann"), await hall.enter("bob")];
  await ann.send("C PM\nD one\nC DM\nD bob two\nC PM\nD three\n");
  assertEquals(await bob.lines(3), ["D PM ann one", "D DM ann two", "D PM ann three"]);
  assertEquals(await ann.lines(6), [
    ...["C READY", "C 200 SENT 1", "C USERS bob", "C 200 SENT 1", "C READY", "C 200 SENT 1"],
  ]);
});

Deno.test("the confirmation comes after everybody else was told", async () => {
  await using hall = new ChatHall();
  const users = await Promise.all(["ann", "bob", "kim", "zoe"].map((user) => hall.enter(user)));
  const [ann, ...others] = users as [ChatClient, ...ChatClient[]];
  await ann.expects("C PM\nD hello all", "C READY", "C 200 SENT 3");
  // Nothing more is sent: what was not queued before the confirmation would never come.
  for (const other of others) assertEquals(await other.line(), "D PM ann hello all");
});

Deno.test("everybody sees one order, whoever speaks at the same time", async () => {
  await using hall = new ChatHall();
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
  await using hall = new ChatHall();
  const ann = await hall.enter("ann");
  const refused = `C 201 INVALID a frame has at most ${MAX_CHAT_FRAME_BYTES} bytes`;
  for (const length of [0, 1, 2, 3, 10_000]) {
    await ann.expects(
      "x".repeat(MAX_CHAT_FRAME_BYTES + length) + "\nC PING a",
      refused,
      "C PONG a",
    );
    await ann.expects("x".repeat(MAX_CHAT_FRAME_BYTES + length) + "\r\nC PM\r", refused, "C READY");
    await ann.expects("C CANCEL", "C 200 OK");
  }
  const longest = "x".repeat(MAX_CHAT_FRAME_BYTES - "C PING \n".length);
  for (const end of ["", "\r"]) await ann.expects(`C PING ${longest}${end}`, `C PONG ${longest}`);
});

Deno.test("CRLF, and bytes that come one by one, are as good", async () => {
  await using hall = new ChatHall();
  const { client } = hall.connect();
  for (const byte of "C LOGIN ann\r\nC PASSWORD secret words\r\n") await client.send(byte);
  assertEquals(await client.lines(2), ["C PASSWORD new", "C 200 OK registered"]);
  client[Symbol.dispose]();
  const again = hall.connect().client;
  await again.logIn("ann", "secret words");
});

Deno.test("EX says goodbye and closes, in every state", async () => {
  await using hall = new ChatHall();
  const idle = "C LOGIN bob\nC PASSWORD secret\n";
  for (const before of ["", "C LOGIN ann\n", idle, `${idle}C PM\n`, `${idle}C DM\n`]) {
    const { client, served } = hall.connect();
    await client.send(`${before}C EX\nC PING after\n`);
    assertEquals((await client.toTheEnd()).at(-1), "C 200 BYE");
    client[Symbol.dispose]();
    await served;
  }
  assertEquals(hall.sessions.online, 0);
});

Deno.test("whoever leaves is gone from WHO at once: EX, the end of the stream, a reset", async () => {
  await using hall = new ChatHall();
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
  await using hall = new ChatHall();
  const [ann, bob] = [await hall.enter("ann"), await hall.enter("bob")];
  await hall.enter("stalled", { capacity: 1024 });
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
  await using hall = new ChatHall();
  const ann = await hall.enter("ann");
  await hall.enter("stalled", { capacity: 1 });
  const frame = `D PM ann ${"x".repeat(1000)}\n`.length;
  // One piece is being written, the others wait.
  const fits = Math.floor(256 * 1024 / frame) + 1;
  for (let index = 0; index < fits; index++) {
    await ann.expects(`C PM\nD ${"x".repeat(1000)}`, "C READY", "C 200 SENT 1");
  }
  await ann.expects(`C PM\nD ${"x".repeat(1000)}`, "C READY", "C 200 SENT 0");
});

Deno.test("a client that asks for more than it reads waits, alone, and gets every answer", async () => {
  await using hall = new ChatHall();
  const ann = await hall.enter("ann");
  const eager = await hall.enter("eager", { capacity: 1024 });
  const texts = Array.from({ length: 200 }, (_, at) => `${at} ${"x".repeat(4000)}`);
  let taken = 0;
  const asking = (async (): Promise<void> => {
    for (const text of texts) {
      await eager.send(`C PING ${text}\n`);
      taken++;
    }
  })();
  for (let index = 0; index < 50; index++) await ann.expects("C WHO", "C USERS eager");
  assert(taken < 40, `${taken} taken while nothing is read`);
  assertEquals(await eager.lines(texts.length), texts.map((text) => `C PONG ${text}`));
  await asking;
});

Deno.test("a thousand pipelined requests with long answers are all answered", async () => {
  await using hall = new ChatHall();
  const names = Array.from({ length: 15 }, (_, at) => `${"n".repeat(30)}${at + 10}`);
  for (const name of names) await hall.enter(name);
  const ann = await hall.enter("ann");
  const asking = ann.send("C WHO\n".repeat(1000));
  const answers = await ann.lines(1000);
  assertEquals(new Set(answers), new Set([`C USERS ${names.join(" ")}`]));
  await asking;
});

Deno.test("a list is true for every request of one read", async () => {
  await using hall = new ChatHall();
  const [ann, bob] = [await hall.enter("ann"), await hall.enter("bob")];
  await ann.expects("C WHO\nC DM\nC CANCEL", "C USERS bob", "C USERS bob", "C 200 OK");
  // While the answers to one read wait for their reader, somebody leaves.
  const crowd = Array.from({ length: 20 }, (_, at) => `${"n".repeat(30)}${at + 10}`);
  for (const name of crowd) await hall.enter(name);
  const slow = await hall.enter("slow", { capacity: 4000 });
  const asking = slow.send("C WHO\n".repeat(600));
  await ann.others();
  await bob.expects("C EX", "C 200 BYE");
  const answers = await slow.lines(600);
  assertEquals(answers[0], ["C USERS ann bob", ...crowd].join(" "));
  assertEquals(answers[599], ["C USERS ann", ...crowd].join(" "));
  await asking;
});

Deno.test("a login that takes too long is told so and closed, however it trickles", async () => {
  await using hall = new ChatHall({ loginDeadlineSeconds: 0.05 }, instantPasswords());
  const late = "C 201 INVALID the login took too long";
  for (const begun of ["", "C LOG", "C LOGIN ann\n", "C LOGIN ann\nC PASSWORD abc\n"]) {
    const { client } = hall.connect();
    await client.send(begun);
    assertEquals((await client.toTheEnd()).at(-1), late, begun);
  }
  assertEquals(hall.meter.logins["too late"], 4);
  const reasons = hall.log.entries.map(({ fields }) => fields.reason);
  assertEquals(reasons.filter((reason) => reason === "too late").length, 4);
  const ann = await hall.enter("ann");
  const { client } = hall.connect();
  assertEquals(await client.toTheEnd(), [late], "the deadline of one who came later has passed");
  await ann.expects("C PING a", "C PONG a");
});

Deno.test("before the login a line that has begun must end in time; nobody has to begin one", async () => {
  await using hall = new ChatHall({ readDeadlineSeconds: 0.05 });
  const late = "C 201 INVALID the login took too long";
  const { client: quiet } = hall.connect();
  const ann = await hall.enter("ann");
  await ann.send("C WHO\nC PI");
  const tooLong = "x".repeat(2 * MAX_CHAT_FRAME_BYTES);
  for (
    const begun of ["C LOG", "C LOGIN bob\nC", "C LOGIN bob\nC PASSWORD abc\nC PASSW", tooLong]
  ) {
    const { client } = hall.connect();
    await client.send(begun);
    assertEquals((await client.toTheEnd()).at(-1), late, begun);
  }
  assertEquals(await ann.line(), "C USERS");
  await ann.expects("NG a", "C PONG a");
  await quiet.logIn("zoe");
});

Deno.test("one client too many is told that the server is full", async () => {
  await using hall = new ChatHall({ maxClients: 2 });
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
  const hall = new ChatHall();
  const [ann, half] = [await hall.enter("ann"), hall.connect().client];
  await half.expects("C LOGIN bob", "C PASSWORD new");
  const stopping = hall.sessions.stop();
  assertEquals(await ann.toTheEnd(), []);
  assertEquals(await half.toTheEnd(), []);
  for (const client of [ann, half]) client[Symbol.dispose]();
  await within("the stop", stopping);
});

Deno.test("the log tells who came and went, and no password", async () => {
  await using hall = new ChatHall();
  const ann = await hall.enter("ann");
  const { client } = hall.connect();
  await client.send("C LOGIN ann\nC PASSWORD guess\n");
  assertEquals((await client.toTheEnd()).at(-1), "C 401 WRONG PASSWORD");
  const second = hall.connect().client;
  await second.send("C LOGIN ann\nC PASSWORD secret\n");
  assertEquals((await second.toTheEnd()).at(-1), "C 409 ALREADY ONLINE");
  await ann.expects("C EX", "C 200 BYE");
  assertEquals(hall.log.entries.map(({ message, fields }) => [message, ...Object.values(fields)]), [
    ["Logged in to the chat", 1, "ann", "192.0.2.1", "registered"],
    ["Login to the chat refused", 2, "ann", "192.0.2.1", "wrong"],
    ["Login to the chat refused", 3, "ann", "192.0.2.1", "already online"],
    ["Left the chat", 1, "ann", "192.0.2.1"],
  ]);
  assert(!/secret|guess/.test(JSON.stringify(hall.log.entries)));
});

Deno.test("a store that cannot answer or write ends the login with 500", async () => {
  await using hall = new ChatHall();
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
