/**
 * The transcript: a terminal that also writes down what a person at it sees, typed lines behind
 * their prompt. Every line is handed to the system as it comes, so that a killed client has lost
 * nothing. What the file holds already is kept: new lines go behind it. A new file is its owner's
 * alone, because private messages are in it.
 */

import { OperationalError, systemReason } from "../core/errors.ts";
import { visibleText } from "../core/visible_text.ts";
import type { ScreenLine } from "./screen_line.ts";
import type { BellMode, Complete, Terminal } from "./terminal.ts";

/**
 * Keeps what a terminal shows and takes in a file.
 *
 * @throws OperationalError when the file cannot be written
 */
export function transcribe(terminal: Terminal, path: string): Terminal {
  let file;
  try {
    file = Deno.openSync(path, { append: true, create: true, mode: 0o600 });
  } catch (error) {
    throw new OperationalError(`Cannot write the transcript "${path}": ${systemReason(error)}`, {
      cause: error,
    });
  }
  return new TranscribedTerminal(terminal, file);
}

const encoder = new TextEncoder();

class TranscribedTerminal implements Terminal {
  readonly interactive: boolean;
  readonly hidesSecrets: boolean;
  readonly #terminal: Terminal;
  #file: Deno.FsFile | undefined;
  #prompt = "";

  constructor(terminal: Terminal, file: Deno.FsFile) {
    this.interactive = terminal.interactive;
    this.hidesSecrets = terminal.hidesSecrets;
    this.#terminal = terminal;
    this.#file = file;
  }

  get bell(): BellMode {
    return this.#terminal.bell;
  }

  set bell(mode: BellMode) {
    this.#terminal.bell = mode;
  }

  show(lines: readonly ScreenLine[]): void {
    // Kept first: what was seen must be in the file, also when the client is killed right now.
    this.#keep(lines.map(({ text }) => text + "\n").join(""));
    this.#terminal.show(lines);
  }

  prompt(prompt: ScreenLine): void {
    this.#prompt = prompt.text;
    this.#terminal.prompt(prompt);
  }

  async nextLine(): Promise<string | undefined> {
    const line = await this.#terminal.nextLine();
    if (line !== undefined) this.#keep(`${this.#prompt}${visibleText(line)}\n`);
    return line;
  }

  nextSecret(): Promise<string | undefined> {
    this.#keep(`${this.#prompt}\n`);
    return this.#terminal.nextSecret();
  }

  dropTyped(): readonly string[] {
    return this.#terminal.dropTyped();
  }

  completeWith(complete: Complete): void {
    this.#terminal.completeWith(complete);
  }

  close(): void {
    this.#terminal.close();
    this.#file?.close();
    this.#file = undefined;
  }

  #keep(text: string): void {
    if (this.#file === undefined) return;
    const bytes = encoder.encode(text);
    try {
      for (let at = 0; at < bytes.length;) at += this.#file.writeSync(bytes.subarray(at));
    } catch (error) {
      this.#file.close();
      this.#file = undefined;
      const reason = visibleText(systemReason(error));
      this.#terminal.show([{ text: `The transcript ends here: ${reason}.`, tone: "bad" }]);
    }
  }
}
