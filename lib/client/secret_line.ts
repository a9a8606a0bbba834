/**
 * A line typed without an echo: keys in, a secret out. Pure; `terminal.ts` reads the keys.
 */

/** How typing a secret ended. */
export type SecretEnd =
  /** Enter; `rest` is what was typed behind it already. */
  | { readonly kind: "typed"; readonly secret: string; readonly rest: string }
  /** Ctrl-C, or Ctrl-D with nothing typed. */
  | { readonly kind: "given up" };

/** The key that ends the input (Ctrl-D). */
export const END_OF_INPUT = "\x04";

/**
 * What a terminal sends for a cursor or function key, none of it meant as letters: CSI (and the Linux
 * console's `ESC [ [ A`), and SS3.
 */
// deno-lint-ignore no-control-regex
const KEYS = /\x1b(?:\[\[.|\[[0-?]*[ -/]*[@-Z\\-~]|O[0-9;]*[@-~])/gs;

/** The beginning of such a key, whose end is not read yet. */
// deno-lint-ignore no-control-regex
const UNFINISHED_KEY = /\x1b(?:\[\[?|\[[0-?]+[ -/]*|\[[ -/]+|O[0-9;]*)?$/;

/** Collects what is typed. Backspace takes back a letter, Ctrl-U all of them. */
export class SecretLine {
  #letters: string[] = [];
  #unfinished = "";

  /** Takes keys as the terminal sends them. @returns how it ended, or `undefined` to go on */
  type(keys: string): SecretEnd | undefined {
    const text = (this.#unfinished + keys).replace(KEYS, "");
    this.#unfinished = UNFINISHED_KEY.exec(text)?.[0] ?? "";
    const letters = Array.from(text.slice(0, text.length - this.#unfinished.length));
    for (const [at, letter] of letters.entries()) {
      switch (letter) {
        case "\r":
        case "\n": {
          const rest = letters.slice(at + 1).join("") + this.#unfinished;
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
