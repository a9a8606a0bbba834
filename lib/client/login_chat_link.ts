/**
 * The client's connection to a login chat: requests out, answers in. Rules: protocols/login-chat.md.
 *
 * `C PING` is answered here; nobody else sees it. The next answer is read when it is wanted, so a
 * server that sends faster than somebody reads has to wait.
 */

import type { ByteStream } from "../core/ports.ts";
import type { OrderlyCloser } from "../net/orderly_close.ts";
import { SendQueue } from "../net/send_queue.ts";
import { setUpSocket } from "../net/tcp.ts";
import { type ChatAnswer, parseChatAnswer } from "../wire/login_chat_answer.ts";
import { type ChatRequest, encodeChatRequest } from "../wire/login_chat_request.ts";
import { ReceiveBuffer } from "../wire/receive_buffer.ts";

/** Longest line read from a server: another one may name everybody online in one. */
const MAX_LINE_BYTES = 256 * 1024;

/** A connection to a login chat. It owns its stream. */
export class LoginChatLink {
  readonly #stream: ByteStream;
  readonly #closer: OrderlyCloser;
  readonly #queue: SendQueue;
  readonly #buffer = new ReceiveBuffer(MAX_LINE_BYTES);
  #closed: Promise<void> | undefined;
  #heardAt = performance.now();

  constructor(stream: ByteStream, closer: OrderlyCloser) {
    this.#stream = stream;
    this.#closer = closer;
    this.#queue = new SendQueue(stream);
    // Messages are typed: each goes out as it is, and none waits to share a segment.
    setUpSocket(stream);
  }

  /** When the server said something last, by `performance.now()`. */
  get heardAt(): number {
    return this.#heardAt;
  }

  /** Sends a request. That a connection is gone shows in {@linkcode next}. */
  send(request: Exclude<ChatRequest, { kind: "invalid" }>): void {
    if (this.#closed === undefined) this.#queue.send(encodeChatRequest(request));
  }

  /**
   * The next answer; `undefined` when there are no more: the connection is closed, lost, or brings
   * what is no login chat. One at a time.
   */
  async next(): Promise<ChatAnswer | undefined> {
    try {
      for (;;) {
        const line = this.#buffer.takeLine() ?? await this.#readLine();
        if (line === undefined) return undefined;
        const answer = parseChatAnswer(line);
        if (answer.kind !== "ping") return answer;
        this.send({ kind: "pong", text: answer.text });
      }
    } catch {
      return undefined;
    }
  }

  async #readLine(): Promise<Uint8Array | undefined> {
    for (;;) {
      if (this.#buffer.overflowed) return undefined;
      const count = await this.#stream.read(this.#buffer.free());
      if (count === null || this.#closed !== undefined) return undefined;
      this.#heardAt = performance.now();
      this.#buffer.filled(count);
      const line = this.#buffer.takeLine();
      if (line !== undefined) return line;
    }
  }

  /** Ends the connection in an orderly way, after what was sent. Never rejects. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#closer.closeLater(this.#stream); // for one who does not read: the flush then fails
    await this.#queue.flush();
    await this.#closer.close(this.#stream);
  }
}
