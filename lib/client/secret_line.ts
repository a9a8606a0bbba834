/**
 * A line typed without an echo: keys in, a secret out. Pure.
 */

import { InputLine } from "./input_line.ts";
import { type Key, KeyReader } from "./typed_keys.ts";

/** How typing a secret ended. */
export type SecretEnd =
  /** Enter; `rest` is what was typed behind it already. */
  | { readonly kind: "typed"; readonly secret: string; readonly rest: string }
  /** Ctrl-C, or Ctrl-D with nothing typed. */
  | { readonly kind: "given up" };

/** The key that ends the input (Ctrl-D). */
export const END_OF_INPUT = "\x04";

/** Collects what is typed. Nobody sees a cursor, and so it stays at the end. */
export class SecretLine {
  readonly #keys = new KeyReader();
  readonly #line = new InputLine();

  /** Takes keys as the terminal sends them. @returns how it ended, or `undefined` to go on */
  type(keys: string): SecretEnd | undefined {
    const typed = this.#keys.read(keys);
    for (const [at, key] of typed.entries()) {
      if (key.kind !== "key") {
        this.#line.insert(key.text);
        continue;
      }
      switch (key.name) {
        case "enter": {
          const rest = typed.slice(at + 1).map(textOf).join("") + this.#keys.unread;
          return { kind: "typed", secret: this.#line.text, rest };
        }
        case "interrupt":
          return { kind: "given up" };
        case "end of input":
          if (this.#line.text === "") return { kind: "given up" };
          break;
        default:
          this.#line.press(key.name, false);
      }
    }
    return undefined;
  }
}

/** What was typed, where it is text for the next line. */
function textOf(key: Key): string {
  if (key.kind !== "key") return key.text;
  return key.name === "enter" ? "\n" : "";
}
