/**
 * Stdin and stdout: the only file that touches them.
 */

import type { ScreenSize } from "./input_drawing.ts";

/** Where bytes come from and go to. */
export interface Tty {
  /** What is typed next, as it comes; `undefined` at the end. */
  read(): Promise<string | undefined>;
  write(text: string): void;
  size(): ScreenSize;
  /** Whether keys come as they are pressed, and nothing shows by itself. */
  setRaw(isRaw: boolean): void;
  /** Tells of another size from now on. */
  onResize(resized: () => void): void;
}

/** What screens were when nobody could ask. */
const USUAL_SIZE: ScreenSize = { columns: 80, rows: 24 };

const encoder = new TextEncoder();

/** Whether a person is at both ends: who types, and who reads. */
export function isAttended(): boolean {
  return Deno.stdin.isTerminal() && Deno.stdout.isTerminal();
}

/** Whether what goes to stderr stands on the same screen. */
export function logsToScreen(): boolean {
  return isAttended() && Deno.stderr.isTerminal();
}

/** The console this program was started on. */
export class SystemTty implements Tty {
  readonly #unread: () => void;
  readonly #decoder = new TextDecoder();
  readonly #chunk = new Uint8Array(16 * 1024);

  /** @param unread called when nobody reads stdout any more: there is nobody to run for */
  constructor(unread: () => void) {
    this.#unread = unread;
  }

  async read(): Promise<string | undefined> {
    const count = await Deno.stdin.read(this.#chunk).catch(() => null);
    if (count === null) return this.#decoder.decode() || undefined;
    return this.#decoder.decode(this.#chunk.subarray(0, count), { stream: true });
  }

  write(text: string): void {
    const bytes = encoder.encode(text);
    try {
      for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
    } catch {
      this.#unread();
    }
  }

  size(): ScreenSize {
    try {
      const { columns, rows } = Deno.consoleSize();
      return columns > 0 && rows > 0 ? { columns, rows } : USUAL_SIZE;
    } catch {
      return USUAL_SIZE;
    }
  }

  /** Whether a person types, at a terminal. */
  get isTyped(): boolean {
    return Deno.stdin.isTerminal();
  }

  /** Whether they look at one, too, and it can more than write line after line. */
  get isScreen(): boolean {
    return isAttended() && Deno.env.get("TERM") !== "dumb";
  }

  setRaw(isRaw: boolean): void {
    try {
      Deno.stdin.setRaw(isRaw);
    } catch (error) {
      // A terminal that is gone needs nothing back, and must not keep us from ending.
      if (isRaw) throw error;
    }
  }

  onResize(resized: () => void): void {
    try {
      Deno.addSignalListener("SIGWINCH", resized);
    } catch {
      // A system that does not tell: the next thing drawn is right again.
    }
  }
}
