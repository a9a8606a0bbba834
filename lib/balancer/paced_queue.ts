/**
 * Doing something for many, some at a time: a server that has just been started again would lose
 * most of what is sent to it at once, because it waits in a socket that holds a few hundred
 * datagrams.
 */

/** So many at a time, and the pause in between. */
const BATCH = 64;
const PAUSE_MS = 20;

/** What waits for its turn. */
export class PacedQueue<T> {
  readonly #act: (each: T) => void;
  readonly #waiting = new Set<T>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param act what is done for each */
  constructor(act: (each: T) => void) {
    this.#act = act;
  }

  /** Queues these; those who wait already keep their turn. */
  add(all: Iterable<T>): void {
    for (const each of all) this.#waiting.add(each);
    if (this.#timer === undefined) this.#next();
  }

  /** Forgets all. */
  stop(): void {
    this.#waiting.clear();
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #next(): void {
    let left = BATCH;
    for (const each of this.#waiting) {
      if (left-- === 0) break;
      this.#waiting.delete(each);
      this.#act(each);
    }
    this.#timer = this.#waiting.size === 0 ? undefined : setTimeout(() => this.#next(), PAUSE_MS);
  }
}
