/**
 * What was typed before, brought back with Up: everything, or what begins like what is typed now.
 * Pure.
 */

/** Most lines that are remembered. */
export const MAX_RECALLED_LINES = 500;

/** Lines typed before, in order. */
export class InputRecall {
  readonly #lines: string[];
  /** Where we are among them; their number while a new line is typed. */
  #at: number;
  /** What was typed when the first one was brought back. */
  #draft = "";

  constructor(lines: readonly string[] = []) {
    this.#lines = lines.slice(-MAX_RECALLED_LINES);
    this.#at = this.#lines.length;
  }

  /** Those remembered, the oldest first. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  /** Remembers a line as the newest; false when it was that already, or has nothing in it. */
  add(line: string): boolean {
    const isNew = line.trim() !== "" && line !== this.#lines.at(-1);
    if (isNew) {
      const before = this.#lines.indexOf(line);
      if (before >= 0) this.#lines.splice(before, 1);
      this.#lines.push(line);
      if (this.#lines.length > MAX_RECALLED_LINES) this.#lines.shift();
    }
    this.#at = this.#lines.length;
    return isNew;
  }

  /** The line before that begins as the typed one did; `undefined` when there is none. */
  up(typed: string): string | undefined {
    if (this.#at === this.#lines.length) this.#draft = typed;
    for (let at = this.#at - 1; at >= 0; at--) {
      if (!this.#lines[at]!.startsWith(this.#draft)) continue;
      this.#at = at;
      return this.#lines[at];
    }
    return undefined;
  }

  /** The next line that begins so, at last what was typed; `undefined` when that is there. */
  down(): string | undefined {
    if (this.#at === this.#lines.length) return undefined;
    for (let at = this.#at + 1; at < this.#lines.length; at++) {
      if (!this.#lines[at]!.startsWith(this.#draft)) continue;
      this.#at = at;
      return this.#lines[at];
    }
    this.#at = this.#lines.length;
    return this.#draft;
  }

  /** Another line is typed: the newest comes first again. */
  leave(): void {
    this.#at = this.#lines.length;
  }
}
