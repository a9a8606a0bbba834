/**
 * Which terminal a person or a script gets.
 */

import { SystemTty } from "./tty.ts";
import { PlainDrawing, ScreenDrawing } from "./input_drawing.ts";
import { LineEditor } from "./line_editor.ts";
import { PlainTerminal } from "./plain_terminal.ts";
import { openRecallFile } from "./recall_file.ts";
import { colourStyle, plainStyle } from "./screen_line.ts";
import type { BellMode, Terminal } from "./terminal.ts";
import { stateDirectory } from "./user_directory.ts";

/** What a person says about their terminal. */
export interface TerminalWishes {
  /** Whether nothing may be drawn twice and no cursor moved, as for a screen reader. */
  readonly plain: boolean;
  /** When to ring. */
  readonly bell: BellMode;
  /** False when nothing may be kept between runs. */
  readonly history: boolean | undefined;
}

/**
 * Opens the line editor on a terminal that can do it, and plain lines otherwise.
 *
 * @param stop called for Ctrl-C, and when nobody reads what we show
 */
export function openTerminal({ plain, bell, history }: TerminalWishes, stop: () => void): Terminal {
  const tty = new SystemTty(stop);
  if (!tty.isScreen) return new PlainTerminal(tty, tty.isTyped, stop);
  const style = plain || Deno.env.get("NO_COLOR") ? plainStyle : colourStyle;
  const size = (): ReturnType<SystemTty["size"]> => tty.size();
  const editor = new LineEditor(tty, {
    ...{ stop, clock: Date.now },
    recall: openRecallFile(history === false ? undefined : stateDirectory()),
    drawing: plain ? new PlainDrawing(size) : new ScreenDrawing(size, style),
    look: {
      ...{ style, mark: plain ? "For you: " : style === plainStyle ? "* " : "" },
      columns: () => plain ? Infinity : size().columns,
    },
  });
  editor.bell = bell;
  return editor;
}
