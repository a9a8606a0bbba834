/**
 * A login chat without sockets, its passwords as cheap as can be.
 */

import { parseAddressSet } from "../../lib/core/ip_address.ts";
import { DEFAULT_CHAT_LIMITS, DEFAULT_SERVER_LIMITS } from "../../lib/core/limits.ts";
import { memoryPair } from "../../lib/net/memory_pair.ts";
import { ChatLogin } from "../../lib/server/chat_login.ts";
import { ChatMeter } from "../../lib/server/chat_meter.ts";
import { type ChatSessionLimits, ChatSessions } from "../../lib/server/chat_sessions.ts";
import { LoginAttempts } from "../../lib/server/login_attempts.ts";
import { Accounts } from "../../lib/services/accounts.ts";
import { Passwords } from "../../lib/services/passwords.ts";
import { Presence } from "../../lib/services/presence.ts";
import { MemoryStore } from "../../lib/storage/memory_store.ts";
import { ChatClient } from "./chat_client.ts";
import { FakeClock } from "./fake_clock.ts";
import { CHEAP_COST } from "./passwords.ts";
import { RecordedLog } from "./recorded_log.ts";
import { within } from "./within.ts";

/** What stands behind logging in. */
export class ChatBackstage {
  readonly store = new MemoryStore();
  readonly log = new RecordedLog();
  readonly clock = new FakeClock();
  readonly presence = new Presence(30, this.clock.read);
  readonly meter = new ChatMeter(false);
  readonly login: ChatLogin;

  constructor(readonly passwords: Passwords = new Passwords(CHEAP_COST)) {
    const attempts = new LoginAttempts(parseAddressSet([]));
    this.login = new ChatLogin({
      accounts: new Accounts({ ...this, minPassword: 4 }),
      attempts,
      meter: this.meter,
      clock: this.clock.read,
      log: this.log,
    });
  }
}

/** Where a client connects from, and how much is on the way before a writer waits. */
export interface ChatCaller {
  readonly ip?: string;
  readonly capacity?: number;
}

/** A whole login chat. */
export class ChatHall extends ChatBackstage implements AsyncDisposable {
  #connections = 0;
  readonly sessions: ChatSessions;
  readonly #clients: ChatClient[] = [];

  constructor(limits: Partial<ChatSessionLimits> = {}, passwords = new Passwords(CHEAP_COST)) {
    super(passwords);
    this.sessions = new ChatSessions({
      ...DEFAULT_SERVER_LIMITS,
      ...DEFAULT_CHAT_LIMITS,
      ...limits,
    }, this.login);
  }

  /** Opens a connection; `served` resolves when the server is done with it. */
  connect(
    { ip = "192.0.2.1", capacity }: ChatCaller = {},
  ): { readonly client: ChatClient; readonly served: Promise<void> } {
    const [end, stream] = memoryPair(capacity);
    const served = this.sessions.serve({ stream, remoteIp: ip, connection: ++this.#connections });
    const client = new ChatClient(end);
    this.#clients.push(client);
    return { client, served: within("the session's end", served) };
  }

  /** Connects and registers or logs in. */
  async enter(user: string, caller?: ChatCaller): Promise<ChatClient> {
    const { client } = this.connect(caller);
    await client.logIn(user);
    return client;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client[Symbol.dispose]();
    await within("the stop", this.sessions.stop());
  }
}
