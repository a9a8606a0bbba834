/**
 * One program of a cluster as a process: started with the permissions of its task, its `ready` line
 * read, its log passed on with its name in front, ended by its id, and with the tool whatever ends that.
 */

import { TextLineStream } from "../walkthrough/text_line_stream.ts";

/** A program that did not start, or not as it should. */
export class MemberError extends Error {
  /** Kept when the code is minified. */
  override readonly name = "MemberError";
}

/** Longest wait for a program to be ready. */
const READY_MS = 30_000;

/** Longest wait for one to end by itself: they promise 5 s. */
const END_MS = 6000;

/** A running program. */
export class Member {
  readonly name: string;
  /** Resolves when it has ended, by itself or not. */
  readonly ended: Promise<Deno.CommandStatus>;
  readonly #child: Deno.ChildProcess;
  readonly #output: ReadableStreamDefaultReader<string>;

  private constructor(name: string, child: Deno.ChildProcess, say: (line: string) => void) {
    this.name = name;
    this.#child = child;
    this.ended = guarded(child);
    this.#output = linesOf(child.stdout).getReader();
    passOn(linesOf(child.stderr), (line) => say(`${name}  ${line}`));
  }

  /**
   * Starts a program.
   *
   * @param task which one, by the name of its task
   * @param say takes the lines of its log
   */
  static async start(
    name: string,
    task: "server" | "load_balancer",
    args: readonly string[],
    say: (line: string) => void,
  ): Promise<Member> {
    const child = new Deno.Command(Deno.execPath(), {
      args: [...await commandOf(task), ...args],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      // A terminal's Ctrl-C is for the tool alone, which then ends the others once, in order.
      detached: true,
    }).spawn();
    return new Member(name, child, say);
  }

  /** Its number in the system. */
  get pid(): number {
    return this.#child.pid;
  }

  /** The object of its `ready` line. @throws MemberError when there is none */
  async ready(): Promise<unknown> {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      this.#signal("SIGKILL");
    }, READY_MS);
    const { value = "" } = await this.#output.read().finally(() => clearTimeout(timer));
    if (!value.startsWith("ready ")) {
      throw new MemberError(
        isLate
          ? `${this.name} was not ready within ${READY_MS / 1000} s, and was ended`
          : `${this.name} did not start; see what it says above`,
      );
    }
    passOn(this.#output, () => {});
    return JSON.parse(value.slice("ready ".length));
  }

  /** Asks it to end, and sees that it does. */
  async end(): Promise<void> {
    this.#signal("SIGTERM");
    const timer = setTimeout(() => this.#signal("SIGKILL"), END_MS);
    await this.ended;
    clearTimeout(timer);
  }

  #signal(signal: Deno.Signal): void {
    try {
      this.#child.kill(signal);
    } catch {
      // It has ended already.
    }
  }
}

/**
 * Sees that a program does not outlive the tool, also when that is killed: a shell reads from us, and
 * ends the program when nobody is left who could write.
 *
 * @returns how the program has ended
 */
async function guarded(child: Deno.ChildProcess): Promise<Deno.CommandStatus> {
  if (Deno.build.os === "windows") return await child.status;
  const guard = new Deno.Command("sh", {
    args: ["-c", 'read -r _ || kill "$0"', `${child.pid}`],
    ...{ stdin: "piped", stdout: "null", stderr: "null", detached: true },
  }).spawn();
  const status = await child.status;
  const input = guard.stdin.getWriter();
  await input.write(new TextEncoder().encode("\n")).catch(() => {}); // somebody ended it
  await input.close().catch(() => {});
  await guard.status;
  return status;
}

/** The words that start a program as its task does. */
async function commandOf(task: string): Promise<string[]> {
  const root = `${import.meta.dirname}/../..`;
  const { tasks } = JSON.parse(await Deno.readTextFile(`${root}/deno.json`));
  const [, ...words] = (tasks[task].command as string).split(" ");
  const script = words.pop();
  return [...words, "--config", `${root}/deno.json`, `${root}/${script}`];
}

function linesOf(stream: ReadableStream<Uint8Array>): ReadableStream<string> {
  return stream.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
}

async function passOn(
  lines: ReadableStream<string> | ReadableStreamDefaultReader<string>,
  take: (line: string) => void,
): Promise<void> {
  const reader = lines instanceof ReadableStream ? lines.getReader() : lines;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    take(value);
  }
}
