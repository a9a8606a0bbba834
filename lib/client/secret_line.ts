/**
 * A line typed without an echo: keys in, a secret out. Pure; `terminal.ts` reads the keys.
 */

import { stripVTControlCharacters } from "node:util";

/** How typing a secret ended. */
export type SecretEnd =
  /** Enter; `rest` is what was typed behind it already. */
  | { readonly kind: "typed"; readonly secret: string; readonly rest: string }
  /** Ctrl-C, or Ctrl-D with nothing typed. */
  | { readonly kind: "given up" };

/** The key that ends the input (Ctrl-D). */
export const END_OF_INPUT = "\x04";

/** Collects what is typed. Backspace takes back a letter, Ctrl-U all of them. */
export class SecretLine {
  #letters: string[] = [];

  /** Takes keys as the terminal sends them. @returns how it ended, or `undefined` to go on */
  type(keys: string): SecretEnd | undefined {
    // A terminal sends several characters for a cursor or function key, none of them meant.
    const letters = Array.from(stripVTControlCharacters(keys));
    for (const [at, letter] of letters.entries()) {
      switch (letter) {
        case "\r":
        case "\n": {
          const rest = letters.slice(at + 1).join("");
          return { kind: "typed", secret: this.#letters.join(""), rest };
        }
        case "\x03":
          return { kind: "given up" };
        case END_OF_INPUT:
          if (this.#letters.length === 0) return { kind: "given up" };
          break;
        case "\x7f":
        case "\b":
          this.#letters.pop();
          break;
        case "\x15":
          this.#letters = [];
          break;
        default:
          if (letter >= " ") this.#letters.push(letter);
      }
    }
    return undefined;
  }
}
