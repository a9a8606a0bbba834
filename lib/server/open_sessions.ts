/** Sessions of a service that go on, and the end of the last one. */

import { type Link, LinkedList } from "../core/linked_list.ts";

/** Every session that goes on. */
export class OpenSessions<Session> implements Iterable<Session> {
  readonly #sessions = new LinkedList<Session>();
  #whenEmpty: (() => void) | undefined;

  /** How many there are. */
  get size(): number {
    return this.#sessions.size;
  }

  /** A session begins. What this gives is to be told when it has ended. */
  add(session: Session): Link<Session> {
    return this.#sessions.add(session);
  }

  /** A session has ended. */
  ended(session: Link<Session>): void {
    this.#sessions.remove(session);
    if (this.#sessions.size === 0) this.#whenEmpty?.();
  }

  /** Resolves when all have ended. */
  async emptied(): Promise<void> {
    if (this.#sessions.size === 0) return;
    await new Promise<void>((resolve) => this.#whenEmpty = resolve);
  }

  /** Waits for all to end, and cuts those that go on for longer than `graceMs`. */
  async endWithin(graceMs: number, cut: (session: Session) => void): Promise<void> {
    const timer = setTimeout(() => {
      for (const session of this) cut(session);
    }, graceMs);
    await this.emptied();
    clearTimeout(timer);
  }

  /** Those that go on now. */
  [Symbol.iterator](): Iterator<Session> {
    return this.#sessions.values().values();
  }
}
