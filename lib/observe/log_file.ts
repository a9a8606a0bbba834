/**
 * A log in a file that never grows beyond a size: `parley.log`, then `parley.log.1`, the newest of
 * the older ones, up to as many as are kept. It is made for its owner only.
 *
 * Rules of this file:
 * - The log never stops the service: what cannot be written goes to stderr, with the reason now and
 *   then, and the file is tried again with every line.
 * - Another program may rename the file; `reopen` (SIGHUP) begins a new one of the name.
 */

import { OperationalError, reasonOf } from "../core/errors.ts";
import { NowAndThen } from "../core/now_and_then.ts";

/** Where a log goes, and how much of it is kept. */
export interface LogFileSettings {
  /** The file. */
  readonly path: string;
  /** Longest file in bytes. */
  readonly maxBytes: number;
  /** How many older files are kept. */
  readonly keep: number;
  /** Takes what the file does not. */
  readonly instead: (line: string) => void;
  /** Is told what is wrong with the file, and when it works again. */
  readonly tell: (level: "info" | "warn", message: string) => void;
}

const encoder = new TextEncoder();

/** An open log file. */
export class LogFile {
  readonly #settings: LogFileSettings;
  #file: Deno.FsFile | undefined;
  #bytes = 0;
  /** Whether the last line in it has no end. */
  #isCut = false;
  readonly #trouble = new NowAndThen();
  /** Whether it was told that lines come elsewhere, and not yet that they do no more. */
  #isElsewhere = false;

  /**
   * Opens the file, and goes on behind what is in it.
   *
   * @throws OperationalError when that cannot be done
   */
  constructor(settings: LogFileSettings) {
    this.#settings = settings;
    try {
      this.#open();
    } catch (error) {
      throw new OperationalError(
        `Cannot write the log to "${settings.path}": ${reasonOf(error)}; ` +
          "check its directory, or choose another --log-file",
        { cause: error },
      );
    }
  }

  /** Takes a whole line with its LF. Never throws. */
  write(line: string): void {
    try {
      const bytes = encoder.encode(this.#isCut ? `\n${line}` : line);
      const isTooLong = this.#bytes + bytes.length > this.#settings.maxBytes;
      if (isTooLong && this.#bytes > 0) this.#rotate();
      if (this.#file === undefined) this.#open();
      this.#append(bytes);
    } catch (error) {
      this.#settings.instead(line);
      if (this.#tell(error)) this.#isElsewhere = true;
      return;
    }
    if (!this.#isElsewhere) return;
    this.#isElsewhere = false;
    this.#settings.tell("info", `The log is written to ${this.#name} again`);
  }

  /** Begins anew with whatever file has the name by now. */
  reopen(): void {
    this.close();
  }

  /** Lets go of the file; the next line opens it again. */
  close(): void {
    this.#file?.close();
    this.#file = undefined;
  }

  #open(): void {
    const options = { append: true, create: true, mode: 0o600 };
    this.#file = Deno.openSync(this.#settings.path, options);
    this.#bytes = this.#file.statSync().size;
  }

  #append(bytes: Uint8Array): void {
    let at = 0;
    try {
      while (at < bytes.length) at += this.#file!.writeSync(bytes.subarray(at));
      this.#isCut = false;
    } catch (error) {
      this.#isCut ||= at > 0;
      throw error;
    } finally {
      this.#bytes += at;
    }
  }

  /** Where that cannot be done, the file grows on. */
  #rotate(): void {
    const { path, keep } = this.#settings;
    this.close();
    try {
      for (let age = keep - 1; age > 0; age--) {
        renameIfThere(`${path}.${age}`, `${path}.${age + 1}`);
      }
      if (keep > 0) renameIfThere(path, `${path}.1`);
      else Deno.truncateSync(path);
      this.#isCut = false;
    } catch (error) {
      this.#tell(error);
    }
  }

  /** Tells now and then what is wrong. @returns whether it was time to */
  #tell(error: unknown): boolean {
    if (this.#trouble.count(performance.now()) === undefined) return false;
    const reason = reasonOf(error);
    this.#settings.tell(
      "warn",
      `Cannot write the log to ${this.#name}: ${reason}; what it does not take comes here`,
    );
    return true;
  }

  get #name(): string {
    return JSON.stringify(this.#settings.path);
  }
}

function renameIfThere(from: string, to: string): void {
  try {
    Deno.renameSync(from, to);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
