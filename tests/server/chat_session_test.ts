import { assertEquals } from "@std/assert";
import type { ByteStream } from "../../lib/core/ports.ts";
import { DeadlineQueue } from "../../lib/net/deadline_queue.ts";
import { memoryPair } from "../../lib/net/memory_pair.ts";
import { OrderlyCloser } from "../../lib/net/orderly_close.ts";
import { ChatMeter } from "../../lib/server/chat_meter.ts";
import { ChatSession } from "../../lib/server/chat_session.ts";
import { LoginChat } from "../../lib/services/login_chat.ts";
import { Passwords } from "../../lib/services/passwords.ts";
import { ChatClient } from "../support/chat_client.ts";
import { ChatBackstage } from "../support/chat_hall.ts";
import { CHEAP_COST } from "../support/passwords.ts";
import type { RecordedLog } from "../support/recorded_log.ts";
import { within } from "../support/within.ts";

/** One session, and its client. */
class Booth implements AsyncDisposable {
  readonly session: ChatSession;
  readonly client: ChatClient;
  readonly stream: ByteStream;
  readonly log: RecordedLog;
  readonly #closer = new OrderlyCloser();
  readonly #running: Promise<void>;

  /** `hashing` passwords are held back until it resolves. */
  constructor(hashing: Promise<void> = Promise.resolve()) {
    const passwords = new Passwords(CHEAP_COST);
    const hash = passwords.hash.bind(passwords);
    passwords.hash = (...of) => hashing.then(() => hash(...of));
    const { login, log } = new ChatBackstage(passwords);
    this.log = log;
    const [end, stream] = memoryPair();
    this.stream = stream;
    this.client = new ChatClient(end);
    this.session = new ChatSession({
      ...{ chat: new LoginChat(), login, meter: new ChatMeter(false) },
      closer: this.#closer,
      lineDeadlines: new DeadlineQueue(60),
    }, { stream, remoteIp: "192.0.2.1" });
    this.#running = this.session.run();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client[Symbol.dispose]();
    await within("the session's end", this.#running);
    this.#closer.stop();
  }
}

Deno.test("ping() asks a client that has been silent since the last time, once logged in", async () => {
  await using booth = new Booth();
  const { session, client } = booth;
  session.ping();
  session.ping();
  await client.logIn("ann");
  session.ping();
  await client.expects("C PING mine", "C PONG mine");
  session.ping();
  session.ping();
  assertEquals(await client.line(), "C PING parley");
  await client.expects("C PONG parley\nC PING mine", "C PONG mine");
});

Deno.test("expire() waits for a password that is being checked", async () => {
  const hashing = Promise.withResolvers<void>();
  await using booth = new Booth(hashing.promise);
  const { session, client } = booth;
  await client.expects("C LOGIN ann", "C PASSWORD new");
  await client.send("C PASSWORD secret\n");
  await new Promise((resume) => setTimeout(resume, 0));
  session.expire();
  hashing.resolve();
  assertEquals(await client.line(), "C 200 OK registered");
  session.expire();
  await client.expects("C PING a", "C PONG a");
});

Deno.test("a session that ended while its password was checked does not come online", async () => {
  const hashing = Promise.withResolvers<void>();
  await using booth = new Booth(hashing.promise);
  const { session, client } = booth;
  await client.expects("C LOGIN ann", "C PASSWORD new");
  await client.send("C PASSWORD secret\n");
  await new Promise((resume) => setTimeout(resume, 0));
  const ended = session.end();
  hashing.resolve();
  assertEquals(await client.toTheEnd(), []);
  client[Symbol.dispose]();
  await within("the end", ended);
  assertEquals(session.isLoggedIn, false);
});

Deno.test("a connection that broke is not logged as one that does not read", async () => {
  await using booth = new Booth();
  const { session, client, stream, log } = booth;
  await client.logIn("ann");
  stream.write = () => Promise.reject(new Deno.errors.BrokenPipe());
  assertEquals(session.deliver(new Uint8Array(1)), true, "nobody knows yet");
  await new Promise((resume) => setTimeout(resume, 0));
  assertEquals(session.deliver(new Uint8Array(1)), false);
  assertEquals(session.isLoggedIn, false);
  assertEquals(log.entries.map(({ message }) => message), [
    "Logged in to the chat",
    "Left the chat",
  ]);
});
