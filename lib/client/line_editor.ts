/**
 * The line editor of a terminal at which a person sits: what arrives appears above the line they
 * type, which stays as it is.
 *
 * Rules of this file:
 * - A line that nobody waits for yet waits itself (`#typedAhead`). It is shown when it has its turn,
 *   behind its prompt, and not before.
 * - A secret is never shown, and remembered nowhere.
 * - Whatever changes on the screen at one moment is written at once.
 */

import type { Clock } from "../core/ports.ts";
import { visibleText } from "../core/visible_text.ts";
import { Attention } from "./attention.ts";
import { candidateLines, commonBeginning } from "./completion_lines.ts";
import type { Console } from "./console.ts";
import type { InputDrawing } from "./input_drawing.ts";
import type { InputView } from "./input_layout.ts";
import { InputLine } from "./input_line.ts";
import { InputRecall } from "./input_recall.ts";
import { type PasteAnswer, pasteAnswer, pasteLines, pastePrompt } from "./paste_question.ts";
import { paint, type ScreenLine, type Style } from "./screen_line.ts";
import type { BellMode, Complete, Terminal } from "./terminal.ts";
import { type Key, KeyReader, PASTE_BRACKETS } from "./typed_keys.ts";

/** What a line editor works with. */
export interface LineEditorParts {
  readonly drawing: InputDrawing;
  readonly style: Style;
  /** What stands before a message that names its reader, where no colour says so. */
  readonly mark: string;
  readonly clock: Clock;
  /** Called for Ctrl-C. */
  readonly stop: () => void;
}

const NO_PROMPT: ScreenLine = { text: "" };

/** A line editor: cursor keys, what was typed before, completion, wide letters, pastes. */
export class LineEditor implements Terminal {
  readonly interactive = true;
  readonly hidesSecrets = true;
  readonly #console: Console;
  readonly #parts: LineEditorParts;
  readonly #attention: Attention;
  readonly #keys = new KeyReader();
  readonly #line = new InputLine();
  /** What is said to people is recalled where something is said, commands where one is typed. */
  readonly #said = new InputRecall();
  readonly #commands = new InputRecall();
  readonly #typedAhead: string[] = [];
  #waiting: ((line: string | undefined) => void) | undefined;
  #prompt: ScreenLine = NO_PROMPT;
  #isSecret = false;
  /** The lines of a paste that is asked about. */
  #pasted: readonly string[] | undefined;
  #complete: Complete = () => [];
  /** Ctrl-C was pressed: nothing is typed any more. */
  #isLeaving = false;
  #isClosed = false;

