/**
 * Plays `docs/learn.md`: runs its commands against real programs, and puts what was really printed
 * where the page shows it.
 *
 * What a block of code is, its first line tells:
 *
 * ```
 * console            commands behind "$ ", each followed by what it printed
 * console balancer   the same, with the balancer at the ports of the server
 * trace              what the server's trace had to say of the commands since the last such block
 * trace client       the trace of alice's client while somebody calls her
 * text listen        what listen.ts prints
 * ts buddy.ts        a file for the commands (as sh, python)
 * ```
 */

import { BalancerProcess } from "./balancer_process.ts";
import { ChatClient } from "./chat_client.ts";
import { ClientProcess } from "./client_process.ts";
import { eventually } from "./eventually.ts";
import type { ProgramProcess } from "./process.ts";
import { RawTcp } from "./raw_tcp.ts";
import { ServerProcess } from "./server_process.ts";
import { TempDir } from "./temp_dir.ts";
import { findProgram } from "./unprivileged.ts";

const NC = findProgram("/usr/bin/nc", "/bin/nc");
const PYTHON = findProgram("/usr/bin/python3", "/usr/local/bin/python3");

/** Why the page cannot be played here; `undefined` when it can. */
export const CANNOT_PLAY: string | undefined = NC === undefined || PYTHON === undefined
  ? "no nc or no python3 here (Debian: netcat-openbsd, python3)"
  : undefined;

/** A block of code and the text in front of it. */
interface Block {
  readonly before: string;
  readonly kind: string;
  readonly name: string;
  readonly content: string;
}

const BLOCK = /([\s\S]*?)^```(\w+)(?: (\S+))?\n([\s\S]*?)^```$/gm;

/** Where a service listens, as far as it does. */
interface LearnPorts {
  readonly tcp: number;
  readonly udp: number;
  readonly tls: number;
}

/** A program that is traced, and how much of its trace was looked at. */
interface Traced {
  readonly process: ProgramProcess;
  seen: number;
}

function traceOf({ process }: Traced): string[] {
  return process.stderr.split("\n").slice(0, -1).filter((line) =>
    / trace (?:TCP|TLS|UDP) /.test(line)
  );
}

/** Whether the end of a side is seen depends on who is faster; messages are always seen. */
function messagesIn(lines: readonly string[]): number {
  return lines.filter((line) => line.includes(" trace ") && !line.endsWith("(ends its side)"))
    .length;
}

/** Plays a page; it needs the directory only while it does so. */
export class LearnPage implements AsyncDisposable {
  readonly #directory: TempDir;
  readonly #programs = new Map<string, Traced>();
  /** Ports by those of the page. */
  readonly #ports = new Map<string, string>();

  private constructor(directory: TempDir) {
    this.#directory = directory;
  }

  /** Prepares to play. */
  static async make(): Promise<LearnPage> {
    return new LearnPage(await TempDir.make());
  }

  /** Plays a page and gives it back with what was printed this time. */
  async play(text: string): Promise<string> {
    let played = "";
    let end = 0;
    await this.#startServer();
    for (const match of text.matchAll(BLOCK)) {
      const [whole, before = "", kind = "", name = "", content = ""] = match;
      const printed = await this.#run({ before, kind, name, content });
      played += `${before}\`\`\`${name === "" ? kind : `${kind} ${name}`}\n${printed}\`\`\``;
      end = match.index + whole.length;
    }
    return played + text.slice(end);
  }

  async #run({ kind, name, content }: Block): Promise<string> {
    if (kind === "console") {
      if (name === "balancer" && !this.#programs.has("balancer")) await this.#startSite();
      return await this.#type(content);
    }
    if (kind === "text" && name === "listen") return await this.#listen();
    if (kind === "trace") {
      return name === "client" ? await this.#call() : await this.#look(name, content);
    }
    if (name !== "") {
      await Deno.writeTextFile(`${this.#directory.path}/${name}`, this.#toReal(content));
    }
    return content;
  }

  /** Runs the commands of a block, one after the other. */
  async #type(content: string): Promise<string> {
    let printed = "";
    for (const line of content.split("\n").filter((line) => line.startsWith("$ "))) {
      const command = this.#toReal(line.slice(2)).replace(/^deno /, `${Deno.execPath()} `);
      const { stdout, stderr } = await new Deno.Command("sh", {
        args: ["-c", command],
        cwd: this.#directory.path,
        stdin: "null",
        env: { NO_COLOR: "1" },
      }).output();
      const output = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
      const lines = output.replaceAll("\r", "");
      printed += `${line}\n${this.#toShown(lines)}${
        lines === "" || lines.endsWith("\n") ? "" : "\n"
      }`;
    }
    return printed;
  }

