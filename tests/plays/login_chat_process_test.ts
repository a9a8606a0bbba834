/**
 * The login chat as people use it: a server and clients, each a process of its own.
 */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { walk } from "@std/fs";
import { ChatClient } from "../support/chat_client.ts";
import { enterChat, OPERATION, startChatClient, startChatServer } from "../support/chat_process.ts";
import { ClientProcess } from "../support/client_process.ts";
import { freePort } from "../support/free_port.ts";
import { ServerProcess } from "../support/server_process.ts";
import { TempDir } from "../support/temp_dir.ts";
import { within } from "../support/within.ts";

/** Waits until somebody sees exactly these online. */
async function untilOnline(client: ChatClient, names: string): Promise<void> {
  const isSo = async (): Promise<void> => {
    while (await client.others() !== names) await new Promise((resume) => setTimeout(resume, 5));
  };
  await within(`online: ${names}`, isSo());
}

Deno.test("three clients and a server: to all, to one, who is online, leaving", async () => {
  await using directory = await TempDir.make();
  await using server = await startChatServer(directory.path);
  await using alice = await enterChat(server.chat, "alice");
  await using bob = await enterChat(server.chat, "bob");
  await using carol = await enterChat(server.chat, "Carol");

  await alice.types("WHO");
  await alice.sees(`Online: bob carol\n${OPERATION}`);
  await alice.types("PM");
  await alice.sees("To all:\n");
  await alice.types("hello all");
  await alice.sees(`Sent to 2.\n${OPERATION}`);
  await bob.sees("alice: hello all\n");
  await carol.sees("alice: hello all\n");

  await bob.types("dm");
  await bob.sees("Online: alice carol\nTo whom:\n");
  // In the middle of the dialogue: it is shown, and the dialogue goes on.
  await alice.types("pm", "anybody there?");
  await bob.sees("alice: anybody there?\n");
  await bob.types("carol");
  await bob.sees("To carol:\n");
  await alice.types("pm", "hello?");
  await bob.sees("alice: hello?\n");
  await bob.types("psst");
  await bob.sees(`Sent to carol.\n${OPERATION}`);
  await carol.sees("bob (to you): psst\n");

  for (const client of [alice, bob, carol]) {
    await client.types("EX");
    const { code, stdout, stderr } = await client.ended();
    assertEquals({ code, stderr }, { code: 0, stderr: "" });
    assertStringIncludes(stdout, "Goodbye.\n");
    assertEquals(stdout.includes("secret words"), false);
  }
  assertEquals(alice.shown.includes("psst"), false);
  assertEquals((await server.endBy("SIGTERM")).code, 0);
});

Deno.test("ten registrations at once; one login left half-done blocks nobody", async () => {
  await using directory = await TempDir.make();
  // Ten passwords may take a slow machine longer than somebody is waited for.
  await using server = await startChatServer(directory.path, [
    ...["--services=chat", "--read-deadline=600", "--login-deadline=600"],
  ]);
  using nothingSent = await ChatClient.connect(server.chat);
  using half = await ChatClient.connect(server.chat);
  await half.expects("C LOGIN half", "C PASSWORD new");
  await half.send("C PASSW");
  const names = Array.from({ length: 10 }, (_, index) => `user${index}`);
  const clients = await Promise.all(names.map((name) => ChatClient.enter(server.chat, name)));
  await clients[0]!.expects("C PM\nD hello all", "C READY", "C 200 SENT 9");
  for (const client of clients.slice(1)) assertEquals(await client.line(), "D PM user0 hello all");
  assertEquals(await clients[9]!.others(), names.slice(0, 9).join(" "));
  await half.expects("ORD secret", "C 200 OK registered");
  await nothingSent.logIn("later");
  for (const client of clients) client[Symbol.dispose]();
});

Deno.test("a client that is killed is gone from WHO and DM, and may come back", async () => {
  await using directory = await TempDir.make();
  await using server = await startChatServer(directory.path);
  using watcher = await ChatClient.enter(server.chat, "watcher");
  await using alice = await enterChat(server.chat, "alice");
  assertEquals(await watcher.others(), "alice");
  alice.signal("SIGKILL");
  await untilOnline(watcher, "");
  await watcher.expects("C DM", "C USERS");
  await watcher.expects("D alice psst", "C 202 NO SUCH USER alice");
  await using again = await enterChat(server.chat, "alice");
  assertEquals(await watcher.others(), "alice");
  await again.endInput();
  assertEquals((await again.ended()).code, 0);
  await untilOnline(watcher, "");
});

Deno.test("accounts survive a restart, and no file holds a password", async () => {
  await using directory = await TempDir.make();
  const data = `${directory.path}/data`;
  const printed: string[] = [];
  for (const round of ["Registered and logged in", "Logged in"]) {
    await using server = await startChatServer(data, ["--services=chat", "--log-level=debug"], {
      directory: directory.path,
    });
    const transcript = ["--transcript", `${directory.path}/transcript.txt`];
    await using alice = await enterChat(server.chat, "alice", "Tr0ub4dor & 3", transcript);
    assertStringIncludes(alice.shown, `${round} as alice.`);
    await alice.types("PM", "hello", "EX");
    const end = await alice.ended();
    await using wrong = await startChatClient(server.chat, "alice", "wr0ng-guess");
    const refused = await wrong.ended();
    assertEquals(refused.code, 1);
    const { stdout, stderr, code } = await server.endBy(
      round === "Logged in" ? "SIGTERM" : "SIGKILL",
    );
    assertEquals(code, round === "Logged in" ? 0 : 137);
    printed.push(end.stdout, end.stderr, refused.stdout, refused.stderr, stdout, stderr);
  }
  let files = 0;
  for await (const { path, isFile } of walk(directory.path)) {
    if (!isFile) continue;
    files++;
    printed.push(await Deno.readTextFile(path));
  }
  assert(files >= 3, "journal, lock and transcript at least");
  const everything = printed.join("\n");
  assertStringIncludes(everything, "reg alice scrypt$15$8$3$");
  assertStringIncludes(everything, "Sent, but nobody else is online.");
  for (const secret of ["Tr0ub4dor", "wr0ng-guess", btoa("Tr0ub4dor & 3"), btoa("wr0ng-guess")]) {
    assertEquals(everything.includes(secret), false, secret);
  }
});

