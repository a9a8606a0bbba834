/**
 * Clients that register, add and delete, one request after the other, and know what they were
 * promised: the state after each `200 OK`, and the one change whose reply never came.
 */

import type { UserId } from "../../lib/core/user_id.ts";
import { ask } from "../support/raw_tcp.ts";

const OK = "200 OK\r\n";

/** One client with a user of its own, who has some of a few buddies. */
export class BuddyClient {
  readonly user: UserId;
  readonly #buddies: readonly string[];
  /** As the last reply left it; `undefined` before the user is registered. */
  #acknowledged: string[] | undefined;
  /** What the request without a reply would make of it. */
  #inDoubt: { readonly state: string[] | undefined } | undefined;
  #step = 0;
  /** Replies that no rule allows here. */
  readonly strange: string[] = [];
  /** Requests that were answered `200 OK`. */
  promises = 0;

  /** A client whose user may have these buddies, who must be registered. */
  constructor(user: string, buddies: readonly string[]) {
    this.user = user as UserId;
    this.#buddies = buddies;
  }

  /** Goes on until its server does not answer any more. */
  async run(port: () => number): Promise<void> {
    while (await this.#ask(port()));
  }

  async #ask(port: number): Promise<boolean> {
    const { line, next } = this.#nextRequest();
    this.#inDoubt = { state: next };
    let reply;
    try {
      reply = await ask(port, line);
    } catch {
      return false;
    }
    if (reply === OK) {
      this.#acknowledged = next;
      this.promises++;
    } else if (OK.startsWith(reply)) {
      return false; // the server was killed before it had said all
    } else {
      this.strange.push(`${line.trim()}: ${reply.trim()}`);
    }
    this.#inDoubt = undefined;
    return true;
  }

  #nextRequest(): { line: string; next: string[] | undefined } {
    const before = this.#acknowledged;
    if (before === undefined) return { line: `REG ${this.user}\n`, next: [] };
    const buddy = this.#buddies[this.#step++ * 7 % this.#buddies.length]!;
    const without = before.filter((other) => other !== buddy);
    return without.length === before.length
      ? { line: `ADD ${this.user} ${buddy}\n`, next: [...before, buddy] }
      : { line: `DEL ${this.user} ${buddy}\n`, next: without };
  }

  /**
   * Compares what a store has with what was promised, and goes on from what is there.
   *
   * @returns what is wrong, if anything
   */
  compare(found: readonly string[] | undefined): string | undefined {
    const allowed = [this.#acknowledged, ...(this.#inDoubt ? [this.#inDoubt.state] : [])];
    const isPromised = allowed.some((state) => JSON.stringify(state) === JSON.stringify(found));
    this.#acknowledged = found && [...found];
    this.#inDoubt = undefined;
    if (isPromised) return undefined;
    return `${this.user} has ${JSON.stringify(found)}, promised was ${JSON.stringify(allowed)}`;
  }
}
