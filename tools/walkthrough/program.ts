/**
 * A program played from outside, as a person plays it: what it shows is read line by line, what is
 * typed goes to its standard input. Every wait has a deadline, and failing one says what was seen.
 */

import { systemReason } from "../../lib/core/errors.ts";
import { within } from "../../lib/core/within.ts";
import { TextLineStream } from "./text_line_stream.ts";

/** How to start a program: the words before its own arguments. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  /** Whether it gets an environment of its own, with nothing in it. */
  readonly clearEnv?: boolean;
}

/** Longest wait for anything a program should show or do: far longer than a busy machine takes. */
const PATIENCE_MS = 60_000;

/** A step that went otherwise than the story says. */
export class StoryError extends Error {
  /** Kept when the code is minified. */
  override readonly name = "StoryError";
}

function spawn(command: string, options: Deno.CommandOptions): Deno.ChildProcess {
  try {
    return new Deno.Command(command, options).spawn();
  } catch (error) {
    throw new StoryError(`Cannot run "${command}": ${systemReason(error)}`);
  }
}

/** A running program. */
export class Program implements AsyncDisposable {
  readonly #name: string;
  readonly #child: Deno.ChildProcess;
  readonly #lines: ReadableStreamDefaultReader<string>;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #complaints: Promise<string>;
  readonly #seen: string[] = [];

  /** Starts a program with arguments; `name` is what the story calls it. @throws StoryError */
  constructor(name: string, launch: Launch, args: readonly string[], cwd?: string) {
    this.#name = name;
    this.#child = spawn(launch.command, {
      args: [...launch.args, ...args],
      clearEnv: launch.clearEnv ?? false,
      ...(cwd === undefined ? {} : { cwd }),
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    });
    this.#lines = this.#child.stdout
      .pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextLineStream())
      .getReader();
    this.#input = this.#child.stdin.getWriter();
    this.#complaints = new Response(this.#child.stderr).text();
  }

  /** Types a line and Enter. */
  async types(line: string): Promise<void> {
    await this.#input.write(new TextEncoder().encode(line + "\n"));
  }

  /** Reads on until a line holds `text`, or is like it, and gives that line. @throws StoryError */
  async sees(text: string | RegExp): Promise<string> {
    for (;;) {
      const { done, value } = await this.#inTime(this.#lines.read(), `show "${text}"`);
      if (done) throw await this.#failure(`ended without showing "${text}"`);
      this.#seen.push(value);
      if (typeof text === "string" ? value.includes(text) : text.test(value)) return value;
    }
  }

  /** Waits for the end of the program, which must be with exit code 0. @throws StoryError */
  async leaves(): Promise<void> {
    while (!(await this.#inTime(this.#lines.read(), "end")).done);
    const { code } = await this.#inTime(this.#child.status, "end");
    if (code !== 0) throw await this.#failure(`ended with exit code ${code}`);
  }

  /** Asks the program to stop, as Ctrl-C does, and waits for its proper end. @throws StoryError */
  async stops(): Promise<void> {
    this.#child.kill("SIGINT");
    await this.leaves();
  }

  /** What it has written to standard error; complete once it has ended. */
  get complaints(): Promise<string> {
    return this.#complaints;
  }

  async #inTime<T>(work: Promise<T>, what: string): Promise<T> {
    return await within(PATIENCE_MS, work, async () => {
      throw await this.#failure(`did not ${what} in time`);
    });
  }

  async #failure(what: string): Promise<StoryError> {
    await this[Symbol.asyncDispose]();
    const complaints = await this.#complaints;
    return new StoryError(
      [`${this.#name} ${what}. It showed:`, ...this.#seen.slice(-20), complaints].join("\n"),
    );
  }

  /** Ends the program, if it still runs. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await this.#child.status;
    await this.#lines.cancel();
    await this.#input.close().catch(() => {});
  }
}