Deno.test("a client that is not let in says why, in one line, with its exit code", async () => {
  await using directory = await TempDir.make();
  await using server = await startChatServer(directory.path);
  using _alice = await ChatClient.enter(server.chat, "alice", "secret words");
  const refusals: readonly (readonly [string, string, number, string])[] = [
    ["alice", "guess", 1, 'Cannot log in as "alice": the password is wrong'],
    [
      "alice",
      "secret words",
      1,
      'Cannot log in as "alice": this name is online already, ' +
      "leave there first",
    ],
    ["bob", "abc", 1, 'Cannot log in as "bob": password too short'],
    [
      "../x",
      "secret",
      2,
      'Cannot use USER "../x": expected 1 to 32 of A-Z a-z 0-9 . _ -, ' +
      "a letter or digit first",
    ],
  ];
  for (const [user, password, code, line] of refusals) {
    await using client = await startChatClient(server.chat, user, password);
    const end = await client.ended();
    assertEquals({ code: end.code, stderr: end.stderr }, {
      code,
      stderr: `client chat: ${line}\n`,
    });
  }
});

Deno.test("a client for whom there is no place says why, with its exit code", async () => {
  await using directory = await TempDir.make();
  await using server = await startChatServer(directory.path, [
    "--services=chat",
    "--max-clients=2",
  ]);
  using alice = await ChatClient.enter(server.chat, "alice");
  using _second = await ChatClient.enter(server.chat, "second");
  await using third = await startChatClient(server.chat, "third");
  const full = await third.ended();
  assertEquals(full.code, 1);
  assertEquals(
    full.stderr,
    'client chat: Cannot log in as "third": the server is full or busy, ' +
      "try again later\n",
  );
  assertEquals(await alice.others(), "second");
});

Deno.test("a client that is stopped before it has logged in says so with exit code 1", async () => {
  await using directory = await TempDir.make();
  await using server = await startChatServer(directory.path);
  await using client = new ClientProcess(["chat", "127.0.0.1", String(server.chat), "alice"]);
  await client.sees("Choose a password:\n");
  client.signal("SIGTERM");
  const { code, stderr } = await client.ended();
  assertEquals({ code, stderr }, {
    code: 1,
    stderr: 'client chat: Not logged in as "alice": no password was given\n',
  });
});

Deno.test("a server stops in order while many logins wait for their turn", async () => {
  await using directory = await TempDir.make();
  await using server = await startChatServer(directory.path);
  const clients = await Promise.all(
    Array.from({ length: 60 }, () => ChatClient.connect(server.chat)),
  );
  for (const [index, client] of clients.entries()) {
    await client.expects(`C LOGIN u${index}`, "C PASSWORD new");
  }
  await Promise.all(clients.map((client) => client.send("C PASSWORD secret\n")));
  const ending = server.endBy("SIGTERM");
  await Promise.all(clients.map((client) => client.toTheEnd()));
  for (const client of clients) client[Symbol.dispose]();
  const { code, stderr } = await ending;
  assertEquals(code, 0);
  assertEquals(stderr.includes("Stopping took too long"), false, stderr);
});

Deno.test("a server that is not there, or goes away, is told with exit code 3", async () => {
  await using directory = await TempDir.make();
  await using server = await startChatServer(directory.path);
  await using alice = await enterChat(server.chat, "alice");
  await using half = new ClientProcess(["chat", "127.0.0.1", String(server.chat), "half"]);
  await half.sees("half is new here. Choose a password:\n");
  await server.endBy("SIGTERM");
  assertEquals(await alice.ended().then(({ code, stderr }) => [code, stderr]), [
    3,
    "client chat: The server closed the connection\n",
  ]);
  assertEquals(await half.ended().then(({ code, stderr }) => [code, stderr]), [
    3,
    'client chat: Cannot log in as "half": the server closed the connection\n',
  ]);
  const port = freePort();
  await using late = await startChatClient(port, "late");
  const end = await late.ended();
  assertEquals(end.code, 3);
  assertEquals(
    end.stderr,
    `client chat: Cannot reach 127.0.0.1:${port}: nothing is listening there\n`,
  );
});

Deno.test("server.ts chat PORT serves the login chat and nothing else", async () => {
  await using directory = await TempDir.make();
  const words = ["chat", "0", "--data", directory.path];
  await using server = ServerProcess.spawn(words, { directory: directory.path });
  const ports = await server.ready();
  const { tcp } = ports["chat"] as { readonly tcp: number };
  assertEquals(ports as unknown, { buddy: null, rooms: null, chat: { tcp }, status: null });
  using ann = await ChatClient.enter(tcp, "ann");
  await ann.expects("C EX", "C 200 BYE");
  assertEquals((await server.endBy("SIGTERM")).code, 0);
});
