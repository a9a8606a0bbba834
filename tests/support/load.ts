/**
 * Clients that register one user after the other, for tests that stop a server under load.
 */

import { ask } from "./raw_tcp.ts";
import { within } from "./within.ts";

/** Clients that go on until their server is gone. */
export class RegisteringClients {
  /** Users whose registration was answered 200: what the server promised. */
  readonly acknowledged: string[] = [];
  /** Replies that were neither 200 nor cut off; there should be none. */
  readonly strange: string[] = [];
  /** Resolves when every client has lost its server. */
  readonly done: Promise<void>;
  #changed = Promise.withResolvers<void>();

  /**
   * Starts them.
   *
   * @param prefix what their users' names begin with
   */
  constructor(port: number, prefix: string, clients = 8) {
    this.done = this.#runAll(port, prefix, clients);
  }

  /** Resolves when so many were acknowledged. */
  async reached(count: number): Promise<void> {
    while (this.acknowledged.length < count) {
      await within(`${count} registrations`, this.#changed.promise);
    }
  }

  async #runAll(port: number, prefix: string, clients: number): Promise<void> {
    await Promise.all(
      Array.from({ length: clients }, (_, client) => this.#run(port, `${prefix}-${client}`)),
    );
  }

  async #run(port: number, prefix: string): Promise<void> {
    for (let number = 0;; number++) {
      const user = `${prefix}-${number}`;
      let reply;
      try {
        reply = await ask(port, `REG ${user}\n`);
      } catch {
        return; // reset, or nobody is listening any more
      }
      // A server that was stopped or killed leaves a request without a reply, or with a part of it.
      if (reply === "200 OK\r\n") this.acknowledged.push(user);
      else if (!"200 OK\r\n".startsWith(reply)) this.strange.push(reply);
      this.#changed.resolve();
      this.#changed = Promise.withResolvers();
    }
  }
}