  /** Takes the terminal over, until {@linkcode LineEditor.close}. */
  constructor(console: Console, parts: LineEditorParts) {
    this.#console = console;
    this.#parts = parts;
    this.#attention = new Attention(parts.clock);
    console.setRaw(true);
    console.write(PASTE_BRACKETS.on);
    console.onResize(() => {
      if (!this.#isClosed) console.write(parts.drawing.resized(this.#view()));
    });
    this.#readKeys();
  }

  get bell(): BellMode {
    return this.#attention.bell;
  }

  set bell(mode: BellMode) {
    this.#attention.bell = mode;
  }

  show(lines: readonly ScreenLine[]): void {
    const rings = lines.map((line) => this.#attention.shown(line)).includes(true);
    const painted = lines.flatMap((line) => this.#paint(line));
    const text = this.#isClosed
      ? painted.map((line) => line + "\r\n").join("")
      : this.#parts.drawing.draw(painted, this.#view());
    this.#console.write(rings ? text + "\x07" : text);
  }

  prompt(prompt: ScreenLine): void {
    this.#prompt = prompt;
    if (this.#waiting !== undefined) this.#draw();
  }

  nextLine(): Promise<string | undefined> {
    const line = this.#typedAhead.shift();
    if (line !== undefined) {
      this.#remember(line);
      this.#console.write(this.#parts.drawing.repeat(this.#finished(line)));
      this.#draw();
      return Promise.resolve(line);
    }
    if (this.#isClosed) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      this.#waiting = resolve;
      this.#draw();
    });
  }

  nextSecret(): Promise<string | undefined> {
    if (this.#typedAhead.length > 0) return Promise.resolve(this.#typedAhead.shift());
    this.#isSecret = !this.#isClosed;
    return this.nextLine();
  }

  dropTyped(): readonly string[] {
    const dropped = [...this.#typedAhead.splice(0), this.#line.text, ...this.#pasted ?? []];
    this.#pasted = undefined;
    this.#line.clear();
    this.#draw();
    return dropped.filter((line) => line !== "");
  }

  completeWith(complete: Complete): void {
    this.#complete = complete;
  }

  close(): void {
    if (this.#isClosed) return;
    const { drawing } = this.#parts;
    const isHalfTyped = this.#line.text !== "" && !this.#isSecret;
    const typed = this.#finished(this.#line.text, this.#askedPrompt);
    this.#console.write(isHalfTyped ? drawing.enter(typed) : drawing.erase());
    this.#end();
  }

  async #readKeys(): Promise<void> {
    while (!this.#isClosed) {
      const text = await this.#console.read();
      if (this.#isClosed) return;
      if (text === undefined) return this.#endInput();
      for (const key of this.#keys.read(text)) this.#take(key);
      if (!this.#isClosed) this.#draw();
    }
  }

  #take(key: Key): void {
    if (this.#isLeaving || this.#isClosed) return;
    this.#keyPressed();
    if (this.#pasted !== undefined) return this.#answerPaste(this.#pasted, pasteAnswer(key));
    if (key.kind === "letters") return this.#type(key.text);
    if (key.kind === "paste") return this.#paste(key.text);
    switch (key.name) {
      case "enter":
        return this.#enter();
      case "tab":
        return this.#tab();
      case "up":
      case "down":
        return this.#recalls(key.name);
      case "interrupt":
        return this.#interrupt();
      case "end of input":
        if (this.#line.text === "") return this.#endInput();
        this.#line.press("delete");
        return;
      case "redraw":
        return this.#console.write(this.#parts.drawing.clearScreen());
      default:
        this.#line.press(key.name, this.#parts.drawing.movesCursor);
    }
  }

  /** Whoever presses a key sees the screen; what was new is told where the prompt does not say so. */
  #keyPressed(): void {
    const { unread } = this.#attention;
    this.#attention.keyPressed();
    if (unread !== "" && !this.#parts.drawing.movesCursor) {
      this.show([{ text: `[${unread} since your last key]`, tone: "faint" }]);
    }
  }

  #type(text: string): void {
    this.#line.insert(text);
    this.#recall.leave();
  }

  #paste(text: string): void {
    const lines = pasteLines(text);
    if (lines.length > 1 && !this.#isSecret) this.#pasted = lines;
    else this.#type(lines[0] ?? "");
  }

  #answerPaste(lines: readonly string[], answer: PasteAnswer | undefined): void {
    if (answer === undefined) return;
    this.#pasted = undefined;
    if (answer === "one") this.#type(lines.join(" "));
    if (answer !== "each") return;
    for (const line of lines) {
      this.#type(line);
      this.#enter();
    }
  }

  #enter(): void {
    const { text } = this.#line;
    if (this.#isSecret) this.#line.clear();
    else this.#line.set("");
    const waiting = this.#waiting;
    if (waiting === undefined) {
      this.#typedAhead.push(text);
      return;
    }
    if (!this.#isSecret) this.#remember(text);
    this.#console.write(this.#parts.drawing.enter(this.#finished(this.#isSecret ? "" : text)));
    this.#waiting = undefined;
    this.#isSecret = false;
    waiting(text);
  }

  #remember(line: string): void {
    this.#recall.add(line);
  }

  get #recall(): InputRecall {
    return this.#prompt.about === "own" ? this.#said : this.#commands;
  }

  #recalls(direction: "up" | "down"): void {
    if (this.#isSecret) return;
    const recalled = direction === "up" ? this.#recall.up(this.#line.text) : this.#recall.down();
    if (recalled !== undefined) this.#line.set(recalled);
  }

  #tab(): void {
    if (this.#isSecret) return;
    const { before } = this.#line;
    const candidates = this.#complete(before);
    const common = commonBeginning(candidates);
    if (common !== "" && common !== before) return this.#line.replaceBefore(common);
    if (candidates.length > 1) this.show(candidateLines(candidates));
  }

  #interrupt(): void {
    const typed = this.#isSecret ? "" : this.#line.text;
    this.#line.clear();
    this.#console.write(
      this.#parts.drawing.enter(this.#finished(`${typed}^C`, this.#askedPrompt)),
    );
    this.#isLeaving = true;
    const unread = this.#typedAhead.splice(0);
    if (unread.length > 0) this.show([unreadLine(unread)]);
    this.#parts.stop();
  }

  /** Ctrl-D, or the terminal is gone. */
  #endInput(): void {
    // It leaves the prompt behind: what follows begins on a line of its own.
    const { drawing } = this.#parts;
    const isAsked = this.#waiting !== undefined;
    this.#console.write(isAsked ? drawing.enter(this.#finished("")) : drawing.erase());
    this.#end();
  }

  #end(): void {
    this.#isClosed = true;
    this.#console.write(PASTE_BRACKETS.off);
    this.#console.setRaw(false);
    this.#waiting?.(undefined);
    this.#waiting = undefined;
  }

  #draw(): void {
    if (!this.#isClosed) this.#console.write(this.#parts.drawing.draw([], this.#view()));
  }

  /** What stands below the output now. */
  #view(): InputView {
    const view = { prompt: NO_PROMPT, before: "", after: "" };
    if (this.#isLeaving) return view;
    if (this.#pasted !== undefined) return { ...view, prompt: pastePrompt(this.#pasted.length) };
    const { text, before } = this.#line;
    const typed = this.#isSecret ? view : { before, after: text.slice(before.length) };
    return { ...typed, prompt: this.#shownPrompt(text === "") };
  }

  /** What is asked now, if anything. */
  get #askedPrompt(): ScreenLine {
    return this.#waiting === undefined ? NO_PROMPT : this.#prompt;
  }

  #shownPrompt(isEmpty: boolean): ScreenLine {
    const ahead = this.#typedAhead.length;
    if (this.#waiting !== undefined) {
      // Somebody in the middle of a line is there to see what comes.
      const isTold = isEmpty && this.#parts.drawing.movesCursor && this.#attention.unread !== "";
      return isTold
        ? { ...this.#prompt, text: `[${this.#attention.unread}] ${this.#prompt.text}` }
        : this.#prompt;
    }
    if (ahead === 0) return NO_PROMPT;
    return { text: `[${ahead} ${ahead === 1 ? "line waits" : "lines wait"}] `, tone: "faint" };
  }

  /** A typed line as it stays on the screen, behind its prompt. */
  #finished(typed: string, prompt: ScreenLine = this.#prompt): string {
    const text = prompt.text + visibleText(typed);
    return this.#paint({ ...prompt, text, toned: prompt.text.length }).join("\r\n");
  }

  /** A line in its look; the day may stand on one of its own before it. */
  #paint(line: ScreenLine): string[] {
    const { style, mark } = this.#parts;
    const { day, time } = this.#attention.times(line);
    const before = line.about === "mention" ? mark : "";
    const painted = style("faint", time) + before + paint(line, style);
    return day === undefined ? [painted] : [style("faint", day), painted];
  }
}

function unreadLine(lines: readonly string[]): ScreenLine {
  return { text: `Typed, but not done: ${visibleText(lines.join(" / "))}`, tone: "bad" };
}
