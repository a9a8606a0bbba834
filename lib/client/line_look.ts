/**
 * How lines look on a terminal at which a person sits: colours, the time before what was said, the
 * day when it is another one, and a mark where no colour says that somebody is named.
 */

import { visibleText } from "../core/visible_text.ts";
import type { Attention } from "./attention.ts";
import { paint, type ScreenLine, type Style } from "./screen_line.ts";

/** What the look depends on. */
export interface LookParts {
  readonly style: Style;
  /** What stands before a message that names its reader, where no colour says so. */
  readonly mark: string;
}

/** Gives lines their look. */
export class LineLook {
  readonly #parts: LookParts;
  readonly #attention: Attention;

  constructor(parts: LookParts, attention: Attention) {
    this.#parts = parts;
    this.#attention = attention;
  }

  /** A line as it is shown; the day may stand on a line of its own before it. */
  output(line: ScreenLine): string[] {
    const { style, mark } = this.#parts;
    const { day, time } = this.#attention.times(line);
    const before = line.about === "mention" ? mark : "";
    const painted = style("faint", time) + before + paint(line, style);
    return day === undefined ? [painted] : [style("faint", day), painted];
  }

  /** A typed line as it stays on the screen, behind its prompt. */
  typed(text: string, prompt: ScreenLine): string {
    const whole = prompt.text + visibleText(text);
    return this.output({ ...prompt, text: whole, toned: prompt.text.length }).join("\r\n");
  }
}
