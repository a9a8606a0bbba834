/**
 * Many deadlines of one length with one timer. A timer for each connection would be set and
 * cleared tens of thousands of times a second for deadlines that almost never pass.
 */

/** A deadline that has not passed. */
export interface Deadline {
  /** Forgets it. Doing so twice, or after it passed, does nothing. */
  cancel(): void;
}

class Entry implements Deadline {
  readonly #entries: Set<Entry>;
  readonly at: number;
  readonly expire: () => void;

  constructor(entries: Set<Entry>, at: number, expire: () => void) {
    this.#entries = entries;
    this.at = at;
    this.expire = expire;
  }

  cancel(): void {
    this.#entries.delete(this);
  }
}

/**
 * Deadlines that all lie the same time ahead when they are set, so that the oldest is always the
 * next: a set in insertion order is the queue.
 */
export class DeadlineQueue {
  readonly #milliseconds: number;
  readonly #entries = new Set<Entry>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Makes a queue of deadlines that lie `seconds` ahead. */
  constructor(seconds: number) {
    this.#milliseconds = seconds * 1000;
  }

  /** Calls `expire` once, when the time has passed, unless cancelled before. */
  add(expire: () => void): Deadline {
    const entry = new Entry(this.#entries, performance.now() + this.#milliseconds, expire);
    this.#entries.add(entry);
    this.#timer ??= setTimeout(this.#run, this.#milliseconds);
    return entry;
  }

  /** Lets all deadlines pass now. */
  expireAll(): void {
    const entries = [...this.#entries];
    this.close();
    for (const { expire } of entries) expire();
  }

  /** Forgets all deadlines and the timer. */
  close(): void {
    this.#entries.clear();
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  readonly #run = (): void => {
    this.#timer = undefined;
    const now = performance.now();
    for (const entry of this.#entries) {
      if (entry.at > now) {
        this.#timer ??= setTimeout(this.#run, entry.at - now);
        return;
      }
      this.#entries.delete(entry);
      entry.expire();
    }
  };
}
