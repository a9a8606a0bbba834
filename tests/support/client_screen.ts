/**
 * The real client on a real terminal: tmux plays the screen, and tells what is on it.
 */

import { clientCommand, ownSettings, type ServerPorts } from "./client_process.ts";
import { TempDir } from "./temp_dir.ts";

/** Size of the screen, in characters. */
const SIZE = { columns: 80, rows: 24 } as const;

/** What a client at its menu shows when it waits for the first line. */
export const MENU = "? help\n>";

/** How long a screen may take to show something: there is no event to wait for. */
const PATIENCE_MS = 60_000;

/** Why there can be no screen here; `undefined` when there can. */
export const NO_SCREEN: string | undefined = await canRunTmux() ? undefined : "tmux is not there";

async function canRunTmux(): Promise<boolean> {
  try {
    return (await new Deno.Command("tmux", { args: ["-V"] }).output()).success;
  } catch {
    return false;
  }
}

/** A client on a screen, of 80 by 24 unless told otherwise. */
export class ClientScreen implements AsyncDisposable {
  readonly #directory: TempDir;

  private constructor(directory: TempDir) {
    this.#directory = directory;
  }

  /** Starts a client with these environment variables on a screen, and waits for its menu. */
  static async start(
    server: ServerPorts,
    environment: readonly string[] = [],
  ): Promise<ClientScreen> {
    const ports = [`--tcp-port=${server.tcp}`, `--udp-port=${server.udp}`];
    return await ClientScreen.open(ports, MENU, environment);
  }

  /** Starts a client with these arguments on a screen, and waits until it shows something. */
  static async open(
    args: readonly string[],
    shown: string,
    environment: readonly string[] = [],
    settings: string | undefined = undefined,
    { columns, rows }: { readonly columns: number; readonly rows: number } = SIZE,
  ): Promise<ClientScreen> {
    const directory = await TempDir.make();
    const screen = new ClientScreen(directory);
    const size = ["-x", `${columns}`, "-y", `${rows}`];
    const own = Object.entries(ownSettings(settings ?? `${directory.path}/settings`));
    const variables = own.map(([name, value]) => `${name}=${value}`);
    // Whether there are colours is for the test to say, not for whoever runs it.
    const given = ["-u", "NO_COLOR", ...environment, ...variables];
    const client = ["env", ...given, ...clientCommand(), ...args];
    // tmux does not always learn how a program ended; the shell around it does.
    const program = ["sh", "-c", '"$@"; echo "(exit code $?)"; exec sleep 3600', "sh", ...client];
    await screen.#tmux("new-session", "-d", ...size, ...program);
    await screen.shows(shown);
    return screen;
  }

  /** Presses keys by their names in tmux: `Enter`, `Left`, `C-c`. */
  async presses(...keys: readonly string[]): Promise<void> {
    await this.#tmux("send-keys", ...keys);
  }

