/** Bounds how long one line of a client may take from its first byte to its end. */

import type { Deadline, DeadlineQueue } from "../net/deadline_queue.ts";

/** Watches the lines of one connection. */
export class LineWatch {
  readonly #deadlines: DeadlineQueue;
  readonly #expire: () => void;
  #running: Deadline | undefined;

  /** @param expire is called once for a line that takes too long */
  constructor(deadlines: DeadlineQueue, expire: () => void) {
    this.#deadlines = deadlines;
    this.#expire = expire;
  }

  /** Says that a line has begun; saying so again changes nothing. */
  begun(): void {
    this.#running ??= this.#deadlines.add(this.#expire);
  }

  /** Says that it has ended, or that it does not matter any more. */
  ended(): void {
    this.#running?.cancel();
    this.#running = undefined;
  }
}
