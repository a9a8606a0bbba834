/**
 * Buffers for copying, used again and again: a balancer at full load would otherwise make and throw
 * away gigabytes a second. Small ones are for connections that carry little at a time, and hold most
 * connections; large ones are for those that have just shown that they carry much.
 */

import { PROXY_BUFFER_BYTES, PROXY_SMALL_BUFFER_BYTES } from "../core/limits.ts";

/** Unused buffers kept of a size; more are left to the garbage collector. */
const KEPT = 256;

/** Gives buffers out and takes them back. */
export class CopyBuffers {
  readonly #small: Uint8Array[] = [];
  readonly #large: Uint8Array[] = [];

  /** A small buffer, with whatever it held before. */
  take(): Uint8Array {
    return this.#small.pop() ?? new Uint8Array(PROXY_SMALL_BUFFER_BYTES);
  }

  /** Takes a buffer back. */
  give(buffer: Uint8Array): void {
    const kept = buffer.length === PROXY_BUFFER_BYTES ? this.#large : this.#small;
    if (kept.length < KEPT) kept.push(buffer);
  }

  /** The buffer for the next read, after one that brought `count` bytes; takes the other back. */
  fit(buffer: Uint8Array, count: number): Uint8Array {
    const isLarge = buffer.length === PROXY_BUFFER_BYTES;
    if (isLarge ? count > PROXY_SMALL_BUFFER_BYTES : count < buffer.length) return buffer;
    this.give(buffer);
    return isLarge ? this.take() : this.#large.pop() ?? new Uint8Array(PROXY_BUFFER_BYTES);
  }
}
