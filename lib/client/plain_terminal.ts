/**
 * Plain lines in and out, a prompt being one, without codes and without an echo, so that scripts can
 * drive the client; and for terminals that can do nothing more.
 */

import type { Tty } from "./tty.ts";
import type { ScreenLine } from "./screen_line.ts";
import { END_OF_INPUT, SecretLine } from "./secret_line.ts";
import type { BellMode, Terminal } from "./terminal.ts";

/** Lines in, lines out. */
export class PlainTerminal implements Terminal {
  readonly interactive = false;
  readonly hidesSecrets: boolean;
  bell: BellMode = "off";
  readonly #tty: Tty;
  readonly #stop: () => void;
  readonly #lines = readLines(() => this.#read());
  /** What was typed behind a secret already. */
  #typedAhead = "";

  /**
   * @param isTyped whether a person types, at a terminal that shows it
   * @param stop called when the person asks for the end
   */
  constructor(tty: Tty, isTyped: boolean, stop: () => void) {
    this.#tty = tty;
    this.hidesSecrets = isTyped;
    this.#stop = stop;
  }

  show(lines: readonly ScreenLine[]): void {
    this.#tty.write(lines.map(({ text }) => text + "\n").join(""));
  }

  prompt(prompt: ScreenLine): void {
    this.#tty.write(prompt.text.trimEnd() + "\n");
  }

  async nextLine(): Promise<string | undefined> {
    return (await this.#lines.next()).value;
  }

  /** A terminal that cannot do the line editor shows what is typed, unless it is made not to. */
  async nextSecret(): Promise<string | undefined> {
    if (!this.hidesSecrets) return await this.nextLine();
    const secret = new SecretLine();
    this.#tty.setRaw(true);
    try {
      for (;;) {
        const end = secret.type(await this.#read() ?? END_OF_INPUT);
        if (end?.kind === "given up") return void this.#stop();
        if (end === undefined) continue;
        this.#typedAhead = end.rest;
        return end.secret;
      }
    } finally {
      this.#tty.setRaw(false);
    }
  }

  async #read(): Promise<string | undefined> {
    if (this.#typedAhead === "") return await this.#tty.read();
    const text = this.#typedAhead;
    this.#typedAhead = "";
    return text;
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
