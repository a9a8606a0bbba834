/**
 * All connections to the login chat: how many there may be, how long a login may take, and how they
 * end together.
 */

import { CHAT_PING_SECONDS, type ChatLimits, type ServerLimits } from "../core/limits.ts";
import type { IncomingStream } from "../core/ports.ts";
import { DeadlineQueue } from "../net/deadline_queue.ts";
import { OrderlyCloser, writeAll } from "../net/orderly_close.ts";
import { LoginChat } from "../services/login_chat.ts";
import { CHAT_REPLIES, chatReply, encodeChatAnswer } from "../wire/login_chat_answer.ts";
import type { ChatLogin } from "./chat_login.ts";
import { ChatMeter } from "./chat_meter.ts";
import { ChatSession } from "./chat_session.ts";
import { OpenSessions } from "./open_sessions.ts";

/** What sessions are held to. */
export type ChatSessionLimits = ChatLimits & Pick<ServerLimits, "readDeadlineSeconds">;

const FULL = chatReply(CHAT_REPLIES.full);

/** Serves connections to the login chat. */
export class ChatSessions {
  readonly #limits: ChatSessionLimits;
  readonly #login: ChatLogin;
  readonly #chat: LoginChat<Uint8Array>;
  readonly #meter: ChatMeter;
  readonly #closer = new OrderlyCloser();
  readonly #deadlines: DeadlineQueue;
  /** For lines that have begun: a person thinks before typing one, and sends it whole. */
  readonly #lineDeadlines: DeadlineQueue;
  readonly #sessions = new OpenSessions<ChatSession>();
  readonly #pinging: ReturnType<typeof setInterval>;

  constructor(
    limits: ChatSessionLimits,
    login: ChatLogin,
    chat: LoginChat<Uint8Array> = new LoginChat(),
    meter: ChatMeter = new ChatMeter(false),
  ) {
    this.#chat = chat;
    this.#meter = meter;
    this.#limits = limits;
    this.#login = login;
    this.#deadlines = new DeadlineQueue(limits.loginDeadlineSeconds);
    this.#lineDeadlines = new DeadlineQueue(limits.readDeadlineSeconds);
    // Somebody whose machine is gone shows only when something is sent to them.
    this.#pinging = setInterval(() => {
      for (const session of this.#sessions) session.ping();
    }, CHAT_PING_SECONDS * 1000);
  }

  /** How many are online. */
  get online(): number {
    return this.#chat.size;
  }

  /** Connections, logged in or not. */
  get size(): number {
    return this.#sessions.size;
  }

  /** Serves one connection to its end. Takes ownership; never rejects. */
  async serve(incoming: IncomingStream): Promise<void> {
    if (this.#sessions.size >= this.#limits.maxClients) return await this.#turnAway(incoming);
    const session = new ChatSession({
      chat: this.#chat,
      login: this.#login,
      closer: this.#closer,
      lineDeadlines: this.#lineDeadlines,
      meter: this.#meter,
    }, incoming);
    const open = this.#sessions.add(session);
    const deadline = this.#deadlines.add(() => session.expire());
    await session.run();
    deadline.cancel();
    this.#sessions.ended(open);
  }

  async #turnAway({ stream }: IncomingStream): Promise<void> {
    this.#closer.closeLater(stream);
    this.#meter.replied(FULL);
    await writeAll(stream, encodeChatAnswer(FULL)).catch(() => {});
    await this.#closer.close(stream);
  }

  /** Ends every connection in an orderly way, which the closer bounds. */
  async stop(): Promise<void> {
    clearInterval(this.#pinging);
    this.#deadlines.close();
    this.#lineDeadlines.close();
    for (const session of this.#sessions) session.end();
    await this.#sessions.emptied();
    this.#closer.stop();
  }
}
