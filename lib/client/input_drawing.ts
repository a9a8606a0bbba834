/**
 * How output and the line being typed share a terminal, in two ways. Both give what is to be
 * written; `line_editor.ts` writes it, in one piece, so that nothing flickers.
 */

import { type InputLayout, type InputView, layOut, rowsAboveCursor } from "./input_layout.ts";
import { paint, type Style } from "./screen_line.ts";
import { textWidth } from "./text_width.ts";

/** Output above, the input below. */
export interface InputDrawing {
  /** Whether the cursor can be anywhere but at the end of the line. */
  readonly movesCursor: boolean;
  /** Shows lines of output; the input stays below them as it is now. */
  draw(lines: readonly string[], input: InputView): string;
  /** The input is done, with this typed, and becomes a line of output: `line` where it is redrawn. */
  enter(line: string, typed: string): string;
  /** A line that was typed earlier has its turn. */
  repeat(line: string): string;
  /** Takes the input off the screen where that can be done. */
  erase(): string;
  /** Empties the screen, where that can be done. */
  clearScreen(): string;
  /** The screen has another size. */
  resized(input: InputView): string;
}

/** Size of a screen, in characters. */
export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

/** Redraws the input in place. Knows where it has left the cursor, and nothing else of the screen. */
export class ScreenDrawing implements InputDrawing {
  readonly movesCursor = true;
  readonly #size: () => ScreenSize;
  readonly #style: Style;
  #drawn: InputLayout | undefined;

  constructor(size: () => ScreenSize, style: Style) {
    this.#size = size;
    this.#style = style;
  }

  draw(lines: readonly string[], input: InputView): string {
    return this.erase() + lines.map((line) => line + "\r\n").join("") + this.#put(input);
  }

  enter(line: string): string {
    return `${this.erase()}${line}\r\n`;
  }

  repeat(line: string): string {
    return this.enter(line);
  }

  erase(): string {
    if (this.#drawn === undefined) return "";
    const up = rowsAboveCursor(this.#drawn, Math.max(2, this.#size().columns));
    this.#drawn = undefined;
    return `\r${up > 0 ? `\x1b[${up}A` : ""}\x1b[J`;
  }

  clearScreen(): string {
    this.#drawn = undefined;
    return "\x1b[H\x1b[2J";
  }

  resized(input: InputView): string {
    return this.draw([], input);
  }

  #put(input: InputView): string {
    const layout = layOut(input, this.#size());
    this.#drawn = layout;
    const { rows, cursorRow, cursorColumn } = layout;
    const { tone } = input.prompt;
    const text = rows
      .map(({ prompt, text }) => paint({ text: prompt, ...(tone && { tone }) }, this.#style) + text)
      .join("\r\n");
    const up = rows.length - 1 - cursorRow;
    const right = cursorColumn > 0 ? `\x1b[${cursorColumn}C` : "";
    return `${text}${up > 0 ? `\x1b[${up}A` : ""}\r${right}`;
  }
}

/**
 * Only ever goes on writing: no codes, no cursor that moves, nothing shown twice, for screen
 * readers. A prompt is a line of its own, said when it is another one or something was answered; what comes while a line
 * is half typed comes on a line of its own, and the half line again below it. Backspace rubs out as
 * every terminal does by itself.
 */
export class PlainDrawing implements InputDrawing {
  readonly movesCursor = false;
  readonly #size: () => ScreenSize;
  /** The prompt said last. */
  #prompt = "";
  /** Whether anything was shown since, while nothing was asked: the answer to what was typed. */
  #isAnswered = false;
  /** What stands on the cursor's row. */
  #row = "";

  constructor(size: () => ScreenSize) {
    this.#size = size;
  }

  draw(lines: readonly string[], { prompt, before, after }: InputView): string {
    const asked = prompt.text.trimEnd();
    const isAsked = asked !== "" && (asked !== this.#prompt || this.#isAnswered);
    if (isAsked) this.#prompt = asked;
    this.#isAnswered = asked === "" && (this.#isAnswered || lines.length > 0);
    const output = isAsked ? [...lines, asked] : lines;
    const text = before + after;
    if (output.length === 0) return this.#type(text);
    const end = this.erase();
    return end + output.map((line) => line + "\r\n").join("") + this.#type(text);
  }

  enter(_line: string, typed: string): string {
    const rest = this.#type(typed);
    this.#row = "";
    return rest + "\r\n";
  }

  repeat(): string {
    return "";
  }

  erase(): string {
    const isOpen = this.#row !== "";
    this.#row = "";
    return isOpen ? "\r\n" : "";
  }

  clearScreen(): string {
    return "";
  }

  resized(): string {
    return "";
  }

  #type(text: string): string {
    const row = this.#row;
    this.#row = text;
    if (text.startsWith(row)) return text.slice(row.length);
    const gone = textWidth(row) - textWidth(text);
    // A cursor in the first column goes no further back.
    if (row.startsWith(text) && textWidth(row) < this.#size().columns) {
      return "\b".repeat(gone) + " ".repeat(gone) + "\b".repeat(gone);
    }
    return "\r\n" + text;
  }
}
