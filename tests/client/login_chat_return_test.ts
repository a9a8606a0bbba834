import { assertEquals, assertRejects } from "@std/assert";
import { LoginChatLink } from "../../lib/client/login_chat_link.ts";
import { comingBack } from "../../lib/client/login_chat_return.ts";
import { LoginChatSession } from "../../lib/client/login_chat_session.ts";
import { OperationalError, UnreachableError } from "../../lib/core/errors.ts";
import { memoryPair } from "../../lib/net/memory_pair.ts";
import { OrderlyCloser } from "../../lib/net/orderly_close.ts";
import { ChatClient } from "../support/chat_client.ts";
import { FakeTerminal } from "../support/client_terminal.ts";
import { id } from "../support/ids.ts";
import { within } from "../support/within.ts";

/** Somebody in a chat whose server comes and goes. */
class Stage implements AsyncDisposable {
  readonly terminal = new FakeTerminal(true);
  readonly #closer = new OrderlyCloser(0.2);
  readonly #servers: ChatClient[] = [];
  readonly session: LoginChatSession;
  readonly ended: Promise<void>;
  /** The server of the connection at hand. */
  server: ChatClient;
  /** Gives the server's side of each new connection. */
  #connected = Promise.withResolvers<ChatClient>();
  isThere = true;
  #pause: Promise<void> = Promise.resolve();

  constructor() {
    const first = this.#pair();
    this.server = first.server;
    this.session = new LoginChatSession(first.link, id("alice"), {
      comeBack: comingBack({
        ...{ user: id("alice"), terminal: this.terminal, password: () => "secret" },
        pause: () => this.#pause = new Promise((resume) => setTimeout(resume, 1)),
        connect: () => {
          if (!this.isThere) return Promise.reject(new UnreachableError("Cannot reach it"));
          const { link, server } = this.#pair();
          this.#connected.resolve(server);
          this.#connected = Promise.withResolvers();
          return Promise.resolve(link);
        },
      }),
    });
    this.ended = this.session.run(this.terminal, false);
    this.ended.catch(() => {});
  }

  #pair(): { readonly link: LoginChatLink; readonly server: ChatClient } {
    const [end, serverEnd] = memoryPair();
    const server = new ChatClient(serverEnd);
    this.#servers.push(server);
    return { link: new LoginChatLink(end, this.#closer), server };
  }

  /** The server of the next connection, which is asked to log somebody in. */
  async next(): Promise<ChatClient> {
    const server = await within("a connection", this.#connected.promise);
    assertEquals(await server.line(), "C LOGIN alice");
    return server;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of this.#servers) server[Symbol.dispose]();
    this.terminal.types("EX");
    await within("the end", this.ended.catch(() => {}));
    await this.#pause; // it may have been given up
    this.#closer.stop();
  }
}

Deno.test("a lost chat is come back to, with the password of before, and its prompt", async () => {
  await using stage = new Stage();
  const { terminal } = stage;
  terminal.types("PM", "hello all");
  assertEquals(await stage.server.line(), "C PM");
  await stage.server.send("C READY\n");
  assertEquals(await stage.server.line(), "D hello all");
  terminal.halfTyped = ["half a li"];
  stage.isThere = false;
  stage.server[Symbol.dispose]();
  await terminal.sees("(not delivered) hello all");
  await terminal.sees("(not delivered) half a li");
  await terminal.sees("The server closed the connection; trying again in 1 s. EX leaves.");
  await terminal.sees("Cannot reach it; trying again in");
  let next = stage.next();
  stage.isThere = true;
  let server = await next;
  next = stage.next();
  await server.send("C PASSWORD existing\n");
  assertEquals(await server.line(), "C PASSWORD secret");
  // The connection that was lost is still there, for the server.
  await server.send("C 409 ALREADY ONLINE\n");
  server[Symbol.dispose]();
  await terminal.sees("this name is online already, leave there first; trying again in");
  server = await next;
  await server.send("C PASSWORD existing\n");
  assertEquals(await server.line(), "C PASSWORD secret");
  await server.send("C 200 OK welcome\n");
  await terminal.sees("Connected again. What was said meanwhile was not heard.");
  terminal.types("WHO");
  assertEquals(await server.line(), "C WHO");
  await server.send("C USERS bob\n");
  await terminal.sees("bob");
});

for (
  const [what, answers, why] of [
    ["a password that is wrong now", ["C PASSWORD existing\n", "C 401 WRONG PASSWORD\n"], /wrong/],
    ["a name that is gone", ["C PASSWORD new\n"], /does not know this name/],
    ["another server", ["220 mail ready\n"], /no login chat/],
  ] as const
) {
  Deno.test(`coming back ends with ${what}`, async () => {
    await using stage = new Stage();
    const next = stage.next();
    stage.server[Symbol.dispose]();
    const server = await next;
    for (const answer of answers) await server.send(answer);
    const error = await assertRejects(() => within("the end", stage.ended), OperationalError);
    assertEquals(why.test(error.message), true, error.message);
  });
}

Deno.test("EX while there is no connection leaves", async () => {
  await using stage = new Stage();
  stage.isThere = false;
  stage.server[Symbol.dispose]();
  await stage.terminal.sees("Cannot reach it; trying again");
  stage.terminal.types("EX");
  await stage.terminal.sees("Goodbye.");
  await within("the end", stage.ended);
});
