/**
 * The real `client.ts` as a process of its own, driven by lines as a script drives it.
 */

import { eventually } from "./eventually.ts";
import { within } from "./within.ts";

const ROOT = `${import.meta.dirname}/../..`;

/** The command that runs the client with the permissions of its task, without arguments of its own. */
export function clientCommand(): string[] {
  return [
    Deno.execPath(),
    "run",
    "--quiet",
    "--no-prompt",
    "--frozen",
    `--config=${ROOT}/deno.json`,
    "--allow-net",
    "--allow-read",
    "--allow-write",
    "--allow-env=NO_COLOR,TERM",
    `${ROOT}/client.ts`,
  ];
}

/** Where a client finds its server. */
export interface ServerPorts {
  readonly tcp: number;
  readonly udp: number;
}

/** How a client ended, and everything it printed. */
export interface ClientEnd {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A client process; killed at the end of the test if it is still there. */
export class ClientProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reading: Promise<void>;
  readonly #stderr: Promise<string>;
  #shown = "";
  /** How far `sees` has read. */
  #seen = 0;
  #hasEnded = false;
  #more = Promise.withResolvers<void>();

  /** Starts `client.ts` with these arguments, and waits for nothing. */
  constructor(args: readonly string[]) {
    const [program = "", ...words] = clientCommand();
    this.#child = new Deno.Command(program, {
      args: [...words, ...args],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#reading = this.#read();
    this.#stderr = new Response(this.#child.stderr).text();
  }

  /** Starts a client of a server on this machine, and waits for its menu. */
  static async start(server: ServerPorts, args: readonly string[] = []): Promise<ClientProcess> {
    const ports = [`--tcp-port=${server.tcp}`, `--udp-port=${server.udp}`];
    const client = new ClientProcess([...ports, ...args]);
    try {
      await client.sees("? help\n");
    } catch (error) {
      await client[Symbol.asyncDispose]();
      throw error;
    }
    return client;
  }

  /** Starts a client and registers a user with it. */
  static async register(
    server: ServerPorts,
    user: string,
    args: readonly string[] = [],
  ): Promise<ClientProcess> {
    const client = await ClientProcess.start(server, args);
    await client.types(`R ${user}`);
    await client.sees(`Registered as ${user}. You are online.\n${user}>\n`);
    return client;
  }

  /** Where it takes chats. */
  get messagePort(): number {
    return Number(/messages on port (\d+)/.exec(this.#shown)?.[1]);
  }

  /** Everything it has shown so far. */
  get shown(): string {
    return this.#shown;
  }

  /** Types lines, each with Enter. */
  async types(...lines: readonly string[]): Promise<void> {
    await this.typesRaw(lines.map((line) => line + "\n").join(""));
  }

  /** Types text as it is. */
  async typesRaw(text: string): Promise<void> {
    await this.#input.write(new TextEncoder().encode(text));
  }

  /** Ends its input. */
  async endInput(): Promise<void> {
    await this.#input.close();
  }

  /** Waits until it shows this text, after what was waited for before. */
  async sees(text: string): Promise<void> {
    for (;;) {
      const at = this.#shown.indexOf(text, this.#seen);
      if (at >= 0) {
        this.#seen = at + text.length;
        return;
      }
      if (this.#hasEnded) throw new Error(`"${text}" was never shown. ${await this.#report()}`);
      try {
        await within(`"${text}"`, this.#more.promise);
      } catch (cause) {
        throw new Error(`"${text}" is not shown. ${await this.#report()}`, { cause });
      }
    }
  }

  /** Resolves when its list shows somebody online on this machine. */
  async untilOnline(buddy: string): Promise<void> {
    const line = new RegExp(`^${buddy} +ONLINE +127\\.0\\.0\\.1`, "m");
    await eventually(`${buddy} is seen online`, async () => {
      const before = this.#shown.length;
      await this.types("S");
      await this.sees(">\n");
      return line.test(this.#shown.slice(before));
    });
  }

  async #report(): Promise<string> {
    this.#kill("SIGKILL");
    return `All of it:\n${this.#shown}${await this.#stderr}`;
  }

  /** Sends a signal to the client itself. */
  signal(signal: Deno.Signal): void {
    this.#kill(signal);
  }

  /** Resolves when it has ended. */
  async ended(): Promise<ClientEnd> {
    const { code } = await within("the client's end", this.#child.status);
    await this.#reading;
    return { code, stdout: this.#shown, stderr: await this.#stderr };
  }

  async #read(): Promise<void> {
    for await (const text of this.#child.stdout.pipeThrough(new TextDecoderStream())) {
      this.#shown += text;
      this.#wake();
    }
    this.#hasEnded = true;
    this.#wake();
  }

  #wake(): void {
    this.#more.resolve();
    this.#more = Promise.withResolvers();
  }

  #kill(signal: Deno.Signal): void {
    try {
      this.#child.kill(signal);
    } catch {
      // It has ended by itself.
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#kill("SIGKILL");
    await this.ended();
    await this.#input.close().catch(() => {});
  }
}
