/**
 * Where the prompt and the typed line stand on a screen: the rows they take, and the cursor. Pure.
 *
 * Rows are broken here and not by the terminal, so that every terminal keeps them apart when it is
 * made wider, and we know how many there are.
 */

import { visibleText } from "../core/visible_text.ts";
import type { ScreenLine } from "./screen_line.ts";
import { lettersOf, letterWidth } from "./text_width.ts";

/** What stands at the bottom of a screen. */
export interface InputView {
  readonly prompt: ScreenLine;
  /** What was typed before the cursor, and behind it; both empty for a secret. */
  readonly before: string;
  readonly after: string;
}

/** One row. */
export interface InputRow {
  /** The part of it that belongs to the prompt. */
  readonly prompt: string;
  readonly text: string;
  /** In columns. */
  readonly width: number;
}

/** How an input stands on a screen. */
export interface InputLayout {
  /** At least one. */
  readonly rows: readonly InputRow[];
  /** Which of the rows the cursor is in, and at which column. */
  readonly cursorRow: number;
  readonly cursorColumn: number;
}

/** A row in the making. */
interface DraftRow {
  prompt: string;
  text: string;
  width: number;
}

/** Lays an input out on a screen of so many columns and rows; of more rows it shows those around the cursor. */
export function layOut(
  { prompt, before, after }: InputView,
  screen: { readonly columns: number; readonly rows: number },
): InputLayout {
  const columns = Math.max(2, screen.columns);
  let row: DraftRow = { prompt: "", text: "", width: 0 };
  const rows = [row];
  const put = (part: "prompt" | "text", text: string): void => {
    for (const letter of lettersOf(visibleText(text))) {
      const width = letterWidth(letter);
      if (row.width + width > columns) rows.push(row = { prompt: "", text: "", width: 0 });
      row[part] += letter;
      row.width += width;
    }
  };
  put("prompt", prompt.text);
  put("text", before);
  // Behind the last column the cursor has no place: it stands where the next letter will.
  if (row.width >= columns) rows.push(row = { prompt: "", text: "", width: 0 });
  const cursorRow = rows.length - 1;
  const cursorColumn = row.width;
  put("text", after);
  return around({ rows, cursorRow, cursorColumn }, Math.max(1, screen.rows - 1));
}

function around(layout: InputLayout, most: number): InputLayout {
  const { rows, cursorRow } = layout;
  if (rows.length <= most) return layout;
  const first = Math.min(Math.max(0, cursorRow - Math.floor(most / 2)), rows.length - most);
  return { ...layout, rows: rows.slice(first, first + most), cursorRow: cursorRow - first };
}

/**
 * How many rows the cursor is below the first one after the screen got another width: terminals
 * break rows anew that have become too long.
 */
export function rowsAboveCursor(
  { rows, cursorRow, cursorColumn }: InputLayout,
  columns: number,
): number {
  const above = rows.slice(0, cursorRow).map(({ width }) =>
    Math.max(1, Math.ceil(width / columns))
  );
  return above.reduce((sum, count) => sum + count, Math.floor(cursorColumn / columns));
}
