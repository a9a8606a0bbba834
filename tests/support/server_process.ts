/**
 * The real `server.ts` as a process of its own: what it prints, how it ends.
 */

import { within } from "./within.ts";

const ROOT = `${import.meta.dirname}/../..`;

/** The object of the `ready` line. */
export interface ReadyPorts {
  readonly buddy: { readonly tcp: number; readonly udp: number };
  readonly [service: string]: unknown;
}

/** How a process ended, and everything it printed. */
export interface Ended {
  readonly code: number;
  readonly signal: Deno.Signal | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a test may want to be different. */
export interface SpawnOptions {
  /** The directory it may read and write; without one it may touch no file. */
  readonly directory?: string;
  /** How many descriptors it may have open (`ulimit -n`). */
  readonly descriptors?: number;
  /** A program that becomes it, with that program's arguments: `strace -D ...`. */
  readonly under?: readonly string[];
}

/** A server process; killed at the end of the test if it is still there. */
export class ServerProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #stdout: Output;
  readonly #stderr: Output;

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#stdout = new Output(child.stdout);
    this.#stderr = new Output(child.stderr);
  }

  /** Starts `server.ts` with these arguments, and does not wait for anything. */
  static spawn(args: readonly string[], options: SpawnOptions = {}): ServerProcess {
    const { directory, descriptors, under = [] } = options;
    const files = directory === undefined
      ? []
      : [`--allow-read=${directory}`, `--allow-write=${directory}`];
    const deno = [
      Deno.execPath(),
      "run",
      "--no-prompt",
      "--frozen",
      `--config=${ROOT}/deno.json`,
      "--allow-net",
      "--allow-sys=networkInterfaces",
      "--ignore-env",
      ...files,
      `${ROOT}/server.ts`,
      ...args,
    ];
    // `exec` makes the shell become the server, so that signals reach it.
    const [program = "", ...words] = descriptors === undefined
      ? [...under, ...deno]
      : ["sh", "-c", `ulimit -n ${descriptors} && exec "$0" "$@"`, ...deno];
    const command = new Deno.Command(program, { args: words, stdout: "piped", stderr: "piped" });
    return new ServerProcess(command.spawn());
  }

  /**
   * Starts a server on free ports that keeps its users in `directory`, and waits for its ports. It
   * serves buddies unless `args` say otherwise.
   */
  static async start(
    directory: string,
    args: readonly string[] = [],
    options: SpawnOptions = {},
  ): Promise<ServerProcess & { readonly ports: ReadyPorts }> {
    const services = args.some((word) => word.startsWith("--services")) ? [] : ["--services=buddy"];
    const ports = ["--tcp-port=0", "--udp-port=0", ...services];
    const words = [...ports, `--data=${directory}`, ...args];
    const server = ServerProcess.spawn(words, { directory, ...options });
    return Object.assign(server, { ports: await server.ready() });
  }

  /** Resolves with the ports when the `ready` line is there; rejects when the process ends first. */
  async ready(): Promise<ReadyPorts> {
    try {
      const output = await this.#stdout.shows("\n");
      return JSON.parse(output.slice("ready ".length, output.indexOf("\n")));
    } catch (cause) {
      this.signal("SIGKILL");
      const { code, stderr } = await this.ended();
      throw new Error(`The server was never ready: exit code ${code}, ${stderr}`, { cause });
    }
  }

  /** Sends a signal to the server itself. */
  signal(signal: Deno.Signal): void {
    try {
      this.#child.kill(signal);
    } catch {
      // It has ended by itself.
    }
  }

  /** Resolves when it has written this text to stderr; rejects when it ends without. */
  async stderrShows(text: string): Promise<void> {
    await this.#stderr.shows(text);
  }

  /** Resolves when it has ended. */
  async ended(): Promise<Ended> {
    const { code, signal } = await within("the server's end", this.#child.status);
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

  constructor(stream: ReadableStream<Uint8Array>) {
    this.done = this.#collect(stream);
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

  async #collect(stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of stream) {
      this.text += decoder.decode(chunk, { stream: true });
      this.#more.resolve();
      this.#more = Promise.withResolvers();
    }
  }
}
