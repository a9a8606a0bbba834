/**
 * Others call our client, as the clients in the field do. Rules: protocols/buddy.md, "Peer chat" 2
 * to 7.
 */

import { assert, assertEquals } from "@std/assert";
import { FakeServer, olderServer } from "../support/client_fake_server.ts";
import { HandPlayed } from "../support/client_peers.ts";
import { ClientProcess } from "../support/client_process.ts";

/** Alice at her client; bob is her online buddy at 127.0.0.1 and played by hand. */
class CalledPlay implements AsyncDisposable {
  readonly #server: FakeServer;
  readonly alice: ClientProcess;

  private constructor(server: FakeServer, alice: ClientProcess) {
    this.#server = server;
    this.alice = alice;
  }

  static async start(list = "bob 100 ONLINE 127.0.0.1 4001\n"): Promise<CalledPlay> {
    const server = new FakeServer(olderServer(() => list));
    const alice = await ClientProcess.register(server, "alice");
    await alice.seesInStatus(/^User /m); // the list has come then
    return new CalledPlay(server, alice);
  }

  /** Bob calls, and alice sees it. */
  async ring(caller = "bob"): Promise<HandPlayed> {
    const bob = await HandPlayed.call(this.alice.messagePort);
    await this.alice.sees(`${caller} is calling: Y answers, N turns the call down.\n`);
    return bob;
  }

  /** Bob calls, and alice answers. */
  async chat(): Promise<HandPlayed> {
    const bob = await this.ring();
    await this.alice.types("y");
    assertEquals(await bob.chunk(), "ACCEPT\n", "ACCEPT comes alone");
    await this.alice.sees("You are in a chat with bob: q ends it");
    return bob;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.alice[Symbol.asyncDispose]();
    await this.#server[Symbol.asyncDispose]();
  }
}

Deno.test("Y sends ACCEPT alone, then both write, then q ends it in order", async () => {
  await using play = await CalledPlay.start();
  using bob = await play.chat();
  await bob.send("Hello!\n");
  await play.alice.sees("bob: Hello!\n");
  await play.alice.types("Nice to meet you, ünï 日本!", "q", "X");
  assertEquals(await bob.rest(), "Nice to meet you, ünï 日本!\n");
  await bob.finish();
  await play.alice.sees("You ended the chat with bob.\nalice>\n");
  assertEquals((await play.alice.ended()).code, 0);
});

// That it is not in the segment of ACCEPT is seen where the gap can be made long: peer_calls_test.ts.
Deno.test("a line typed right behind Y comes behind ACCEPT", async () => {
  await using play = await CalledPlay.start();
  using bob = await play.ring();
  await play.alice.types("Y", "quick");
  assertEquals([await bob.line(), await bob.line()], ["ACCEPT", "quick"]);
});

Deno.test("N sends REJECT and ends in order", async () => {
  await using play = await CalledPlay.start();
  using bob = await play.ring();
  await play.alice.types("N", "N");
  assertEquals(await bob.rest(), "REJECT\n");
  await play.alice.sees("Turned bob's call down.\nalice>\n");
  await play.alice.sees("Nobody is calling.\nalice>\n");
});

Deno.test("the other side's end ends the chat without a q, and the menu is back", async () => {
  await using play = await CalledPlay.start();
  {
    using bob = await play.chat();
    await bob.send("bye");
  }
  await play.alice.sees("bob: bye\n");
  await play.alice.sees("bob ended the chat.\nalice>\n");
  await play.alice.types("S");
  await play.alice.sees("bob   ONLINE");
});

Deno.test("a caller who hangs up while it rings is told, and Y says nobody is calling", async () => {
  await using play = await CalledPlay.start();
  {
    using _bob = await play.ring();
  }
  await play.alice.sees("bob hung up.\n");
  await play.alice.types("Y");
  await play.alice.sees("Nobody is calling.\nalice>\n");
});

Deno.test("a second caller is rejected while one rings; both are told", async () => {
  await using play = await CalledPlay.start();
  using first = await play.ring();
  using second = await HandPlayed.call(play.alice.messagePort);
  assertEquals(await second.rest(), "REJECT\n");
  await play.alice.sees("bob called and was told that you are busy.\n");
  await play.alice.types("Y");
  assertEquals(await first.line(), "ACCEPT");
});

Deno.test("a second caller is rejected during a chat, which goes on; both are told", async () => {
  await using play = await CalledPlay.start();
  using first = await play.chat();
  using second = await HandPlayed.call(play.alice.messagePort);
  await second.send("HELLO carol\n");
  assertEquals(await second.rest(), "REJECT\n");
  await play.alice.sees("bob called and was told that you are busy.\n");
  await first.send("still here\n");
  await play.alice.sees("bob: still here\n");
});

