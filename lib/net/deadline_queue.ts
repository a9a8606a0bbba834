/**
 * Many deadlines of one length with one timer. A timer for each connection would be set and
 * cleared tens of thousands of times a second for deadlines that almost never pass.
 */

import { type Link, LinkedList } from "../core/linked_list.ts";

/** A deadline that has not passed. */
export interface Deadline {
  /** Forgets it. Doing so twice, or after it passed, does nothing. */
  cancel(): void;
}

class Entry implements Deadline {
  readonly #entries: LinkedList<Entry>;
  readonly #link: Link<Entry>;
  readonly at: number;
  readonly expire: () => void;

  constructor(entries: LinkedList<Entry>, at: number, expire: () => void) {
    this.#entries = entries;
    this.at = at;
    this.expire = expire;
    this.#link = entries.add(this);
  }

  cancel(): void {
    this.#entries.remove(this.#link);
  }
}

/**
 * Deadlines that all lie the same time ahead when they are set, so that the oldest is always the
 * next.
 */
export class DeadlineQueue {
  readonly #milliseconds: number;
  readonly #entries = new LinkedList<Entry>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Makes a queue of deadlines that lie `seconds` ahead. */
  constructor(seconds: number) {
    this.#milliseconds = seconds * 1000;
  }

  /** Calls `expire` once, when the time has passed, unless cancelled before. */
  add(expire: () => void): Deadline {
    const entry = new Entry(this.#entries, performance.now() + this.#milliseconds, expire);
    this.#timer ??= setTimeout(this.#run, this.#milliseconds);
    return entry;
  }

  /** Lets all deadlines pass now. */
  expireAll(): void {
    const entries = this.#entries.values();
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
    for (let next = this.#entries.first; next !== undefined; next = this.#entries.first) {
      const entry = next.value;
      if (entry.at > now) {
        this.#timer ??= setTimeout(this.#run, entry.at - now);
        return;
      }
      entry.cancel();
      entry.expire();
    }
  };
}
