/**
 * A program of ours as a process of its own: what it prints, how it ends.
 */

import { within } from "./within.ts";

/** Where the project is. */
export const ROOT = `${import.meta.dirname}/../..`;

/** How a process ended, and everything it printed. */
export interface Ended {
  readonly code: number;
  readonly signal: Deno.Signal | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a program is started. */
export interface ProgramCommand {
  /** `server.ts` */
  readonly script: string;
  readonly permissions: readonly string[];
  readonly args: readonly string[];
  /** How many descriptors it may have open (`ulimit -n`). */
  readonly descriptors?: number | undefined;
  /** A program that becomes it, with that program's arguments: `strace -D ...`. */
  readonly under?: readonly string[] | undefined;
  /** What stands in its environment beside what is in ours. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** When stderr begins to be read; at once unless given. */
  readonly stderrRead?: Promise<void> | undefined;
}

/** A process; killed at the end of the test if it is still there. */
export class ProgramProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #stdout: Output;
  readonly #stderr: Output;

  /** Starts it, and does not wait for anything. */
  constructor(command: ProgramCommand) {
    const { script, permissions, args, descriptors, under = [], env = {}, stderrRead } = command;
    const deno = [
      Deno.execPath(),
      "run",
      "--no-prompt",
      "--frozen",
      `--config=${ROOT}/deno.json`,
      ...permissions,
      `${ROOT}/${script}`,
      ...args,
    ];
    // `exec` makes the shell become the program, so that signals reach it.
    const [program = "", ...words] = descriptors === undefined
      ? [...under, ...deno]
      : ["sh", "-c", `ulimit -n ${descriptors} && exec "$0" "$@"`, ...deno];
    this.#child = new Deno.Command(program, {
      args: words,
      env,
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#stdout = new Output(this.#child.stdout);
    this.#stderr = new Output(this.#child.stderr, stderrRead);
  }

  /** Its number in the system. */
  get pid(): number {
    return this.#child.pid;
  }

  /** What it has written to stderr so far. */
  get stderr(): string {
    return this.#stderr.text;
  }

  /** Resolves with the object of the `ready` line; rejects when the process ends without one. */
  async readyLine(): Promise<unknown> {
    try {
      const output = await this.#stdout.shows("\n");
      return JSON.parse(output.slice("ready ".length, output.indexOf("\n")));
    } catch (cause) {
      this.signal("SIGKILL");
      const { code, stderr } = await this.ended();
      throw new Error(`It was never ready: exit code ${code}, ${stderr}`, { cause });
    }
  }

  /** Sends a signal to the process itself. */
  signal(signal: Deno.Signal): void {
    try {
      this.#child.kill(signal);
    } catch {
      // It has ended by itself.
    }
  }

  /** Resolves with all it has written to stdout when this text is in it; rejects if it never is. */
  async shows(text: string): Promise<string> {
    return await this.#stdout.shows(text);
  }

  /** Resolves when it has written this text to stderr; rejects when it ends without. */
  async stderrShows(text: string): Promise<void> {
    await this.#stderr.shows(text);
  }

  /** Resolves when it is gone, whatever it has written that nobody has read. */
  async gone(): Promise<void> {
    await within("the end of the process", this.#child.status);
  }

  /** Resolves when it has ended. */
  async ended(): Promise<Ended> {
    const { code, signal } = await within("the end of the process", this.#child.status);
    await Promise.all([this.#stdout.done, this.#stderr.done]);
    return { code, signal, stdout: this.#stdout.text, stderr: this.#stderr.text };
  }

  /** Sends a signal and waits for the end. */
  async endBy(signal: Deno.Signal): Promise<Ended> {
    this.signal(signal);
    return await this.ended();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.endBy("SIGKILL");
  }
}

/** What a process prints, collected while it runs. */
class Output {
  text = "";
  readonly done: Promise<void>;
  #more = Promise.withResolvers<void>();

  constructor(stream: ReadableStream<Uint8Array>, start?: Promise<void>) {
    this.done = this.#collect(stream, start);
  }

  /** Resolves with all there is when it has this text in it; rejects when the output ends without. */
  async shows(text: string): Promise<string> {
    while (!this.text.includes(text)) {
      const ended = this.done.then(() => true);
      const isEnd = await within(
        `"${text}" in the output`,
        Promise.race([this.#more.promise, ended]),
      );
      if (isEnd && !this.text.includes(text)) throw new Error(`"${text}" was never printed`);
    }
    return this.text;
  }

  async #collect(stream: ReadableStream<Uint8Array>, start?: Promise<void>): Promise<void> {
    await start;
    const decoder = new TextDecoder();
    for await (const chunk of stream) {
      this.text += decoder.decode(chunk, { stream: true });
      this.#more.resolve();
      this.#more = Promise.withResolvers();
    }
  }
}
