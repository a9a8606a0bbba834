/**
 * What a login chat client sends, as requests: one for each line, and one for a line that is too
 * long, the rest of which is skipped. Rules: protocols/login-chat.md, framing.
 */

import { MAX_CHAT_FRAME_BYTES } from "../core/limits.ts";
import { type ChatRequest, parseChatRequest } from "../wire/login_chat_request.ts";
import { ReceiveBuffer } from "../wire/receive_buffer.ts";

const LF = 10;

const TOO_LONG: ChatRequest = {
  kind: "invalid",
  reason: `a frame has at most ${MAX_CHAT_FRAME_BYTES} bytes`,
};

/** Reads one connection's requests. */
export class ChatReader {
  readonly #buffer = new ReceiveBuffer(MAX_CHAT_FRAME_BYTES - 1);
  #isSkipping = false;

  /** Whether nothing waits that may become a request. */
  get isEmpty(): boolean {
    return this.#buffer.length === 0;
  }

  /** Whether a line has begun that has not ended. */
  get isInLine(): boolean {
    return this.#isSkipping || !this.isEmpty;
  }

  /** The space to read into. */
  free(): Uint8Array {
    return this.#buffer.free();
  }

  /** Says that so many bytes were put into it. */
  filled(count: number): void {
    this.#buffer.filled(count);
  }

  /** The next request; `undefined` until more has come. */
  next(): ChatRequest | undefined {
    if (this.#isSkipping && !this.#skipLine()) return undefined;
    const line = this.#buffer.takeLine();
    if (line !== undefined) return parseChatRequest(line);
    if (!this.#buffer.overflowed) return undefined;
    this.#isSkipping = true;
    return TOO_LONG;
  }

  /** Drops the rest of a line that is too long. @returns whether its end has come */
  #skipLine(): boolean {
    const end = this.#buffer.peek().indexOf(LF);
    this.#buffer.takeBytes(end < 0 ? this.#buffer.length : end + 1);
    this.#isSkipping = end < 0;
    return !this.#isSkipping;
  }
}
