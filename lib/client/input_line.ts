/**
 * The line that is being typed: its letters and where the cursor is. Pure.
 */

import type { KeyName } from "./typed_keys.ts";
import { lettersOf } from "./text_width.ts";

/** Keys after which the cursor may be somewhere else than at the end. */
const MOVES: ReadonlySet<KeyName> = new Set([
  "left",
  "right",
  "home",
  "end",
  "word left",
  "word right",
]);

/** A line somebody edits. */
export class InputLine {
  #letters: readonly string[] = [];
  #cursor = 0;
  /** What was deleted by the word or more, to be put back. */
  #deleted = "";

  /** All of it. */
  get text(): string {
    return this.#letters.join("");
  }

  /** What stands before the cursor. */
  get before(): string {
    return this.#letters.slice(0, this.#cursor).join("");
  }

  /** Replaces all of it; the cursor goes to its end. */
  set(text: string): void {
    this.#letters = lettersOf(text);
    this.#cursor = this.#letters.length;
  }

  /** Types text where the cursor is. */
  insert(text: string): void {
    this.#replace(this.before + text, this.#after());
  }

  /** Replaces what stands before the cursor. */
  replaceBefore(text: string): void {
    this.#replace(text, this.#after());
  }

  /**
   * Does what a key does to a line; a key that does nothing to lines does nothing.
   *
   * @param movesCursor whether the cursor may leave the end
   */
  press(key: KeyName, movesCursor = true): void {
    if (!movesCursor && MOVES.has(key)) return;
    const length = this.#letters.length;
    switch (key) {
      case "left":
        this.#cursor = Math.max(0, this.#cursor - 1);
        return;
      case "right":
        this.#cursor = Math.min(length, this.#cursor + 1);
        return;
      case "home":
        this.#cursor = 0;
        return;
      case "end":
        this.#cursor = length;
        return;
      case "word left":
        this.#cursor = this.#wordStart();
        return;
      case "word right":
        this.#cursor = this.#wordEnd();
        return;
      case "backspace":
        this.#cut(Math.max(0, this.#cursor - 1), this.#cursor);
        return;
      case "delete":
        this.#cut(this.#cursor, Math.min(length, this.#cursor + 1));
        return;
      case "delete word":
        this.#deleted = this.#cut(this.#wordStart(), this.#cursor);
        return;
      case "delete next word":
        this.#deleted = this.#cut(this.#cursor, this.#wordEnd());
        return;
      case "delete to start":
        this.#deleted = this.#cut(0, this.#cursor);
        return;
      case "delete to end":
        this.#deleted = this.#cut(this.#cursor, length);
        return;
      case "put back":
        this.insert(this.#deleted);
        return;
    }
  }

  /** Forgets everything, what was deleted included: it may have been a secret. */
  clear(): void {
    this.set("");
    this.#deleted = "";
  }

  #after(): string {
    return this.#letters.slice(this.#cursor).join("");
  }

  #replace(before: string, after: string): void {
    // Cut anew: what is typed may join the letters around it, as an accent does.
    this.#letters = lettersOf(before + after);
    this.#cursor = lettersOf(before).length;
  }

  #cut(from: number, to: number): string {
    const cut = this.#letters.slice(from, to).join("");
    this.#replace(this.#letters.slice(0, from).join(""), this.#letters.slice(to).join(""));
    return cut;
  }

  #wordStart(): number {
    let at = this.#cursor;
    while (at > 0 && isBlank(this.#letters[at - 1])) at--;
    while (at > 0 && !isBlank(this.#letters[at - 1])) at--;
    return at;
  }

  #wordEnd(): number {
    let at = this.#cursor;
    const length = this.#letters.length;
    while (at < length && isBlank(this.#letters[at])) at++;
    while (at < length && !isBlank(this.#letters[at])) at++;
    return at;
  }
}

function isBlank(letter: string | undefined): boolean {
  return letter !== undefined && letter.trim() === "";
}
