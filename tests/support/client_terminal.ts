/**
 * A terminal without a screen: what is shown is kept, what is typed comes from the test.
 */

import type { ScreenLine } from "../../lib/client/screen_line.ts";
import type { BellMode, Complete, Terminal } from "../../lib/client/terminal.ts";
import { within } from "./within.ts";

/** A terminal that a test types at. */
export class FakeTerminal implements Terminal {
  readonly interactive: boolean;
  readonly hidesSecrets: boolean;
  bell: BellMode = "off";
  /** What was shown, prompts between `«` and `»`. */
  readonly shown: string[] = [];
  readonly #typed: (string | undefined)[] = [];
  #waiting: ((line: string | undefined) => void) | undefined;
  #more = Promise.withResolvers<void>();
  #seen = 0;
  isClosed = false;

  constructor(interactive = false) {
    this.interactive = interactive;
    this.hidesSecrets = interactive;
  }

  show(lines: readonly ScreenLine[]): void {
    this.shown.push(...lines.map(({ text }) => text));
    this.#wake();
  }

  prompt(prompt: ScreenLine): void {
    this.shown.push(`«${prompt.text}»`);
    this.#wake();
  }

  nextLine(): Promise<string | undefined> {
    if (this.#typed.length > 0) return Promise.resolve(this.#typed.shift());
    return new Promise((resolve) => this.#waiting = resolve);
  }

  nextSecret(): Promise<string | undefined> {
    this.shown.push("(a secret is typed)");
    return this.nextLine();
  }

  /** What a person has typed half when the chat ends. */
  halfTyped: readonly string[] = [];

  dropTyped(): readonly string[] {
    const dropped = this.halfTyped;
    this.halfTyped = [];
    return dropped;
  }

  /** What Tab would make of what is typed. */
  complete: Complete = () => [];

  completeWith(complete: Complete): void {
    this.complete = complete;
  }

  close(): void {
    this.isClosed = true;
    this.#waiting?.(undefined);
  }

  /** Types lines; `undefined` is the end of input. */
  types(...lines: readonly (string | undefined)[]): void {
    this.#typed.push(...lines);
    if (this.#waiting === undefined || this.#typed.length === 0) return;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting(this.#typed.shift());
  }

  /** Waits until a line is shown that has this text in it, after those waited for before. */
  async sees(text: string): Promise<string> {
    for (;;) {
      const at = this.shown.findIndex((line, at) => at >= this.#seen && line.includes(text));
      if (at >= 0) {
        this.#seen = at + 1;
        return this.shown[at]!;
      }
      await within(
        `"${text}" on the screen, which has ${this.shown.join("\n")}`,
        this.#more.promise,
      );
    }
  }

  #wake(): void {
    this.#more.resolve();
    this.#more = Promise.withResolvers();
  }
}
