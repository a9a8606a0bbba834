/**
 * Which terminal a person or a script gets.
 */

import { SystemConsole } from "./console.ts";
import { PlainDrawing, ScreenDrawing } from "./input_drawing.ts";
import { LineEditor } from "./line_editor.ts";
import { PlainTerminal } from "./plain_terminal.ts";
import { colourStyle, plainStyle } from "./screen_line.ts";
import type { BellMode, Terminal } from "./terminal.ts";

/** What a person says about their terminal. */
export interface TerminalWishes {
  /** Whether nothing may be drawn twice and no cursor moved, as for a screen reader. */
  readonly plain: boolean;
  /** When to ring. */
  readonly bell: BellMode;
}

/** Whether a person is at both ends: who types, and who reads. */
export function isAttended(): boolean {
  return Deno.stdin.isTerminal() && Deno.stdout.isTerminal();
}

/**
 * Opens the line editor on a terminal that can do it, and plain lines otherwise.
 *
 * @param stop called for Ctrl-C, and when nobody reads what we show
 */
export function openTerminal({ plain, bell }: TerminalWishes, stop: () => void): Terminal {
  const console = new SystemConsole(stop);
  if (!isAttended() || Deno.env.get("TERM") === "dumb") {
    return new PlainTerminal(console, Deno.stdin.isTerminal(), stop);
  }
  const style = plain || Deno.env.get("NO_COLOR") ? plainStyle : colourStyle;
  const size = (): ReturnType<SystemConsole["size"]> => console.size();
  const editor = new LineEditor(console, {
    ...{ stop, style, clock: Date.now },
    drawing: plain ? new PlainDrawing(size) : new ScreenDrawing(size, style),
    mark: plain ? "For you: " : style === plainStyle ? "* " : "",
  });
  editor.bell = bell;
  return editor;
}
