/**
 * How lines look on a terminal at which a person sits: colours, the time before what was said, the
 * day when it is another one, and a mark where no colour says that somebody is named.
 */

import { visibleText } from "../core/visible_text.ts";
import type { Attention } from "./attention.ts";
import { paint, type ScreenLine, type Style } from "./screen_line.ts";
import { wrappedText } from "./wrapped_text.ts";

/** As wide as the time before what is said. */
const INDENT = "hh:mm ".length;

/** What the look depends on. */
export interface LookParts {
  readonly style: Style;
  /** What stands before a message that names its reader, where no colour says so. */
  readonly mark: string;
  /** Columns of the screen; without bound where rows are left to the terminal, for screen readers. */
  columns(): number;
}

/** Gives lines their look. */
export class LineLook {
  readonly #parts: LookParts;
  readonly #attention: Attention;

  constructor(parts: LookParts, attention: Attention) {
    this.#parts = parts;
    this.#attention = attention;
  }

  /** A line as it is shown, in rows; the day may stand on a line of its own before it. */
  output(line: ScreenLine): string[] {
    return this.#painted(line, this.#parts.columns());
  }

  #painted(line: ScreenLine, columns: number): string[] {
    const { style, mark } = this.#parts;
    const { day, time } = this.#attention.times(line);
    const before = line.about === "mention" ? mark : "";
    const indent = columns < 4 * INDENT ? 1 : INDENT;
    const [first = "", ...more] = wrappedText(
      line.text,
      time.length + before.length,
      columns,
      indent,
    );
    const painted = style("faint", time) + before + paint({ ...line, text: first }, style);
    const tone = line.toned === undefined ? line.tone ?? "plain" : "plain";
    const rows = [painted, ...more.map((row) => style(tone, row))];
    return day === undefined ? rows : [style("faint", day), ...rows];
  }

  /** A typed line as it stays on the screen, behind its prompt, with rows as while it was typed. */
  typed(text: string, prompt: ScreenLine): string {
    const whole = prompt.text + visibleText(text);
    const line = { ...prompt, text: whole, toned: prompt.text.length };
    return this.#painted(line, Infinity).join("\r\n");
  }
}
