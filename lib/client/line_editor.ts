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
import { Attention } from "./attention.ts";
import * as screens from "./editor_screens.ts";
import { commonBeginning } from "./completions.ts";
import { HeldPaste } from "./held_paste.ts";
import type { Tty } from "./tty.ts";
import type { InputDrawing } from "./input_drawing.ts";
import type { InputView } from "./input_layout.ts";
import { InputLine } from "./input_line.ts";
import { LineLook, type LookParts } from "./line_look.ts";
import { keysOf } from "./paste_question.ts";
import type { RecallStore } from "./recall_file.ts";
import type { ScreenLine } from "./screen_line.ts";
import type { BellMode, Complete, Terminal } from "./terminal.ts";
import { TypedBefore } from "./typed_before.ts";
import { type Key, KeyReader, PASTE_BRACKETS } from "./typed_keys.ts";

/** What a line editor works with. */
export interface LineEditorParts {
  readonly drawing: InputDrawing;
  readonly look: LookParts;
  readonly clock: Clock;
  /** Commands of earlier runs. */
  readonly recall: RecallStore;
  /** Called for Ctrl-C. */
  readonly stop: () => void;
}

/** A line editor: cursor keys, what was typed before, completion, wide letters, pastes. */
export class LineEditor implements Terminal {
  readonly interactive = true;
  readonly hidesSecrets = true;
  readonly #tty: Tty;
  readonly #parts: LineEditorParts;
  readonly #attention: Attention;
  readonly #look: LineLook;
  readonly #keys = new KeyReader();
  readonly #line = new InputLine();
  readonly #before: TypedBefore;
  readonly #typedAhead: string[] = [];
  #waiting: ((line: string | undefined) => void) | undefined;
  #prompt = screens.NO_PROMPT;
  #isSecret = false;
  readonly #held = new HeldPaste();
  #complete: Complete = () => [];
  /** Ctrl-C was pressed: nothing is typed any more. */
  #isLeaving = false;
  #isClosed = false;

