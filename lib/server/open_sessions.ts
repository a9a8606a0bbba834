/** Sessions of a service that go on, and the end of the last one. */

/** Every session that goes on. */
export class OpenSessions<Session> implements Iterable<Session> {
  readonly #sessions = new Set<Session>();
  #whenEmpty: (() => void) | undefined;

  /** How many there are. */
  get size(): number {
    return this.#sessions.size;
  }

  /** A session begins. */
  add(session: Session): void {
    this.#sessions.add(session);
  }

  /** A session has ended. */
  delete(session: Session): void {
    this.#sessions.delete(session);
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
      for (const session of this.#sessions) cut(session);
    }, graceMs);
    await this.emptied();
    clearTimeout(timer);
  }

  [Symbol.iterator](): Iterator<Session> {
    return this.#sessions.values();
  }
}
