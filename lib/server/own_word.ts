/**
 * What servers say to all of each other begins with their own word, so that each knows what it said
 * itself.
 */

import { joinBytes, startsWithBytes } from "../core/bytes.ts";

/** One server's word. */
export class OwnWord {
  readonly #word: Uint8Array;

  /** Takes the word of `server`: as long as everybody's. */
  constructor(server: string) {
    this.#word = new TextEncoder().encode(server);
  }

  /** Puts the word in front of what is said to all. */
  sign(body: Uint8Array): Uint8Array {
    return joinBytes([this.#word, body]);
  }

  /** What stands behind another server's word; `undefined` for our own. */
  bodyOf(message: Uint8Array): Uint8Array | undefined {
    if (startsWithBytes(message, this.#word)) return undefined;
    return message.slice(this.#word.length);
  }
}