  /** Takes the terminal over, until {@linkcode LineEditor.close}. */
  constructor(tty: Tty, parts: LineEditorParts) {
    this.#tty = tty;
    this.#parts = parts;
    this.#attention = new Attention(parts.clock);
    this.#look = new LineLook(parts.look, this.#attention);
    this.#before = new TypedBefore(parts.recall);
    tty.setRaw(true);
    tty.write(PASTE_BRACKETS.on);
    tty.onResize(() => {
      if (!this.#isClosed) tty.write(parts.drawing.resized(this.#view()));
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
    const painted = lines.flatMap((line) => this.#look.output(line));
    const text = this.#isClosed
      ? painted.map((line) => line + "\r\n").join("")
      : this.#parts.drawing.draw(painted, this.#view());
    this.#tty.write(rings ? text + "\x07" : text);
  }

  prompt(prompt: ScreenLine): void {
    this.#prompt = prompt;
    if (this.#waiting !== undefined) this.#draw();
  }

  nextLine(): Promise<string | undefined> {
    const line = this.#typedAhead.shift();
    if (line !== undefined) {
      this.#before.add(line, this.#prompt);
      this.#tty.write(this.#parts.drawing.repeat(this.#look.typed(line, this.#prompt)));
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
    const dropped = [...this.#typedAhead.splice(0), this.#line.text, ...this.#held.drop()];
    this.#line.clear();
    this.#draw();
    return dropped.filter((line) => line !== "");
  }

  completeWith(complete: Complete): void {
    this.#complete = complete;
  }

  close(): void {
    if (this.#isClosed) return;
    const isHalfTyped = this.#line.text !== "" && !this.#isSecret;
    if (isHalfTyped) this.#leaveUnsent("");
    else this.#tty.write(this.#parts.drawing.erase());
    this.#end();
  }

  async #readKeys(): Promise<void> {
    while (!this.#isClosed) {
      const text = await this.#tty.read();
      if (this.#isClosed) return;
      if (text === undefined) return this.#endInput();
      const keys = this.#isSecret
        ? this.#keys.read(text)
        : keysOf(text, this.#keys, this.#held.isAsked);
      for (const key of keys) this.#take(key);
      if (!this.#isClosed) this.#draw();
    }
  }

  #take(key: Key): void {
    if (this.#isLeaving || this.#isClosed) return;
    this.#keyPressed();
    const isOfAnswer = this.#held.tookAnswer();
    if (this.#held.isAsked && key.kind !== "paste") return this.#answerPaste(key);
    if (key.kind === "letters") return this.#type(key.text);
    if (key.kind === "paste" && key.isTooLong) return this.show([screens.pasteTooLongLine()]);
    if (key.kind === "paste") return this.#paste(key.text);
    switch (key.name) {
      case "enter":
        if (isOfAnswer && this.#line.text === "") return;
        return this.#enter();
      case "tab":
        return this.#tab();
      case "up":
      case "down":
        return this.#recalls(key.name);
      case "interrupt":
        return this.#interrupt();
      case "end of input":
        return this.#line.text === "" ? this.#endInput() : this.#line.press("delete");
      case "redraw":
        return this.#tty.write(this.#parts.drawing.clearScreen());
      default:
        this.#line.press(key.name, this.#parts.drawing.movesCursor && !this.#isSecret);
    }
  }

  /** Whoever presses a key sees the screen; what was new is told where the prompt does not say so. */
  #keyPressed(): void {
    const { unread } = this.#attention;
    this.#attention.keyPressed();
    if (unread !== "" && !this.#parts.drawing.movesCursor) this.show([screens.unreadLine(unread)]);
  }

  #type(text: string): void {
    this.#line.insert(text);
    this.#before.behind(this.#prompt).leave();
  }

  #paste(text: string): void {
    const pasted = this.#held.add(text, this.#isSecret);
    if (pasted.kind === "too long") return this.show([screens.pasteTooLongLine()]);
    if (pasted.kind === "typed") this.#type(pasted.text);
  }

  #answerPaste(key: Key): void {
    const answered = this.#held.answer(key);
    if (answered?.answer === "one") this.#type(answered.lines.join(" "));
    if (answered?.answer !== "each") return;
    for (const line of answered.lines) {
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
    if (!this.#isSecret) this.#before.add(text, this.#prompt);
    this.#leaveLine(this.#isSecret ? "" : text, this.#prompt);
    this.#waiting = undefined;
    this.#isSecret = false;
    waiting(text);
  }

  #recalls(direction: "up" | "down"): void {
    if (this.#isSecret) return;
    const recall = this.#before.behind(this.#prompt);
    const recalled = direction === "up" ? recall.up(this.#line.text) : recall.down();
    if (recalled !== undefined) this.#line.set(recalled);
  }

  #tab(): void {
    if (this.#isSecret) return;
    const typed = this.#line.before;
    const candidates = this.#complete(typed);
    const common = commonBeginning(candidates, typed);
    if (common !== "" && common !== typed) this.#line.replaceBefore(common);
    else if (candidates.length > 1) this.show(screens.candidateLines(candidates, typed));
  }

  #interrupt(): void {
    this.#leaveUnsent("^C");
    this.#line.clear();
    this.#isLeaving = true;
    const unread = this.#typedAhead.splice(0);
    if (unread.length > 0) this.show([screens.notDoneLine(unread)]);
    this.#parts.stop();
  }

  /** Ctrl-D, or the terminal is gone. */
  #endInput(): void {
    // It leaves the prompt behind: what follows begins on a line of its own.
    if (this.#waiting !== undefined) this.#leaveLine("", this.#prompt);
    else this.#tty.write(this.#parts.drawing.erase());
    this.#end();
  }

  /** The typed line stays on the screen as output. */
  #leaveLine(typed: string, prompt: ScreenLine): void {
    this.#tty.write(this.#parts.drawing.enter(this.#look.typed(typed, prompt), typed));
  }

  /** The same for one that nobody gets: it has no time. */
  #leaveUnsent(mark: string): void {
    const typed = this.#isSecret ? "" : this.#line.text;
    const asked = this.#waiting === undefined ? "" : this.#prompt.text;
    this.#leaveLine(typed + mark, { text: asked, tone: "own" });
  }

  #end(): void {
    this.#isClosed = true;
    this.#tty.write(PASTE_BRACKETS.off);
    this.#tty.setRaw(false);
    this.#waiting?.(undefined);
    this.#waiting = undefined;
  }

  #draw(): void {
    if (!this.#isClosed) this.show([]);
  }

  /** What stands below the output now. */
  #view(): InputView {
    const view = { prompt: screens.NO_PROMPT, before: "", after: "" };
    if (this.#isLeaving) return view;
    if (this.#held.isAsked) {
      return { ...view, prompt: screens.pastePrompt(this.#held.lines.length) };
    }
    const { text, before } = this.#line;
    const typed = this.#isSecret ? view : { before, after: text.slice(before.length) };
    return { ...typed, prompt: this.#shownPrompt(text === "") };
  }

  #shownPrompt(isEmpty: boolean): ScreenLine {
    if (this.#waiting === undefined) return screens.busyPrompt(this.#typedAhead.length);
    const { unread } = this.#attention;
    // Somebody in the middle of a line is there to see what comes.
    const isTold = unread !== "" && isEmpty && this.#parts.drawing.movesCursor;
    return isTold ? screens.unreadPrompt(unread, this.#prompt) : this.#prompt;
  }
}
