/**
 * A line editor at a screen in memory, at which a test types.
 */

import { InputDrawing, PlainDrawing, ScreenDrawing } from "../../lib/client/input_drawing.ts";
import { LineEditor } from "../../lib/client/line_editor.ts";
import { NO_RECALL, type RecallStore } from "../../lib/client/recall_file.ts";
import { plainStyle } from "../../lib/client/screen_line.ts";
import type { Tty } from "../../lib/client/tty.ts";
import { FakeClock } from "./fake_clock.ts";
import { SmallScreen } from "./small_screen.ts";

/** How the editor is made. */
interface Making {
  readonly plain?: boolean;
  readonly columns?: number;
  readonly recall?: RecallStore;
}

/** An editor, its screen and its keys. */
export class EditorDesk implements Tty {
  readonly clock = new FakeClock(new Date(2026, 10, 21, 14, 5).getTime());
  readonly editor: LineEditor;
  readonly screen: SmallScreen;
  /** Everything that was written. */
  written = "";
  /** How often Ctrl-C was pressed. */
  stops = 0;
  isRaw = false;
  #typed: string[] = [];
  #reading: ((text: string | undefined) => void) | undefined;

  constructor({ plain = false, columns = 60, recall = NO_RECALL }: Making = {}) {
    this.screen = new SmallScreen(columns);
    const size = () => this.size();
    const drawing: InputDrawing = plain
      ? new PlainDrawing(size)
      : new ScreenDrawing(size, plainStyle);
    this.editor = new LineEditor(this, {
      ...{ drawing, recall, clock: this.clock.read, stop: () => this.stops++ },
      look: {
        ...{ style: plainStyle, mark: plain ? "For you: " : "* " },
        columns: () => plain ? Infinity : this.size().columns,
      },
    });
  }

  read(): Promise<string | undefined> {
    if (this.#typed.length > 0) return Promise.resolve(this.#typed.shift());
    return new Promise((resolve) => this.#reading = resolve);
  }

  write(text: string): void {
    this.written += text;
    this.screen.write(text);
  }

  size(): { readonly columns: number; readonly rows: number } {
    return { columns: this.screen.columns, rows: 24 };
  }

  setRaw(isRaw: boolean): void {
    this.isRaw = isRaw;
  }

  onResize(): void {}

  /** Types keys, each text as one read; resolves when the editor has taken them. */
  async types(...reads: readonly (string | undefined)[]): Promise<void> {
    for (const text of reads) {
      const reading = this.#reading;
      this.#reading = undefined;
      if (reading === undefined) this.#typed.push(text!);
      else reading(text);
      await new Promise((resume) => setTimeout(resume));
    }
  }

  /** The rows that are not empty. */
  get lines(): string[] {
    return this.screen.lines.filter((line) => line !== "");
  }
}
