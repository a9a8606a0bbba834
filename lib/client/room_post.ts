/**
 * What we say in a room, and what is known of its delivery. Datagrams go nowhere without a word, but
 * the server is asked over TCP now and then: what was said before it answered has a good chance, what
 * was said since it answered last may be lost, and what is typed while it is silent waits for it.
 * Pure.
 */

/** Messages remembered of those that may be lost: the last ones. */
const MAX_UNSURE = 50;

/** Messages that may wait for a server. */
const MAX_HELD = 200;

/** Sorts what is said. */
export class RoomPost {
  #unsure: string[] = [];
  #held: string[] = [];

  /** It is sent now. */
  sent(text: string): void {
    this.#unsure.push(text);
    if (this.#unsure.length > MAX_UNSURE) this.#unsure.shift();
  }

  /** It waits for the server; false when too much waits already. */
  hold(text: string): boolean {
    if (this.#held.length >= MAX_HELD) return false;
    this.#held.push(text);
    return true;
  }

  /** Asks the server: what it returns is called when it has answered. */
  asked(): () => void {
    const before = this.#unsure.length;
    return () => {
      this.#unsure.splice(0, before);
    };
  }

  /** The server is silent: takes what may be lost. */
  takeUnsure(): readonly string[] {
    const unsure = this.#unsure;
    this.#unsure = [];
    return unsure;
  }

  /** The server is back, or it is over: takes what has waited. */
  takeHeld(): readonly string[] {
    const held = this.#held;
    this.#held = [];
    return held;
  }
}
