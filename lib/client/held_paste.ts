/**
 * A paste of several lines, held until it is answered what becomes of it. Pure.
 *
 * More of it may come while it is asked about; then it is asked about as a whole.
 */

import { type PasteAnswer, pasteAnswer, pasteLines } from "./paste_question.ts";
import { type Key, MAX_PASTE_CHARACTERS } from "./typed_keys.ts";

/** What comes of a paste at once: it is typed, asked about, or more than is taken. */
export type PasteOutcome =
  | { readonly kind: "typed"; readonly text: string }
  | { readonly kind: "asked" }
  | { readonly kind: "too long" };

/** What is pasted and asked about. */
export class HeldPaste {
  #text: string | undefined;
  #hasJustAnswered = false;

  /** Whether an answer is waited for. */
  get isAsked(): boolean {
    return this.#text !== undefined;
  }

  /** The lines that are asked about. */
  get lines(): readonly string[] {
    return pasteLines(this.#text ?? "");
  }

  /** Takes what was pasted. A paste of one line is typed, and so is the first line of a secret. */
  add(text: string, isSecret: boolean): PasteOutcome {
    const pasted = (this.#text ?? "") + text;
    const lines = pasteLines(pasted);
    this.#text = undefined;
    if (pasted.length > MAX_PASTE_CHARACTERS) return { kind: "too long" };
    if (lines.length === 1 || isSecret) return { kind: "typed", text: lines[0] ?? "" };
    this.#text = pasted;
    return { kind: "asked" };
  }

  /** Takes a key as the answer; `undefined` for one that is none. */
  answer(
    key: Key,
  ): { readonly answer: PasteAnswer; readonly lines: readonly string[] } | undefined {
    const answer = pasteAnswer(key);
    if (answer === undefined) return undefined;
    this.#hasJustAnswered = true;
    return { answer, lines: this.drop() };
  }

  /** Whether the key before this one was the answer: Enter behind it belongs to that. */
  tookAnswer(): boolean {
    const hasAnswered = this.#hasJustAnswered;
    this.#hasJustAnswered = false;
    return hasAnswered;
  }

  /** Holds nothing any more. @returns the lines that were held */
  drop(): readonly string[] {
    const { lines } = this;
    this.#text = undefined;
    return lines;
  }
}
