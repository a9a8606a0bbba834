/**
 * A chat once it is established: every line is a message, both ways. Rules: protocols/buddy.md,
 * "Peer chat" 4 and 5.
 */

import { encodePeerLine, type PeerReader } from "../wire/peer.ts";
import type { PeerConnection, PeerEnd, PeerListener } from "./peer_connection.ts";

/** How long the system may take to take what we send before the other side counts as not reading. */
const STALL_MS = 10_000;

/** Lines remembered that the system has and the other side has not answered. */
const MAX_UNANSWERED = 50;

/** What was said before, in milliseconds, was most likely read: it is counted, and not repeated. */
const RECENT_MS = 60_000;

/** What we said and cannot count on. */
export interface Undelivered {
  /** Never handed to the system. */
  readonly lost: readonly string[];
  /** Handed to it, and nothing was heard since, on a connection that broke. */
  readonly unsure: readonly string[];
  /** How many more of these there were, longer ago. */
  readonly before: number;
}

/** What tests have another one of. */
export interface ChatTimes {
  readonly stallMs?: number;
  /** Milliseconds of a clock that only goes forward. */
  readonly now?: () => number;
}

/** What a chat tells. */
export interface ChatHandlers {
  said(text: string): void;
  /** The chat is over, and not by our doing; `stuck` when the other side does not read. */
  ended(how: PeerEnd | "stuck", undelivered: Undelivered): void;
}

/** One chat with one other client. */
export class PeerChat implements PeerListener {
  readonly #connection: PeerConnection;
  readonly #reader: PeerReader;
  readonly #handlers: ChatHandlers;
  readonly #stallMs: number;
  readonly #now: () => number;
  #isOver = false;
  /** What we said since something was heard, numbered. */
  #unanswered: { readonly number: number; readonly text: string; readonly at: number }[] = [];
  /** How many of them were forgotten. */
  #forgotten = 0;
  #sent = 0;
  /** The number of the last line that the system has. */
  #handed = 0;

  /** @param reader what read the connection until now, with whatever it still holds */
  constructor(
    connection: PeerConnection,
    reader: PeerReader,
    handlers: ChatHandlers,
    { stallMs = STALL_MS, now = () => performance.now() }: ChatTimes = {},
  ) {
    this.#connection = connection;
    this.#reader = reader;
    this.#handlers = handlers;
    this.#stallMs = stallMs;
    this.#now = now;
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
    this.#unanswered = this.#unanswered.filter(({ number }) => number > this.#handed);
    this.#forgotten = 0;
    this.tell(this.#reader.messages(chunk));
  }

  /** Takes the end of the connection. */
  ended(how: PeerEnd): void {
    this.tell(this.#reader.end());
    this.#finish(how);
  }

  /** Sends one message, which must hold no line end. A reader too far behind ends the chat. */
  send(text: string): void {
    if (this.#isOver) return;
    const number = ++this.#sent;
    this.#unanswered.push({ number, text, at: this.#now() });
    this.#forgetOldest();
    if (!this.#connection.send(encodePeerLine(text))) return this.#finish("stuck");
    this.#connection.flush().then((isHanded) => {
      if (isHanded) this.#handed = Math.max(this.#handed, number);
    });
  }

  /** What the system never took is not among it: that is lost for certain when the chat ends. */
  #forgetOldest(): void {
    while (this.#unanswered.length > MAX_UNANSWERED) {
      if (this.#unanswered[0]!.number > this.#handed) return;
      this.#unanswered.shift();
      this.#forgotten++;
    }
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
    this.#handlers.ended(how, this.#undelivered(how));
  }

  #undelivered(how: PeerEnd | "stuck"): Undelivered {
    const textOf = ({ text }: { readonly text: string }): string => text;
    const lost = this.#unanswered.filter(({ number }) => number > this.#handed).map(textOf);
    if (how === "theirs") return { lost, unsure: [], before: 0 };
    const handed = this.#unanswered.filter(({ number }) => number <= this.#handed);
    const recent = handed.filter(({ at }) => this.#now() - at < RECENT_MS);
    const before = this.#forgotten + handed.length - recent.length;
    return { lost, unsure: recent.map(textOf), before };
  }
}
