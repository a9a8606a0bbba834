/**
 * The person's end: what is shown and what is typed. The only file that touches stdin and stdout.
 *
 * On a terminal there is a line editor: what arrives appears above the prompt, and the half-typed
 * line stays. Everywhere else it is plain lines, a prompt being one, without escape codes and
 * without an echo, so that scripts can drive the client.
 */

import process from "node:process";
import * as readline from "node:readline";
import { visibleText } from "../core/visible_text.ts";
import { END_OF_INPUT, SecretLine } from "./secret_line.ts";
import { colourStyle, paint, plainStyle, type ScreenLine, type Style } from "./screen_line.ts";

/** When a terminal rings: never, for what is for its user alone or names them, for every message. */
export const BELL_MODES = ["off", "pm", "all"] as const;

/** See {@linkcode BELL_MODES}. */
export type BellMode = typeof BELL_MODES[number];

/** Where lines are shown and typed. */
export interface Terminal {
  /** Whether a person types here with a line editor. */
  readonly interactive: boolean;
  /** Whether a secret is typed by a person, who cannot see what they type. */
  readonly hidesSecrets: boolean;
  /** When it rings, if it can. */
  bell: BellMode;
  /** Shows lines, in order. */
  show(lines: readonly ScreenLine[]): void;
  /** Says what is expected next. */
  prompt(prompt: ScreenLine): void;
  /** The next line without its line end; `undefined` when there are no more. One at a time. */
  nextLine(): Promise<string | undefined>;
  /** As {@linkcode Terminal.nextLine}, for what nobody may see: a person's letters do not show. */
  nextSecret(): Promise<string | undefined>;
  /**
   * Takes back what a person has typed and nobody has read, the half-typed line included, because it
   * was meant for something that is over. Lines of a pipe stay: a script knows what it does.
   */
  dropTyped(): readonly string[];
  /** Says what Tab may make of what is typed, from now on. */
  completeWith(complete: Complete): void;
  /** Leaves the screen in order. */
  close(): void;
}

/** What a terminal asks of the program: Ctrl-C, or nobody reads what we show. */
export type StopRequest = () => void;

/** What Tab may make of what was typed so far. */
export type Complete = (typed: string) => readonly string[];

/** Whether a person is at both ends: who types, and who reads. */
export function isAttended(): boolean {
  return Deno.stdin.isTerminal() && Deno.stdout.isTerminal();
}

/** Opens the line editor on a terminal that can do it, and plain lines otherwise. */
export function openTerminal(stop: StopRequest): Terminal {
  if (!isAttended() || Deno.env.get("TERM") === "dumb") return new PlainTerminal(stop);
  return new LineEditor(stop, Deno.env.get("NO_COLOR") ? plainStyle : colourStyle);
}

const encoder = new TextEncoder();

/** Writes to stdout; when nobody reads it any more, there is nobody to run for. */
function write(text: string, stop: StopRequest): void {
  const bytes = encoder.encode(text);
  try {
    for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
  } catch {
    stop();
  }
}

/** Lines in, lines out. */
class PlainTerminal implements Terminal {
  readonly interactive = false;
  bell: BellMode = "off";
  readonly hidesSecrets = Deno.stdin.isTerminal();
  readonly #stop: StopRequest;
  readonly #decoder = new TextDecoder();
  readonly #chunk = new Uint8Array(16 * 1024);
  readonly #lines = readLines(() => this.#read());
  /** What was typed behind a secret already. */
  #typedAhead = "";

  constructor(stop: StopRequest) {
    this.#stop = stop;
  }

