/**
 * A screen in memory that obeys what our line editor writes, and refuses everything else: letters,
 * CR LF, cursor up and right, erase to the end, backspace. It never reflows.
 */

import { lettersOf, letterWidth } from "../../lib/client/text_width.ts";

/** Takes a code off the beginning of what is written. */
// deno-lint-ignore no-control-regex
const CODE = /^\x1b\[(\?2004|\d*)([A-Za-z])/;

/** A screen of some columns and any number of rows; what scrolls off stays. */
export class SmallScreen {
  readonly columns: number;
  /** Each cell has a letter, or nothing behind a wide one. */
  readonly #rows: string[][] = [[]];
  #row = 0;
  #column = 0;
  /** How often it was told to ring. */
  bells = 0;

  constructor(columns: number) {
    this.columns = columns;
  }

  /** Obeys. */
  write(text: string): void {
    let rest = text;
    while (rest !== "") {
      const code = CODE.exec(rest);
      if (code !== null) {
        this.#obey(code[2]!, code[1]!);
        rest = rest.slice(code[0].length);
        continue;
      }
      const [letter = ""] = lettersOf(rest);
      this.#put(letter);
      rest = rest.slice(letter.length);
    }
  }

  #obey(final: string, parameter: string): void {
    const count = Number(parameter) || 1;
    if (final === "A") this.#row = Math.max(0, this.#row - count);
    else if (final === "C") this.#column = Math.min(this.columns - 1, this.#column + count);
    else if (final === "J") {
      this.#rows.splice(this.#row + 1);
      this.#rows[this.#row]!.splice(this.#column);
    } else if (parameter !== "?2004") throw new Error(`Unknown code ${parameter}${final}`);
  }

  #put(letter: string): void {
    if (letter === "\x07") return void this.bells++;
    if (letter === "\r" || letter === "\r\n") this.#column = 0;
    if (letter === "\r") return;
    if (letter === "\b") return void (this.#column = Math.max(0, this.#column - 1));
    if (letter === "\n" || letter === "\r\n") return this.#down();
    const width = letterWidth(letter);
    if (this.#column + width > this.columns) {
      this.#column = 0;
      this.#down();
    }
    const row = this.#rows[this.#row]!;
    while (row.length < this.#column) row.push(" ");
    row.splice(this.#column, width, letter, ...Array(width - 1).fill(""));
    this.#column += width;
  }

  #down(): void {
    this.#row++;
    if (this.#row === this.#rows.length) this.#rows.push([]);
  }

  /** Its rows, without blanks at their ends. */
  get lines(): string[] {
    return this.#rows.map((row) => row.join("").trimEnd());
  }

  /** Row and column of the cursor. */
  get cursor(): readonly [number, number] {
    return [this.#row, this.#column];
  }
}