  /** What a trace says since the last time, as many lines as the page has or more. */
  async #look(name: string, content: string): Promise<string> {
    const program = this.#programs.get(name === "" ? "server" : name)!;
    const wanted = messagesIn(content.split("\n"));
    const fresh = (): string[] => traceOf(program).slice(program.seen);
    await eventually(`${wanted} messages in the trace`, () => messagesIn(fresh()) >= wanted);
    const lines = fresh();
    program.seen += lines.length;
    return this.#toShown(lines.map((line) => line + "\n").join(""));
  }

  /** Alice's client is called, answers, and is left; gives the lines of its trace about that. */
  async #call(): Promise<string> {
    const [tcp, udp] = ["1234", "1235"].map((port) => Number(this.#ports.get(port)));
    await using alice = await ClientProcess.start({ tcp: tcp!, udp: udp! }, [
      "--user=alice",
      "--trace",
      "--refresh=600",
    ]);
    this.#ports.set("20111", String(alice.messagePort));
    await alice.sees("Logged in as alice");
    {
      using caller = await RawTcp.connect(alice.messagePort);
      await alice.sees("is calling");
      await alice.types("Y");
      await alice.sees("You are in a chat");
      await caller.send("hi alice\n");
      await alice.sees("hi alice");
      await alice.types("hello", "q");
      await alice.sees("You ended the chat");
      await caller.readToEnd();
    }
    await alice.types("X");
    const { stderr } = await alice.ended();
    // Its datagrams are in the server's trace, too, and are no part of this.
    const server = this.#programs.get("server")!;
    await server.process.stderrShows("SET alice 101 OFFLINE");
    server.seen = traceOf(server).length;
    const lines = stderr.split("\n").filter((line) => line.includes(`:${alice.messagePort} `));
    return this.#toShown(lines.map((line) => line + "\n").join(""));
  }

  /** Somebody listens with the page's own client while somebody else speaks. */
  async #listen(): Promise<string> {
    const path = `${this.#directory.path}/listen.ts`;
    const listening = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--allow-net=127.0.0.1", path, "hugo", "secret"],
      stdout: "piped",
    }).spawn();
    using frank = await ChatClient.enter(Number(this.#ports.get("9092")), "frank");
    await eventually("hugo is online", async () => {
      await frank.send("C WHO\n");
      return (await frank.line())?.includes("hugo") ?? false;
    });
    await frank.send("C PM\nD hello all\nC EX\n");
    const reader = listening.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const heard = (await reader.read()).value ?? "";
    listening.kill("SIGKILL");
    await reader.cancel();
    await listening.status;
    return heard;
  }

  async #startServer(): Promise<void> {
    const ports = ["tcp", "udp", "rooms-tcp", "rooms-udp", "chat"].map((name) =>
      `--${name}-port=0`
    );
    const directory = this.#directory.path;
    const server = ServerProcess.spawn(
      [...ports, "--chat-tls-port=0", `--data=${directory}`, "--store=memory", "--trace"],
      { directory },
    );
    this.#programs.set("server", { process: server, seen: 0 });
    const ready = await server.ready() as Record<string, LearnPorts>;
    const { buddy, rooms, chat } = ready;
    this.#bound({
      1234: buddy!.tcp,
      1235: buddy!.udp,
      9090: rooms!.tcp,
      9091: rooms!.udp,
      9092: chat!.tcp,
      9443: chat!.tls,
    });
  }

  /** Two servers with one directory, and a balancer in front of them. */
  async #startSite(): Promise<void> {
    await this.#programs.get("server")!.process.endBy("SIGTERM");
    const data = await TempDir.make();
    this.#data = data;
    const start = (args: readonly string[]) =>
      ServerProcess.start(data.path, ["--trust-proxy=127.0.0.1", ...args]);
    const [one, two] = [await start(["--trace"]), await start([])];
    this.#programs.set("server", { process: one, seen: 0 });
    this.#programs.set("other server", { process: two, seen: 0 });
    const backends = [one, two].map(({ ports: { buddy } }) => buddy);
    const balancer = await BalancerProcess.start(backends.map(({ tcp }) => `127.0.0.1:${tcp}`), [
      "--udp-listen=0",
      ...backends.map(({ udp }) => `--udp-backend=127.0.0.1:${udp}`),
      ...["--send-proxy", "--no-trunk", "--quiet", "--trace"],
    ]);
    this.#programs.set("balancer", { process: balancer, seen: 0 });
    const { buddy } = (await balancer.ready()).services;
    const [first, second] = backends;
    this.#bound({
      ...{ 1234: buddy!.tcp, 1235: buddy!.udp!, 5001: first!.tcp, 5002: first!.udp },
      ...{ 5003: second!.tcp, 5004: second!.udp },
    });
  }

  #data: TempDir | undefined;

  #bound(ports: Readonly<Record<string, number>>): void {
    for (const [shown, real] of Object.entries(ports)) this.#ports.set(shown, String(real));
  }

  /** Ports of the page as they are this time. */
  #toReal(text: string): string {
    return text.replace(/\b\d{4,5}\b/g, (port) => this.#ports.get(port) ?? port);
  }

  /** And back. */
  #toShown(text: string): string {
    const shown = new Map([...this.#ports].map(([shown, real]) => [real, shown]));
    return text.replace(/(?<=[: ])\d{4,5}\b/g, (port) => shown.get(port) ?? port);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { process } of this.#programs.values()) await process[Symbol.asyncDispose]();
    await this.#data?.[Symbol.asyncDispose]();
    await this.#directory[Symbol.asyncDispose]();
  }
}
