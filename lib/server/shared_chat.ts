/**
 * The login chat of several servers: names are taken in what they share, and what is said is published
 * to all of them.
 *
 * A message to all is the server's own word (32 hex digits) and a frame; one to somebody is their
 * name, LF, and a frame, on the channel of their server. While nothing is shared, there are no others.
 */

import { joinBytes } from "../core/bytes.ts";
import { parseUserId, type UserId } from "../core/user_id.ts";
import type { ChatPeers, LoginChat } from "../services/login_chat.ts";
import { KEEP_NAMES_MS, type SharedState } from "../storage/shared_state.ts";
import { OwnWord } from "./own_word.ts";

const LF = 10;
const TO_ALL = "chat";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The other servers, as the chat of this one sees them. */
export class SharedChat implements ChatPeers<Uint8Array> {
  readonly #state: SharedState;
  readonly #word: OwnWord;
  readonly #keeping: ReturnType<typeof setInterval>;
  #chat: LoginChat<Uint8Array> | undefined;
  #isStopped = false;

  constructor(state: SharedState) {
    this.#state = state;
    this.#word = new OwnWord(state.server);
    this.#keeping = setInterval(() => this.#keep(), KEEP_NAMES_MS);
    state.onReturn(() => this.#keep());
    state.exchange.listen(TO_ALL, (message) => this.#hear(message));
    state.exchange.listen(channelOf(state.server), (message) => this.#hearFor(message));
  }

  /** Whose chat this is part of. */
  serve(chat: LoginChat<Uint8Array>): void {
    this.#chat = chat;
  }

  /** Keeps no names any more; what the chat still lets go of is released. */
  stop(): void {
    this.#isStopped = true;
    clearInterval(this.#keeping);
    this.#state.exchange.leave(TO_ALL);
    this.#state.exchange.leave(channelOf(this.#state.server));
  }

  /** Takes a name; what nobody shares is everybody's own. */
  async claim(user: UserId): Promise<boolean> {
    return await this.#state.names.claim(user).catch(() => true);
  }

  /** Lets go of a name; else it is free when its lifetime is over. */
  release(user: UserId): void {
    this.#state.names.release(user).catch(() => {});
  }

  /** Everybody online. */
  async everybody(): Promise<readonly UserId[] | undefined> {
    return await this.#state.names.all().catch(() => undefined);
  }

  /** Says something to everybody elsewhere. */
  async sayElsewhere(piece: Uint8Array): Promise<number> {
    const { exchange, names } = this.#state;
    try {
      const said = exchange.publish(TO_ALL, this.#word.sign(piece));
      const [count] = await Promise.all([names.count(), said]);
      return Math.max(0, count - (this.#chat?.size ?? 0));
    } catch {
      return 0;
    }
  }

  /** Tells somebody elsewhere something. */
  async tellElsewhere(to: UserId, piece: Uint8Array): Promise<boolean> {
    const { exchange, names, server } = this.#state;
    try {
      const theirs = await names.serverOf(to);
      if (theirs === undefined || theirs === server) return false;
      const message = joinBytes([encoder.encode(`${to}\n`), piece]);
      return await exchange.publish(channelOf(theirs), message) > 0;
    } catch {
      return false;
    }
  }

  #hear(message: Uint8Array): void {
    const piece = this.#word.bodyOf(message);
    if (piece !== undefined && piece.length > 0) this.#chat?.heard(piece);
  }

  #hearFor(message: Uint8Array): void {
    const end = message.indexOf(LF);
    const to = parseUserId(decoder.decode(message.subarray(0, Math.max(0, end))));
    if (to !== undefined) this.#chat?.heardFor(to, message.slice(end + 1));
  }

  /** Keeps the names of those who are here, and gives up those that another server took meanwhile. */
  async #keep(): Promise<void> {
    const users = this.#chat?.users ?? [];
    if (users.length === 0 || this.#isStopped) return;
    const lost = await this.#state.names.keep(users).catch(() => []);
    const here = new Set(this.#chat?.users);
    for (const user of users) {
      // Whoever left while they were kept.
      if (!here.has(user)) this.release(user);
    }
    for (const user of lost) this.#chat?.lost(user);
  }
}

function channelOf(server: string): string {
  return `chat:${server}`;
}
