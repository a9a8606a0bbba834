/**
 * The real `client.ts` as a process of its own, driven by lines as a script drives it.
 */

import { EXECUTABLES } from "../../tools/compile/executables.ts";
import { eventually } from "./eventually.ts";
import { within } from "./within.ts";

const ROOT = `${import.meta.dirname}/../..`;

const PERMISSIONS = EXECUTABLES.find(({ script }) => script === "client.ts")!.permissions;

/** The command that runs the client with the permissions of its task, without arguments of its own. */
export function clientCommand(): string[] {
  return [
    Deno.execPath(),
    "run",
    "--quiet",
    "--no-prompt",
    "--frozen",
    `--config=${ROOT}/deno.json`,
    ...PERMISSIONS,
    `${ROOT}/client.ts`,
  ];
}

/** What keeps a client away from the settings of whoever runs the tests. */
export function ownSettings(directory: string): Record<string, string> {
  return { XDG_CONFIG_HOME: directory, XDG_STATE_HOME: directory, APPDATA: directory };
}

/** What makes a directory the home of a client, which finds its modules all the same. */
export async function ownHome(directory: string): Promise<Record<string, string>> {
  const info = new Deno.Command(Deno.execPath(), { args: ["info", "--json"] });
  const { denoDir } = JSON.parse(new TextDecoder().decode((await info.output()).stdout));
  return { HOME: directory, DENO_DIR: denoDir };
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
  readonly #stopped = new AbortController();
  #more = Promise.withResolvers<void>();

  /**
   * Starts `client.ts` with these arguments and this directory of settings; waits for nothing.
   *
   * @param env what stands in its environment besides
   */
  constructor(
    args: readonly string[],
    settings = "/nowhere",
    env: Readonly<Record<string, string>> = {},
  ) {
    const [program = "", ...words] = clientCommand();
    this.#child = new Deno.Command(program, {
      args: [...words, ...args],
      env: { ...ownSettings(settings), ...env },
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

  /** Goes away as a reader of what it prints, as `head` does. */
  async stopReading(): Promise<void> {
    this.#stopped.abort();
    await this.#reading;
  }

  /** Ends its input. */
  async endInput(): Promise<void> {
    await this.#input.close();
  }

  /** Waits until it shows this text, after what was waited for before. */
  async sees(text: string): Promise<void> {
    await this.#seesFrom(this.#seen, text);
  }

  async #seesFrom(start: number, text: string): Promise<void> {
    for (;;) {
      const at = this.#shown.indexOf(text, start);
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

  /** Types S until the status table has this line in it: the server's news come with a refresh. */
  async seesInStatus(row: RegExp): Promise<void> {
    await eventually(`${row} in the status`, async () => {
      const before = this.#shown.length;
      await this.types("S");
      // While the server is away there is no table, and then the prompt. News of buddies bring prompts
      // of their own: those of before are not meant.
      await this.#seesFrom(before, ">\n");
      return row.test(this.#shown.slice(before));
    });
  }

  /** Resolves when its list shows somebody online on this machine. */
  async untilOnline(buddy: string): Promise<void> {
    await this.seesInStatus(new RegExp(`^${buddy} +ONLINE +127\\.0\\.0\\.1`, "m"));
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
    const decoder = new TextDecoderStream();
    const piping = this.#child.stdout.pipeTo(decoder.writable, this.#stopped);
    try {
      for await (const text of decoder.readable) {
        this.#shown += text;
        this.#wake();
      }
    } catch {
      // Nobody reads any more.
    }
    await piping.catch(() => {});
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