Deno.test("a caller is named `alice or bob` when several share the address", async () => {
  await using play = await CalledPlay.start(
    "bob 100 ONLINE 127.0.0.1 1\ncarol 102 AWAY 127.0.0.1 2\ndave 101 OFFLINE 127.0.0.1 3\n",
  );
  using caller = await play.ring("bob or carol");
  await play.alice.types("Y");
  assertEquals(await caller.line(), "ACCEPT");
  await caller.send("hi\n");
  await play.alice.sees("bob or carol: hi\n");
});

Deno.test("a caller nobody knows is named by the address", async () => {
  await using play = await CalledPlay.start("bob 101 OFFLINE 127.0.0.1 4001\n");
  using _caller = await play.ring("127.0.0.1");
});

Deno.test("a call during a question waits for the answer, and is told again then", async () => {
  await using play = await CalledPlay.start();
  await play.alice.types("A");
  await play.alice.sees("Buddy to add:\n");
  using bob = await HandPlayed.call(play.alice.messagePort);
  await play.alice.sees("bob is calling; answer with Y or N after this.\n");
  await play.alice.types("y");
  await play.alice.sees("y is now your buddy.\nbob is calling: Y answers");
  await play.alice.types("y");
  assertEquals(await bob.line(), "ACCEPT");
});

Deno.test("a caller that sends Latin-1 is read as it meant", async () => {
  await using play = await CalledPlay.start();
  using bob = await play.chat();
  await bob.send(Uint8Array.of(0x63, 0x61, 0x66, 0xe9, 0x0a)); // "café" of a Java client
  await play.alice.sees("bob: café\n");
  await bob.send("café\r\n");
  await play.alice.sees("bob: café\n");
});

Deno.test("empty lines are shown, and q and / from the other side are only text", async () => {
  await using play = await CalledPlay.start();
  using bob = await play.chat();
  await bob.send("\n\r\nq\n/help\nY\n");
  for (const text of ["", "", "q", "/help", "Y"]) await play.alice.sees(`bob: ${text}\n`);
  await play.alice.types("");
  assertEquals(await bob.line(), "");
});

Deno.test("control characters are made visible; no ESC reaches a pipe", async () => {
  await using play = await CalledPlay.start();
  using bob = await play.chat();
  await bob.send("\x1b[2J\x1b]52;c;eA==\x07\x00\x08\x7f\u009b31m\u202ereversed\tend\n");
  await play.alice.sees("bob: ^[[2J^[]52;c;eA==^G^@^H^?<U+009B>31m<U+202E>reversed    end\n");
  await play.alice.types("q", "X");
  const { stdout } = await play.alice.ended();
  // deno-lint-ignore no-control-regex
  assert(!/[\x00-\x09\x0b-\x1f\x7f-\x9f]/.test(stdout));
});

Deno.test("a 10,000-byte line is shown in pieces that lose nothing", async () => {
  await using play = await CalledPlay.start();
  using bob = await play.chat();
  await bob.send("0123456789".repeat(1000) + "\nnext\n");
  await play.alice.sees("bob: next\n");
  const pieces = [...play.alice.shown.matchAll(/^bob: (\d+)$/gm)].map(([, digits]) => digits);
  assertEquals(pieces.length, 3);
  assertEquals(pieces.join(""), "0123456789".repeat(1000));
});

Deno.test("a caller who speaks first is not answered before Y, and its text is shown then", async () => {
  await using play = await CalledPlay.start();
  using bob = await play.ring();
  await bob.send("HELLO bob\n");
  await play.alice.types("?");
  await play.alice.sees("Type a letter");
  assert(!play.alice.shown.includes("HELLO bob"));
  await play.alice.types("Y");
  await play.alice.sees("bob: HELLO bob\n");
  assertEquals(await bob.line(), "ACCEPT");
});

Deno.test("lines that start with / are not sent, // sends one /, /help and /q are ours", async () => {
  await using play = await CalledPlay.start();
  using bob = await play.chat();
  await play.alice.types("/hepl", "/help", "//etc", "/Q");
  assertEquals(await bob.rest(), "/etc\n");
  await bob.finish();
  await play.alice.sees("Unknown command /hepl, did you mean /help?\n");
  await play.alice.sees("  q or /q             ends the chat\n");
  await play.alice.sees("You ended the chat with bob.\nalice>\n");
});

Deno.test("a reset by the other side is told, and the menu is back", async () => {
  await using play = await CalledPlay.start();
  {
    using _bob = await play.chat();
    await play.alice.types("you will not read this");
    await play.alice.types("nor this");
  }
  await play.alice.sees("the chat");
  await play.alice.sees("alice>\n");
});
