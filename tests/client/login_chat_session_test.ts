import { assertEquals, assertRejects } from "@std/assert";
import { LoginChatLink } from "../../lib/client/login_chat_link.ts";
import { LoginChatSession, type SessionWaits } from "../../lib/client/login_chat_session.ts";
import { UnreachableError } from "../../lib/core/errors.ts";
import { memoryPair } from "../../lib/net/memory_pair.ts";
import { OrderlyCloser } from "../../lib/net/orderly_close.ts";
import { ChatClient } from "../support/chat_client.ts";
import { FakeTerminal } from "../support/client_terminal.ts";
import { id } from "../support/ids.ts";
import { within } from "../support/within.ts";

/** A client that is logged in, its terminal, and the server it talks to. */
class Stage implements AsyncDisposable {
  readonly terminal: FakeTerminal;
  readonly server: ChatClient;
  readonly link: LoginChatLink;
  readonly session: LoginChatSession;
  readonly ended: Promise<void>;
  readonly #closer = new OrderlyCloser();

  constructor(interactive = true, waits: SessionWaits | undefined = undefined) {
    const [end, serverEnd] = memoryPair();
    this.terminal = new FakeTerminal(interactive);
    this.server = new ChatClient(serverEnd);
    this.link = new LoginChatLink(end, this.#closer);
    this.session = new LoginChatSession(this.link, id("alice"), { ...(waits && { waits }) });
    this.ended = within("the session's end", this.session.run(this.terminal, false));
    this.ended.catch(() => {});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server[Symbol.dispose]();
    await this.ended.catch(() => {});
    await this.link.close();
    this.#closer.stop();
  }
}

Deno.test("a message that arrives in the middle of a DM dialogue is shown at once", async () => {
  await using stage = new Stage();
  const { terminal, server } = stage;
  terminal.types("DM");
  assertEquals(await server.line(), "C DM");
  await server.send("C USERS bob carol\n");
  await terminal.sees("«To whom: »");
  await server.send("D PM carol hello all\n");
  await terminal.sees("carol: hello all");
  assertEquals(stage.session.completions("c"), ["carol"]);
  terminal.types("bob");
  await terminal.sees("«To bob: »");
  await server.send("D DM carol psst\n");
  await terminal.sees("carol (to you): psst");
  terminal.types("hi");
  assertEquals(await server.line(), "D bob hi");
  await server.send("C 200 SENT 1\n");
  await terminal.sees("Sent to bob.");
});

Deno.test("the next line is read when the one before it is done", async () => {
  await using stage = new Stage(false);
  const { terminal, server } = stage;
  terminal.types("PM", "hello all", "EX");
  assertEquals(await server.line(), "C PM");
  await server.send("C READY\n");
  assertEquals(await server.line(), "D hello all");
  await server.send("C 200 SENT 1\n");
  assertEquals(await server.line(), "C EX");
  await server.send("C 200 BYE\n");
  await server.finish();
  await stage.ended;
  assertEquals(terminal.shown.at(-1), "Goodbye.");
  assertEquals(terminal.isClosed, true);
});

Deno.test("a ping of the server is answered, and not shown", async () => {
  await using stage = new Stage();
  await stage.server.send("C PING now\n");
  assertEquals(await stage.server.line(), "C PONG now");
  await stage.server.send("D PM bob hello\n");
  await stage.terminal.sees("bob: hello");
  assertEquals(stage.terminal.shown.some((line) => line.includes("now")), false);
});

Deno.test("the end of input and a stop leave in order", async () => {
  for (const leave of [(s: Stage) => s.terminal.types(undefined), (s: Stage) => s.session.stop()]) {
    await using stage = new Stage();
    await stage.terminal.sees("«Operation");
    leave(stage);
    assertEquals(await stage.server.line(), "C EX");
    await stage.server.finish();
    await stage.ended;
    assertEquals(stage.terminal.isClosed, true);
  }
});

Deno.test("a server that goes away ends the client, which says so", async () => {
  await using stage = new Stage();
  await stage.terminal.sees("«Operation");
  await stage.server.finish();
  await assertRejects(() => stage.ended, UnreachableError, "The server closed the connection");
  assertEquals(stage.terminal.isClosed, true);
  assertEquals(stage.terminal.shown.includes("Goodbye."), false);
});

Deno.test("a server that does not say goodbye keeps nobody", async () => {
  await using stage = new Stage();
  stage.session.stop();
  assertEquals(await stage.server.line(), "C EX");
  await stage.ended;
  assertEquals(stage.terminal.shown.at(-1), "Goodbye.");
});

Deno.test("a line without end is no login chat", async () => {
  await using stage = new Stage();
  const flood = async (): Promise<void> => {
    for (;;) await stage.server.send("x".repeat(16 * 1024));
  };
  const flooding = flood().catch(() => {});
  await assertRejects(() => stage.ended, UnreachableError);
  await stage.link.close();
  await flooding;
});

const SHORT: SessionWaits = {
  ...{ goodbyeMs: 20, slowMs: 20, answerMs: 60_000, silentMs: 60_000, goneMs: 60_000 },
};

Deno.test("EX works while an answer is outstanding", async () => {
  await using stage = new Stage(true, SHORT);
  const { terminal, server } = stage;
  terminal.types("PM");
  assertEquals(await server.line(), "C PM");
  await terminal.sees("The server has not answered yet. EX leaves.");
  terminal.types("EX");
  assertEquals(await server.line(), "C EX");
  await stage.ended;
  assertEquals(terminal.shown.at(-1), "Goodbye.");
});

Deno.test("a server that does not answer is given up, and a script's next line stays", async () => {
  for (const interactive of [true, false]) {
    await using stage = new Stage(interactive, { ...SHORT, answerMs: 50 });
    const { terminal, server } = stage;
    terminal.types("WHO");
    if (!interactive) terminal.types("EX");
    assertEquals(await server.line(), "C WHO");
    await assertRejects(() => stage.ended, UnreachableError, "does not answer");
    assertEquals(await server.line(), undefined);
  }
});

Deno.test("what is said is kept: by others at once, by us when it is confirmed, or lost", async () => {
  const kept: string[] = [];
  const [end, serverEnd] = memoryPair();
  const server = new ChatClient(serverEnd);
  const closer = new OrderlyCloser();
  const terminal = new FakeTerminal(true);
  const session = new LoginChatSession(new LoginChatLink(end, closer), id("alice"), {
    conversation: {
      add: (who, text, isDelivered = true) => kept.push(`${who}: ${text} ${isDelivered}`),
      last: () => [],
      search: () => Promise.resolve([]),
    },
    comeBack: () => Promise.resolve(undefined),
  });
  const over = session.run(terminal, false).catch(() => {});
  await server.send("D PM bob hello\nD DM bob psst\n");
  await terminal.sees("bob (to you): psst");
  terminal.types("DM bob hi");
  assertEquals(await server.line(), "C DM");
  await server.send("C USERS bob\n");
  assertEquals(await server.line(), "D bob hi");
  await server.send("C 200 SENT 1\n");
  await terminal.sees("Sent to bob.");
  terminal.types("PM all of you");
  assertEquals(await server.line(), "C PM");
  await server.send("C READY\n");
  assertEquals(await server.line(), "D all of you");
  server[Symbol.dispose]();
  await within("the end", over);
  closer.stop();
  assertEquals(kept, [
    "bob: hello true",
    "bob: (to alice) psst true",
    "alice: (to bob) hi true",
    "alice: all of you false",
  ]);
});

Deno.test("a server that says nothing is asked whether it is there, and left when it is not", async () => {
  const waits = { ...SHORT, silentMs: 40 };
  await using stage = new Stage(true, waits);
  const { server } = stage;
  for (let asked = 0; asked < 3; asked++) {
    assertEquals(await server.line(), "C PING there?");
    await server.send("C PONG there?\n");
  }
  waits.goneMs = 100; // only now: until here the server may take its time
  await assertRejects(() => stage.ended, UnreachableError, "does not answer any more");
});
