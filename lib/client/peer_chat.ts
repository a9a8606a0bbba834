/**
 * A chat once it is established: every line is a message, both ways. Rules: protocols/buddy.md,
 * "Peer chat" 4 and 5.
 */

import { encodePeerLine, type PeerReader } from "../wire/peer.ts";
import type { PeerConnection, PeerEnd, PeerListener } from "./peer_connection.ts";

/** How long the system may take to take what we send before the other side counts as not reading. */
const STALL_MS = 10_000;

/** What a chat tells. */
export interface ChatHandlers {
  said(text: string): void;
  /** The chat is over, and not by our doing; `stuck` when the other side does not read. */
  ended(how: PeerEnd | "stuck"): void;
}

/** One chat with one other client. */
export class PeerChat implements PeerListener {
  readonly #connection: PeerConnection;
  readonly #reader: PeerReader;
  readonly #handlers: ChatHandlers;
  readonly #stallMs: number;
  #isOver = false;

  /** @param reader what read the connection until now, with whatever it still holds */
  constructor(
    connection: PeerConnection,
    reader: PeerReader,
    handlers: ChatHandlers,
    stallMs: number = STALL_MS,
  ) {
    this.#connection = connection;
    this.#reader = reader;
    this.#handlers = handlers;
    this.#stallMs = stallMs;
    connection.listener = this;
  }

  /** Tells messages that came before the chat was established. */
  tell(messages: readonly string[]): void {
    for (const message of messages) {
      if (this.#isOver) return;
      this.#handlers.said(message);
    }
  }

  /** Takes what the connection reads. */
  bytes(chunk: Uint8Array): void {
    this.tell(this.#reader.messages(chunk));
  }

  /** Takes the end of the connection. */
  ended(how: PeerEnd): void {
    this.tell(this.#reader.end());
    this.#finish(how);
  }

  /** Sends one message, which must hold no line end. A reader too far behind ends the chat. */
  send(text: string): void {
    if (!this.#isOver && !this.#connection.send(encodePeerLine(text))) this.#finish("stuck");
  }

  /** Resolves when what was sent is with the system, the chat is over, or it takes too long. */
  async settled(): Promise<void> {
    if (this.#isOver) return;
    const timer = setTimeout(() => this.#finish("stuck"), this.#stallMs);
    await this.#connection.flush();
    clearTimeout(timer);
  }

  /** Ends the chat from our side, after everything was sent. Resolves when it is closed. */
  end(): Promise<void> {
    this.#isOver = true;
    return this.#connection.close();
  }

  #finish(how: PeerEnd | "stuck"): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (how === "stuck") this.#connection.abandon();
    this.#connection.close();
    this.#handlers.ended(how);
  }
}