  /** Presses a key again and again until this is on the screen: there is no event to wait for. */
  async pressesUntil(key: string, text: string): Promise<void> {
    await this.#until(`"${text}" after ${key}`, async () => {
      await this.presses(key);
      return (await this.lines()).join("\n").includes(text);
    });
  }

  /** Types text, without Enter. */
  async types(text: string): Promise<void> {
    await this.#tmux("send-keys", "-l", text);
  }

  /**
   * Types lines, each with Enter when it is on the screen: a client that was slow would read several
   * at once, and three are taken for a paste.
   */
  async enters(...lines: readonly string[]): Promise<void> {
    for (const line of lines) {
      await this.types(line);
      await this.#until(`"${line}" as it is typed`, async () => {
        return (await this.lines()).at(-1)?.endsWith(line.trimEnd()) ?? false;
      });
      await this.presses("Enter");
    }
  }

  /** Pastes text, as a terminal pastes for a program that asked for brackets around it. */
  async pastes(text: string): Promise<void> {
    await this.#tmux("set-buffer", "--", text);
    await this.#tmux("paste-buffer", "-p");
  }

  /** Gives the terminal another size. */
  async resizes(columns: number, rows: number = SIZE.rows): Promise<void> {
    await this.#tmux("resize-window", "-x", `${columns}`, "-y", `${rows}`);
    const tty = (await this.#tmux("display-message", "-p", "#{pane_tty}")).trim();
    // It tells the client a moment later.
    await this.#until(`${columns} columns`, async () => {
      const { stdout } = await new Deno.Command("stty", { args: ["-F", tty, "size"] }).output();
      return new TextDecoder().decode(stdout).trim() === `${rows} ${columns}`;
    });
  }

  /** The lines of the screen, without what is empty at the end; each time in them is `hh:mm`. */
  async lines(): Promise<string[]> {
    const text = (await this.#tmux("capture-pane", "-p")).trimEnd();
    return text.replace(/^\d\d:\d\d(?= )/gm, "hh:mm").split("\n");
  }

  /** The screen with its colours, as escape codes. */
  async colours(): Promise<string> {
    return await this.#tmux("capture-pane", "-p", "-e");
  }

  /** Where the cursor is: column and row, from 0. */
  async cursor(): Promise<string> {
    return (await this.#tmux("display-message", "-p", "#{cursor_x} #{cursor_y}")).trim();
  }

  /** Waits until this is on the screen. */
  async shows(text: string): Promise<void> {
    await this.#until(`"${text}"`, async () => (await this.lines()).join("\n").includes(text));
  }

  /** Waits until these are the last lines: what is drawn comes in pieces. */
  async endsIn(...lines: readonly string[]): Promise<void> {
    const last = async (): Promise<string> => (await this.lines()).slice(-lines.length).join("\n");
    await this.#until(`"${lines.join("\n")}" at the end`, async () => {
      return await last() === lines.join("\n");
    });
  }

  /** Waits until this is on the screen more often than it was `before`, see {@linkcode counts}. */
  async showsAgain(text: string, before: number): Promise<void> {
    await this.#until(`"${text}" once more`, async () => await this.counts(text) > before);
  }

  /** How often this is on the screen now. */
  async counts(text: string): Promise<number> {
    return (await this.lines()).join("\n").split(text).length - 1;
  }

  /** Waits until the client has ended, and gives its exit code. */
  async ended(): Promise<number> {
    await this.shows("(exit code ");
    return Number(/\(exit code (\d+)\)/.exec((await this.lines()).join("\n"))?.[1]);
  }

  async #until(what: string, isSo: () => Promise<boolean>): Promise<void> {
    const end = performance.now() + PATIENCE_MS;
    while (!await isSo()) {
      if (performance.now() > end) {
        throw new Error(`Waited in vain: ${what}. The screen:\n${(await this.lines()).join("\n")}`);
      }
      await new Promise((resume) => setTimeout(resume, 10));
    }
  }

  async #tmux(...words: readonly string[]): Promise<string> {
    const { path } = this.#directory;
    const args = ["-u", "-S", `${path}/socket`, "-f", "/dev/null", ...words];
    const output = await new Deno.Command("tmux", { args }).output();
    if (!output.success) throw new Error(new TextDecoder().decode(output.stderr));
    return new TextDecoder().decode(output.stdout);
  }

  /** The terminal goes away, as when its window is closed; the client has to end by itself. */
  async [Symbol.asyncDispose](): Promise<void> {
    const shell = (await this.#tmux("display-message", "-p", "#{pane_pid}")).trim();
    const clients = await processes("--ppid", shell);
    await this.#tmux("kill-server");
    for (const client of clients) await endOf(client);
    await this.#directory[Symbol.asyncDispose]();
  }
}

/** Ids of the processes that `ps` finds so. */
async function processes(...found: readonly string[]): Promise<string[]> {
  const { stdout } = await new Deno.Command("ps", { args: ["-o", "pid=", ...found] }).output();
  return new TextDecoder().decode(stdout).split(/\s+/).filter((pid) => pid !== "");
}

/** Waits for the end of a client whose terminal is gone; one that lives on is killed, and a failure. */
async function endOf(client: string): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while ((await processes("-p", client)).length > 0) {
    if (performance.now() > end) {
      Deno.kill(Number(client), "SIGKILL");
      throw new Error(`The client did not end when its terminal was gone (process ${client})`);
    }
    await new Promise((resume) => setTimeout(resume, 10));
  }
}
