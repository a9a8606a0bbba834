/**
 * `call`: a script talks to a buddy. The buddy is played by hand, and once by a real client.
 */

import { assertEquals } from "@std/assert";
import { FakeServer } from "../support/client_fake_server.ts";
import { HandPlayedCallee } from "../support/client_peers.ts";
import { ClientProcess } from "../support/client_process.ts";
import { at, run } from "../support/one_shot.ts";
import { TestServer } from "../support/server.ts";

/** A server that knows where bob is, and bob, who can be called. */
class CallPlay implements AsyncDisposable {
  readonly bob = new HandPlayedCallee();
  readonly server = new FakeServer({
    // Asked over TCP, where a client waits as long as a busy machine takes.
    reply: (line) =>
      line === "CAP" ? "200 OK parley/1 get\n" : `200 OK 1\n${this.bob.listLine("bob")}`,
  });

  /** Calls bob for alice. */
  call(...more: readonly string[]): ClientProcess {
    return new ClientProcess(["call", at("alice", this.server), "bob", ...more]);
  }

  /** What is told before the first word. */
  get calling(): string {
    return `Calling bob at 127.0.0.1:${this.bob.port}.\n`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.bob[Symbol.dispose]();
    await this.server[Symbol.asyncDispose]();
  }
}

Deno.test("call sends each line of the input, prints what comes, and ends with the input", async () => {
  await using play = new CallPlay();
  await using client = play.call();
  await client.types("one", "/two", "", "日本");
  using call = await play.bob.called();
  await call.send("ACCEPT\n");
  assertEquals([await call.line(), await call.line()], ["one", "/two"]);
  assertEquals([await call.line(), await call.line()], ["", "日本"]);
  await call.send("hi\tthere \x1b[2J\n");
  await client.sees("hi\tthere \x1b[2J\n");
  await client.endInput();
  assertEquals(await call.rest(), "");
  const { code, stdout, stderr } = await client.ended();
  assertEquals([code, stdout], [0, "hi\tthere \x1b[2J\n"]);
  assertEquals(stderr, play.calling + "bob has answered.\n");
  // Whoever calls is not online by that.
  assertEquals(play.server.datagrams.filter((datagram) => datagram.startsWith("SET")), []);
});

Deno.test("call delivers a large input in full, however slowly it is read", async () => {
  await using play = new CallPlay();
  await using client = play.call();
  const lines = Array.from({ length: 4000 }, (_, at) => `${at} ${"x".repeat(1000)}`);
  const typing = client.types(...lines).then(() => client.endInput());
  using call = await play.bob.called();
  await call.send("ACCEPT\n");
  assertEquals((await call.rest()).split("\n"), [...lines, ""]);
  await typing;
  assertEquals((await client.ended()).code, 0);
});

Deno.test("a line with q alone ends the call and is not sent", async () => {
  await using play = new CallPlay();
  await using client = play.call();
  await client.types("one", "q", "two");
  using call = await play.bob.called();
  await call.send("ACCEPT\n");
  assertEquals(await call.rest(), "one\n");
  assertEquals((await client.ended()).code, 0);
});

Deno.test("--wait listens on after the end of the input, until the buddy ends the call", async () => {
  await using play = new CallPlay();
  await using client = play.call("--wait=60");
  await client.types("lunch?");
  await client.endInput();
  using call = await play.bob.called();
  await call.send("ACCEPT\n");
  assertEquals(await call.line(), "lunch?");
  await call.send("at noon\n");
  await client.sees("at noon\n");
  await call.finish();
  assertEquals((await client.ended()).code, 0);
});

Deno.test("a buddy who says no, or ends the call first, is exit code 1", async () => {
  await using play = new CallPlay();
  {
    await using client = play.call();
    using call = await play.bob.called();
    await call.send("REJECT\n");
    await call.finish();
    const { code, stderr } = await client.ended();
    const told = "client call: bob turned the call down, or is busy\n";
    assertEquals([code, stderr], [1, play.calling + told]);
  }
  await using client = play.call();
  using call = await play.bob.called();
  await call.send("ACCEPT\n");
  await call.finish();
  const { code, stderr } = await client.ended();
  const told = "client call: bob ended the chat; the input was not at its end\n";
  assertEquals([code, stderr], [1, play.calling + "bob has answered.\n" + told]);
});

Deno.test("a buddy who cannot be called is exit code 1", async () => {
  await using server = await TestServer.start();
  await server.register("alice", "bob");
  const call = ["call", at("alice", server), "bob"];
  const stranger = await run(call);
  const told = "client call: bob is no buddy of alice (client add alice bob)\n";
  assertEquals([stranger.code, stranger.stderr], [1, told]);
  await server.addBuddies("alice", "bob");
  const offline = await run(call);
  assertEquals([offline.code, offline.stderr], [1, "client call: bob is offline\n"]);
});

Deno.test("a signal hangs up in order", async () => {
  await using play = new CallPlay();
  await using client = play.call();
  using call = await play.bob.called();
  await call.send("ACCEPT\n");
  await client.types("one");
  assertEquals(await call.line(), "one");
  client.signal("SIGTERM");
  assertEquals(await call.rest(), "");
  assertEquals((await client.ended()).code, 0);
});

Deno.test("a signal before the answer gives up, which is exit code 1", async () => {
  await using play = new CallPlay();
  await using client = play.call();
  using call = await play.bob.called();
  client.signal("SIGINT");
  assertEquals(await call.rest(), "");
  const { code, stderr } = await client.ended();
  const told = "client call: The call to bob was given up before an answer came\n";
  assertEquals([code, stderr], [1, play.calling + told]);
});

Deno.test("call reaches a real client, who sees the caller's name and messages", async () => {
  await using server = await TestServer.start();
  await using bob = await ClientProcess.register(server, "bob");
  await using alice = await ClientProcess.register(server, "alice");
  await server.addBuddies("alice", "bob");
  await server.addBuddies("bob", "alice");
  await bob.seesInStatus(/^alice +ONLINE/m);
  await using call = new ClientProcess(["call", at("alice", server), "bob"]);
  await call.types("the build is done");
  await bob.sees("alice is calling");
  await bob.types("y");
  await bob.sees("alice: the build is done\n");
  await bob.types("thanks");
  await call.sees("thanks\n");
  await call.endInput();
  assertEquals((await call.ended()).code, 0);
  await bob.sees("alice ended the chat.");
  await alice.types("X");
  await bob.types("X");
  assertEquals([(await alice.ended()).code, (await bob.ended()).code], [0, 0]);
});
