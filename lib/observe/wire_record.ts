/**
 * What the wire view shows: the last messages, bounded in number and bytes, and who waits for more.
 */

import { MAX_EVENT_STREAMS, TRACE_LIMITS } from "../core/limits.ts";
import type { WireMessage } from "../core/wire_message.ts";

/** What a message costs beside its bytes and texts, roughly. */
const OVERHEAD_BYTES = 200;

/** Keeps the last messages. */
export class WireRecord {
  /** Tells this record from one of another run of the program. */
  readonly start: string = crypto.randomUUID();
  readonly #limits: { readonly messages: number; readonly bytes: number };
  readonly #messages: WireMessage[] = [];
  readonly #watchers = new Set<() => void>();
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
    for (const wake of this.#watchers) wake();
  }

  /** The messages kept that came after the one numbered `id`, oldest first. */
  after(id: number): readonly WireMessage[] {
    // Whoever asks has almost all of them.
    const last = this.#messages.findLastIndex((message) => message.id <= id);
    return this.#messages.slice(last + 1);
  }

  /**
   * Has somebody woken by every message from now on.
   *
   * @returns what ends that; `undefined` when too many watch already
   */
  watch(wake: () => void): (() => void) | undefined {
    if (this.#watchers.size >= MAX_EVENT_STREAMS) return undefined;
    this.#watchers.add(wake);
    return () => this.#watchers.delete(wake);
  }
}

function costOf({ bytes, text, fields }: WireMessage): number {
  const said = fields.reduce((sum, [name, value]) => sum + name.length + value.length, text.length);
  return OVERHEAD_BYTES + bytes.length + 2 * said;
}