  show(lines: readonly ScreenLine[]): void {
    write(lines.map(({ text }) => text + "\n").join(""), this.#stop);
  }

  prompt(prompt: ScreenLine): void {
    write(prompt.text.trimEnd() + "\n", this.#stop);
  }

  async nextLine(): Promise<string | undefined> {
    return (await this.#lines.next()).value;
  }

  /** A terminal that cannot do the line editor shows what is typed, unless it is made not to. */
  async nextSecret(): Promise<string | undefined> {
    if (!this.hidesSecrets) return await this.nextLine();
    const secret = new SecretLine();
    Deno.stdin.setRaw(true);
    try {
      for (;;) {
        const end = secret.type(await this.#read() ?? END_OF_INPUT);
        if (end?.kind === "given up") return void this.#stop();
        if (end === undefined) continue;
        this.#typedAhead = end.rest.replaceAll("\r", "\n");
        return end.secret;
      }
    } finally {
      Deno.stdin.setRaw(false);
    }
  }

  /** What is typed next, as it comes; `undefined` at the end. */
  async #read(): Promise<string | undefined> {
    if (this.#typedAhead !== "") {
      const text = this.#typedAhead;
      this.#typedAhead = "";
      return text;
    }
    const count = await Deno.stdin.read(this.#chunk).catch(() => null);
    if (count !== null) {
      return this.#decoder.decode(this.#chunk.subarray(0, count), { stream: true });
    }
    return this.#decoder.decode() || undefined;
  }

  dropTyped(): readonly string[] {
    return [];
  }

  completeWith(): void {}

  close(): void {}
}

/** Cuts what is read into lines ending in LF or CRLF, or at its end; no further ahead than needed. */
async function* readLines(
  read: () => Promise<string | undefined>,
): AsyncGenerator<string, undefined> {
  let pieces: string[] = [];
  for (let text; (text = await read()) !== undefined;) {
    const [first = "", ...more] = text.split("\n");
    pieces.push(first);
    for (const next of more) {
      yield withoutCarriageReturn(pieces.join(""));
      pieces = [next];
    }
  }
  const last = pieces.join("");
  if (last !== "") yield withoutCarriageReturn(last);
  return undefined;
}

function withoutCarriageReturn(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}

/** What `node:readline` keeps beside its typed interface. */
interface EditorInside {
  /** Where the input's first row is. */
  prevRows: number;
  /** What was typed before, the last first. */
  readonly history: string[];
}

/** A line editor: history, cursor keys, wide characters; `node:readline` does the editing. */
class LineEditor implements Terminal {
  readonly interactive = true;
  bell: BellMode = "pm";
  readonly hidesSecrets = true;
  readonly #stop: StopRequest;
  readonly #style: Style;
  readonly #editor: readline.Interface;
  readonly #typedAhead: string[] = [];
  #waiting: ((line: string | undefined) => void) | undefined;
  #prompt = "";
  /** Whether what is typed does not show. */
  #isMuted = false;
  #isClosed = false;
  #complete: Complete = () => [];

  constructor(stop: StopRequest, style: Style) {
    this.#stop = stop;
    this.#style = style;
    this.#editor = readline.createInterface({
      input: process.stdin,
      output: this.#output(),
      terminal: true,
      removeHistoryDuplicates: true,
      prompt: "",
      completer: (typed: string) => [[...this.#complete(typed)], typed],
    });
    // It pauses for every Tab, and Deno 2.6 loses what is typed meanwhile.
    this.#editor.pause = () => this.#editor;
    this.#editor.on("line", (line: string) => this.#typed(line));
    this.#editor.on("close", () => this.#ended());
    this.#editor.on("SIGINT", () => stop());
    // Unhandled, Ctrl-Z would ask for the right to send signals, which the client does not have.
    this.#editor.on("SIGTSTP", () => {});
  }

  /** Where the editor writes: stdout, unless muted. */
  #output(): typeof process.stdout {
    const output: typeof process.stdout = Object.create(process.stdout);
    output.write = (...args: unknown[]): boolean =>
      this.#isMuted || Reflect.apply(process.stdout.write, process.stdout, args);
    return output;
  }

  show(lines: readonly ScreenLine[]): void {
    const text = lines.map((line) => paint(line, this.#style) + "\n").join("");
    if (this.#isClosed) return write(text, this.#stop);
    this.#clearInput();
    write(text, this.#stop);
    if (this.#isMuted) write(this.#prompt, this.#stop);
    else this.#editor.prompt(true);
  }

  /** Takes the prompt and the half-typed line off the screen; the cursor is where they began. */
  #clearInput(): void {
    const { rows } = this.#editor.getCursorPos();
    readline.moveCursor(process.stdout, 0, -rows);
    readline.cursorTo(process.stdout, 0);
    readline.clearScreenDown(process.stdout);
    // Or the editor would go up once more, over what is shown in between.
    (this.#editor as unknown as EditorInside).prevRows = 0;
  }

  prompt(prompt: ScreenLine): void {
    this.#prompt = paint(prompt, this.#style);
    if (this.#waiting !== undefined) this.#showPrompt(this.#prompt);
  }

  #showPrompt(prompt: string): void {
    if (this.#isClosed) return;
    this.#clearInput();
    this.#editor.setPrompt(prompt);
    this.#editor.prompt(true);
  }

  nextLine(): Promise<string | undefined> {
    const line = this.#typedAhead.shift();
    if (line !== undefined) {
      // It was typed while something else was under way: show it again, where it belongs.
      this.#clearInput();
      write(`${this.#prompt}${visibleText(line)}\n`, this.#stop);
      this.#editor.prompt(true);
      return Promise.resolve(line);
    }
    if (this.#isClosed) return Promise.resolve(undefined);
    this.#showPrompt(this.#prompt);
    return new Promise((resolve) => this.#waiting = resolve);
  }

  async nextSecret(): Promise<string | undefined> {
    if (this.#typedAhead.length > 0) return this.#typedAhead.shift();
    const line = this.nextLine();
    this.#isMuted = !this.#isClosed;
    return await line;
  }

  /** A secret was typed: the screen goes on below it, and no key brings it back. */
  #unmute(typed: string): void {
    if (!this.#isMuted) return;
    this.#isMuted = false;
    const { history } = this.#editor as unknown as EditorInside;
    // A blank line never came into it.
    if (history[0] === typed) history.shift();
    write("\n", this.#stop);
  }

  dropTyped(): readonly string[] {
    const dropped = [...this.#typedAhead.splice(0), this.#editor.line];
    this.#editor.write(null, { ctrl: true, name: "e" });
    this.#editor.write(null, { ctrl: true, name: "u" });
    return dropped.filter((line) => line !== "");
  }

  completeWith(complete: Complete): void {
    this.#complete = complete;
  }

  #typed(line: string): void {
    this.#unmute(line);
    const waiting = this.#waiting;
    if (waiting === undefined) {
      this.#typedAhead.push(line);
      return;
    }
    this.#waiting = undefined;
    // Until the next line is wanted, nothing is asked.
    this.#editor.setPrompt("");
    waiting(line);
  }

  #ended(): void {
    this.#isClosed = true;
    // Ctrl-D leaves the prompt behind: what follows begins on a line of its own.
    if (this.#waiting !== undefined) write("\n", this.#stop);
    this.#waiting?.(undefined);
    this.#waiting = undefined;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#clearInput();
    this.#editor.close();
  }
}
