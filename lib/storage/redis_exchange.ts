/**
 * Messages between servers, as Redis publishes them.
 *
 * What is listened to is brought in line with what is wished for, one step at a time, until it is:
 * the driver subscribes again by itself after an outage, but mixes up steps that overtake each other,
 * and forgets those that were under way.
 */

import { Buffer } from "node:buffer";
import { ErrorReply, type RedisLink } from "./redis_link.ts";
import type { Exchange } from "./shared_state.ts";

/** Takes the messages of a channel. */
export type Listener = (message: Uint8Array) => void;

/** Time until a step that failed is tried again. */
const AGAIN_MS = 200;

/** Channels of a Redis server. */
export class RedisExchange implements Exchange {
  readonly #link: RedisLink;
  readonly #wanted = new Map<string, Listener>();
  readonly #subscribed = new Map<string, Listener>();
  #isAligning = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;

  /** Uses a link that its owner closes. */
  constructor(link: RedisLink) {
    this.#link = link;
  }

  /** Sends a message. */
  async publish(channel: string, message: Uint8Array): Promise<number> {
    const { buffer, byteOffset, byteLength } = message;
    const bytes = Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
    return await this.#link.use((client) => client.publish(this.#nameOf(channel), bytes));
  }

  /** Listens to a channel as soon as Redis can be told. */
  listen(channel: string, listener: Listener): void {
    this.#wanted.set(channel, listener);
    this.#align();
  }

  /** Listens no more. */
  leave(channel: string): void {
    this.#wanted.delete(channel);
    this.#align();
  }

  /** Whether a channel is listened to by now. */
  isListening(channel: string): boolean {
    return this.#subscribed.has(channel);
  }

  /** Listens to nothing any more; the link's end ends what is listened to. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  async #align(): Promise<void> {
    if (this.#isAligning || this.#isClosed) return;
    this.#isAligning = true;
    clearTimeout(this.#timer);
    try {
      for (let step; (step = this.#nextStep()) !== undefined;) await step();
    } catch (error) {
      if (error instanceof ErrorReply) this.#link.tellRefusal(error);
      if (!this.#isClosed) this.#timer = setTimeout(() => this.#align(), AGAIN_MS);
    } finally {
      this.#isAligning = false;
    }
  }

  /** Something that is not as it is wished for, as what to do about it. */
  #nextStep(): (() => Promise<void>) | undefined {
    const { listener: client } = this.#link;
    for (const [channel, listener] of this.#subscribed) {
      if (this.#wanted.get(channel) === listener) continue;
      return async () => {
        await client.unsubscribe(this.#nameOf(channel));
        this.#subscribed.delete(channel);
      };
    }
    for (const [channel, listener] of this.#wanted) {
      if (this.#subscribed.has(channel)) continue;
      return async () => {
        await client.subscribe(this.#nameOf(channel), listener, true);
        this.#subscribed.set(channel, listener);
      };
    }
    return undefined;
  }

  #nameOf(channel: string): string {
    return this.#link.channels + channel;
  }
}
