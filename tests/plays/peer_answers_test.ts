/**
 * Our client calls, and the other side answers as the clients in the field do. Rules:
 * protocols/buddy.md, "Peer chat" 1 and 3; the dialects are those of older clients.
 */

import { assertEquals } from "@std/assert";
import { FakeServer, olderServer } from "../support/client_fake_server.ts";
import { type HandPlayed, HandPlayedCallee } from "../support/client_peers.ts";
import { ClientProcess } from "../support/client_process.ts";

/** Alice at her client, who knows where her buddies are: a list that is late would not be waited for. */
async function atTheMenu(server: FakeServer): Promise<ClientProcess> {
  const alice = await ClientProcess.register(server, "alice");
  await alice.seesInStatus(/^User /m);
  return alice;
}

/** Alice at her client, and bob, who is online and played by hand. */
class CallPlay implements AsyncDisposable {
  readonly #callee: HandPlayedCallee;
  readonly #server: FakeServer;
  readonly alice: ClientProcess;

  private constructor(callee: HandPlayedCallee, server: FakeServer, alice: ClientProcess) {
    this.#callee = callee;
    this.#server = server;
    this.alice = alice;
  }

  static async start(status = "100 ONLINE"): Promise<CallPlay> {
    const callee = new HandPlayedCallee();
    const server = new FakeServer(olderServer(() => callee.listLine("bob", status)));
    return new CallPlay(callee, server, await atTheMenu(server));
  }

  /** Alice types `M bob` and perhaps more lines; gives bob's end of the connection. */
  async call(...lines: readonly string[]): Promise<HandPlayed> {
    await this.alice.types("M bob", ...lines);
    return await this.#callee.called();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.alice[Symbol.asyncDispose]();
    await this.#server[Symbol.asyncDispose]();
    this.#callee[Symbol.dispose]();
  }
}

const NO_ANSWERS: readonly (readonly [who: string, says: string])[] = [
  ["closes silently", ""],
  ["sends REJECT and LF", "REJECT\n"],
  ["sends REJECT without LF", "REJECT"],
  ["says OK in another dialect", "OK\n"],
  ["says NO in another dialect", "NO\n"],
  ["says ACCEPTED in another dialect", "ACCEPTED\n"],
  ["says ACCEPT and more on the line", "ACCEPT bob\n"],
  ["sends bytes that are no text", "\xff\xfe\0\x1b"],
];

for (const [who, says] of NO_ANSWERS) {
  Deno.test(`a callee who ${who} has said no, and the menu is back`, async () => {
    await using play = await CallPlay.start();
    using bob = await play.call();
    await bob.send(says);
    await bob.finish();
    await play.alice.sees("bob turned the call down, or is busy.\nalice>\n");
    assertEquals(await bob.rest(), "", "nothing was sent to bob");
    await play.alice.types("S");
    await play.alice.sees("bob   ONLINE");
  });
}

const YES_ANSWERS: readonly (readonly [how: string, says: string])[] = [
  ["LF", "ACCEPT\n"],
  ["CRLF", "ACCEPT\r\n"],
];

for (const [how, says] of YES_ANSWERS) {
  Deno.test(`ACCEPT ended by ${how} begins the chat, in which both can write`, async () => {
    await using play = await CallPlay.start();
    using bob = await play.call();
    await bob.send(says);
    await play.alice.sees("You are in a chat with bob: q ends it");
    await play.alice.types("Hello buddy!");
    assertEquals(await bob.line(), "Hello buddy!");
    await bob.send("hi\n");
    await play.alice.sees("bob: hi\n");
  });
}

Deno.test("ACCEPT ended by end of stream is a yes, and the end of the chat", async () => {
  await using play = await CallPlay.start();
  using bob = await play.call();
  await bob.send("ACCEPT");
  await bob.finish();
  await play.alice.sees("You are in a chat with bob");
  await play.alice.sees("bob ended the chat.\nalice>\n");
});

Deno.test("text in the segment of ACCEPT is shown", async () => {
  await using play = await CallPlay.start();
  using bob = await play.call();
  await bob.send("ACCEPT\nat once\nand mo");
  await play.alice.sees("You are in a chat with bob");
  await play.alice.sees("bob: at once\n");
  await bob.send("re\n");
  await play.alice.sees("bob: and more\n");
});

Deno.test("ACCEPT may come in pieces", async () => {
  await using play = await CallPlay.start();
  using bob = await play.call();
  for (const piece of "ACCEPT\r\n") await bob.send(piece);
  await play.alice.sees("You are in a chat with bob");
});

Deno.test("a buddy who is AWAY can be called, in any case of the id", async () => {
  await using play = await CallPlay.start("102 AWAY");
  await play.alice.types("m BoB");
  await play.alice.sees("Calling bob at 127.0.0.1:");
});

Deno.test("lines typed while it rings wait for ACCEPT; a script of M, text and q works", async () => {
  await using play = await CallPlay.start();
  using bob = await play.call("one", "", "//two", "q", "S", "X");
  await bob.send("ACCEPT\n");
  assertEquals(await bob.rest(), "one\n\n/two\n");
  await bob.finish();
  await play.alice.sees("You ended the chat with bob.\nalice>\n");
  await play.alice.sees("bob   ONLINE");
  assertEquals((await play.alice.ended()).code, 0);
});

Deno.test("end of input after lines typed while it rings: they are sent, then it leaves", async () => {
  await using play = await CallPlay.start();
  using bob = await play.call("one", "two");
  await play.alice.endInput();
  await bob.send("ACCEPT\n");
  assertEquals(await bob.rest(), "one\ntwo\n");
  await bob.finish();
  assertEquals((await play.alice.ended()).code, 0);
});

Deno.test("lines typed while it rings are told to be unsent when the answer is no", async () => {
  await using play = await CallPlay.start();
  using bob = await play.call("one", "/files");
  await play.alice.sees("Unknown command /files");
  await bob.send("REJECT\n");
  await bob.finish();
  await play.alice.sees(
    "turned the call down, or is busy.\n(not delivered) 1 line you typed.\nalice>\n",
  );
});

Deno.test("q typed first while it rings gives the call up in order", async () => {
  await using play = await CallPlay.start();
  using bob = await play.call("q");
  await play.alice.sees("Gave up calling bob.\nalice>\n");
  assertEquals(await bob.rest(), "");
});

Deno.test("a buddy whose client is gone is a clear line, and the menu goes on", async () => {
  const callee = new HandPlayedCallee();
  const line = callee.listLine("bob");
  const port = callee.port;
  callee[Symbol.dispose]();
  await using server = new FakeServer(olderServer(() => line));
  await using alice = await atTheMenu(server);
  await alice.types("M", "bob", "S");
  await alice.sees("Buddy to message:\n");
  await alice.sees(
    `Cannot reach 127.0.0.1:${port}: nothing is listening there; bob cannot be called.\nalice>\n`,
  );
  await alice.sees("bob   ONLINE");
});

Deno.test("M of a stranger, of an offline buddy and of one without address: why not", async () => {
  const list = "off 101 OFFLINE 127.0.0.1 4001\nnew 101 OFFLINE unknown unknown\n" +
    "lost 100 ONLINE unknown unknown\n";
  await using server = new FakeServer(olderServer(() => list));
  await using alice = await atTheMenu(server);
  await alice.types("M nobody", "M off", "M new", "M lost");
  await alice.sees("nobody is not your buddy; A adds one.\nalice>\n");
  await alice.sees("off is offline.\nalice>\n");
  await alice.sees("new is offline.\nalice>\n");
  await alice.sees("lost is online, but the server knows no address to call.\nalice>\n");
});
