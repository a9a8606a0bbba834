/**
 * A Redis server of a test's own: from the system's program, on a free port, in a temporary
 * directory. Tests that need one are skipped where there is none.
 */

import type { RedisAddress } from "../../lib/core/backend_address.ts";
import { freePort } from "./free_port.ts";
import { ask } from "./raw_tcp.ts";
import { TempDir } from "./temp_dir.ts";
import { findProgram, giveAway, PROGRAM_DIRECTORIES, unprivileged } from "./unprivileged.ts";
import { within } from "./within.ts";

const REDIS = findProgram(...PROGRAM_DIRECTORIES.map((directory) => `${directory}/redis-server`));

/** Why tests with Redis cannot run here; `undefined` when they can. */
export const NO_REDIS: string | undefined = REDIS === undefined
  ? "no Redis here (Debian: redis-server)"
  : undefined;

/** A server process that keeps nothing on disk; ended at the end of the test. */
export class PrivateRedis implements AsyncDisposable {
  /** Where it is. */
  readonly address: RedisAddress;
  readonly #directory: TempDir;
  #child: Deno.ChildProcess | undefined;

  private constructor(directory: TempDir, port: number) {
    this.#directory = directory;
    this.address = {
      ...{ host: "127.0.0.1", port, user: "", password: "s3cret-of-redis" },
      ...{ database: 0, tls: "off" },
    };
  }

  /** Makes one and waits until it answers. */
  static async start(): Promise<PrivateRedis> {
    const directory = await TempDir.make();
    await giveAway(directory.path);
    for (let tries = 1;; tries++) {
      const server = new PrivateRedis(directory, freePort());
      if (await server.#runs()) return server;
      // Somebody may have taken the port in between, but not again and again.
      if (tries === 5) throw new Error("Redis does not start");
    }
  }

  /** Its URL, with the password. */
  get url(): string {
    const { host, port, password } = this.address;
    return `redis://:${password}@${host}:${port}`;
  }

  /** Starts the server again after it was ended, with nothing in it. */
  async startAgain(): Promise<void> {
    if (!await this.#runs()) throw new Error(`Redis does not start on port ${this.address.port}`);
  }

  /** Starts it. @returns whether it runs, and did not end at once */
  async #runs(): Promise<boolean> {
    const { port, password } = this.address;
    const { path } = this.#directory;
    const command = await unprivileged(REDIS!, [
      ...["--port", `${port}`, "--bind", "127.0.0.1", "--requirepass", password],
      ...["--save", "", "--appendonly", "no", "--dir", path],
    ], { stdin: "null", stdout: "null", stderr: "null", cwd: path });
    const child = command.spawn();
    this.#child = child;
    const ended = child.status.then(() => false);
    const isRunning = await within("Redis' start", Promise.race([ended, this.#answers(child.pid)]));
    if (!isRunning) this.#child = undefined;
    return isRunning;
  }

  /** Ends it. */
  async end(signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    this.#child = undefined;
    child.kill(signal);
    await within("Redis' end", child.status);
  }

  /** Stops it, or lets it go on. */
  signal(signal: "SIGSTOP" | "SIGCONT"): void {
    this.#child?.kill(signal);
  }

  /** Has it do something, as its administrator. @returns what it answers, as it is sent */
  async command(...words: readonly string[]): Promise<string> {
    const { port, password } = this.address;
    const lines = [`AUTH ${password}`, words.join(" "), "QUIT"];
    const answers = await ask(port, lines.map((line) => `${line}\r\n`).join(""));
    return answers.replace(/^\+OK\r\n/, "").replace(/\r\n\+OK\r\n$/, "");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.signal("SIGCONT");
    await this.end();
    await this.#directory[Symbol.asyncDispose]();
  }

  /** Resolves when the process answers: itself, and not another one that has the port. */
  async #answers(pid: number): Promise<boolean> {
    while (this.#child?.pid === pid) {
      const told = await this.command("INFO", "server").catch(() => "");
      if (told.includes(`process_id:${pid}\r\n`)) return true;
      await new Promise((resume) => setTimeout(resume, 20));
    }
    return false;
  }
}
