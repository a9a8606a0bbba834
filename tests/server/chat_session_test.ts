import { assertEquals } from "@std/assert";
import { parseAddressSet } from "../../lib/core/ip_address.ts";
import { memoryPair } from "../../lib/net/memory_pair.ts";
import { OrderlyCloser } from "../../lib/net/orderly_close.ts";
import { ChatLogin } from "../../lib/server/chat_login.ts";
import { ChatSession } from "../../lib/server/chat_session.ts";
import { LoginAttempts } from "../../lib/server/login_attempts.ts";
import { Accounts } from "../../lib/services/accounts.ts";
import { LoginChat } from "../../lib/services/login_chat.ts";
import { Passwords } from "../../lib/services/passwords.ts";
import { Presence } from "../../lib/services/presence.ts";
import { MemoryStore } from "../../lib/storage/memory_store.ts";
import { ChatClient } from "../support/chat_client.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { CHEAP_COST } from "../support/passwords.ts";
import { RecordedLog } from "../support/recorded_log.ts";
import { within } from "../support/within.ts";

/** One session, and its client. */
class Booth implements AsyncDisposable {
  readonly session: ChatSession;
  readonly client: ChatClient;
  readonly #closer = new OrderlyCloser();
  readonly #running: Promise<void>;

  /** `hashing` passwords are held back until it resolves. */
  constructor(hashing: Promise<void> = Promise.resolve()) {
    const clock = new FakeClock().read;
    const passwords = new Passwords(CHEAP_COST);
    const hash = passwords.hash.bind(passwords);
    passwords.hash = (password) => hashing.then(() => hash(password));
    const store = new MemoryStore();
    const presence = new Presence(30, clock);
    const [end, stream] = memoryPair();
    this.client = new ChatClient(end);
    this.session = new ChatSession({
      chat: new LoginChat(),
      login: new ChatLogin({
        accounts: new Accounts({ store, passwords, presence, minPassword: 4 }),
        attempts: new LoginAttempts(parseAddressSet([])),
        clock,
        log: new RecordedLog(),
      }),
      closer: this.#closer,
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
