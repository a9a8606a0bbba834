/**
 * What is kept of the chats of a session: a conversation for each buddy, and which one is going on.
 */

import { loginAddressText, type ServerPlace } from "../config/login_address.ts";
import type { UserId } from "../core/user_id.ts";
import type { Conversation, Conversations } from "./conversations.ts";
import { beforeLines } from "./history_commands.ts";
import type { ScreenLine } from "./screen_line.ts";

/** Remembers one chat after the other. */
export class ChatMemory {
  /** Where what is said is kept. */
  readonly conversations: Conversations;
  readonly #place: ServerPlace;
  #user: UserId | undefined;
  #peer = "";
  #current: Conversation | undefined;

  /** @param place the server at which people have their names */
  constructor(conversations: Conversations, place: ServerPlace) {
    this.conversations = conversations;
    this.#place = place;
  }

  /** The conversation of the chat that goes on, or went on last. */
  get current(): Conversation | undefined {
    return this.#current;
  }

  /** A chat begins. @returns what was said last in the one before */
  begin(user: UserId | undefined, peer: string): readonly ScreenLine[] {
    this.#user = user;
    this.#peer = peer;
    const owner = loginAddressText(user, this.#place);
    this.#current = this.conversations.open({ owner, kind: "buddy", name: peer });
    return beforeLines(this.#current);
  }

  /** The other side said something. */
  heard(text: string): void {
    this.#current?.add(this.#peer, text);
  }

  /** Our user said something, which may not have arrived. */
  said(text: string, isDelivered?: boolean): void {
    this.#current?.add(this.#user ?? "you", text, isDelivered);
  }
}
