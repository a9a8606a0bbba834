/**
 * Messages to another thread, sent together: those of one turn of the event loop are one message to
 * the system. One by one they would cost more than the connections they are about.
 */

import { setImmediate } from "node:timers";

/** Messages that wait for the end of the turn. */
export class Outbox<Message> {
  readonly #send: (messages: readonly Message[]) => void;
  #waiting: Message[] = [];

  /** @param send takes those of a turn, in their order */
  constructor(send: (messages: readonly Message[]) => void) {
    this.#send = send;
  }

  /** Sends a message behind the others of this turn. */
  readonly post = (message: Message): void => {
    if (this.#waiting.push(message) === 1) setImmediate(this.#flush);
  };

  readonly #flush = (): void => {
    const messages = this.#waiting;
    this.#waiting = [];
    this.#send(messages);
  };
}
