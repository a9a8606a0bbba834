/**
 * Rows of a long line of output. Those behind the first are indented, so that words of somebody
 * else never begin a row: `16:00 carol wants to send you ...` must not look like a line of ours.
 * Pure.
 */

import { lettersOf, letterWidth, textWidth } from "./text_width.ts";

/** A word that nobody takes for several: it may stay whole, as an address does. */
const ONE_WORD = /^[!-~]+$/;

/** Cuts a row into words and the blanks between them. */
const PARTS = / +|[^ ]+/g;

/**
 * Breaks text between words, or within one that is longer than a row. What is one word however it is
 * broken (`https://...`) has a row to itself, which a terminal breaks.
 *
 * @param first where the text begins in the first row, in columns
 * @param columns of the screen
 * @param indent blanks in front of the other rows
 */
export function wrappedText(
  text: string,
  first: number,
  columns: number,
  indent: number,
): string[] {
  if (first + text.length * 2 <= columns || first + textWidth(text) <= columns) return [text];
  const room = Math.max(2, columns - indent);
  const rows: string[] = [];
  let row = "";
  let left = columns - first;
  const next = (): void => {
    rows.push(row.trimEnd());
    [row, left] = ["", room];
  };
  for (const [part] of text.matchAll(PARTS)) {
    const width = textWidth(part);
    if (part.startsWith(" ")) {
      // Blanks at a break are not shown.
      if (rows.length > 0 && row === "") continue;
      row += part.slice(0, left);
      left = Math.max(0, left - width);
    } else if (width <= left) {
      row += part;
      left -= width;
    } else if (width <= room || ONE_WORD.test(part)) {
      if (row !== "" || rows.length === 0) next();
      row = part;
      left -= width;
    } else {
      for (const letter of lettersOf(part)) {
        if (letterWidth(letter) > left) next();
        row += letter;
        left -= letterWidth(letter);
      }
    }
  }
  if (row !== "") rows.push(row);
  return rows.map((row, number) => number === 0 ? row : " ".repeat(indent) + row);
}
