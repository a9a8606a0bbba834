/**
 * What the wire view shows: the last messages, bounded in number and bytes, and who waits for more.
 */

import { TRACE_LIMITS } from "../core/limits.ts";
import type { WireMessage } from "../core/wire_message.ts";

/** What a message costs beside its bytes and texts, roughly. */
const OVERHEAD_BYTES = 200;

/** Bounds of a record. */
export type RecordLimits = Pick<typeof TRACE_LIMITS, "messages" | "bytes">;

/** Keeps the last messages. */
export class WireRecord {
  readonly #limits: { readonly messages: number; readonly bytes: number };
  readonly #messages: WireMessage[] = [];
  readonly #waiting = new Set<() => void>();
  #bytes = 0;

  /** Starts empty. */
  constructor(limits: { readonly messages: number; readonly bytes: number } = TRACE_LIMITS) {
    this.#limits = limits;
  }

  /** Keeps a message; the oldest go where there is no room. */
  add(message: WireMessage): void {
    this.#messages.push(message);
    this.#bytes += costOf(message);
    while (
      this.#messages.length > this.#limits.messages ||
      (this.#bytes > this.#limits.bytes && this.#messages.length > 1)
    ) this.#bytes -= costOf(this.#messages.shift()!);
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }

  /** The messages kept that came after the one numbered `id`, oldest first. */
  after(id: number): readonly WireMessage[] {
    const at = this.#messages.findIndex((message) => message.id > id);
    return at < 0 ? [] : this.#messages.slice(at);
  }

  /** Resolves when another message comes, or `signal` is given. */
  more(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.add(resolve);
      signal.addEventListener("abort", () => {
        this.#waiting.delete(resolve);
        resolve();
      }, { once: true });
    });
  }
}

function costOf({ bytes, text, fields }: WireMessage): number {
  const said = fields.reduce((sum, [name, value]) => sum + name.length + value.length, text.length);
  return OVERHEAD_BYTES + bytes.length + 2 * said;
}
