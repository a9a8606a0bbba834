/**
 * A PostgreSQL server of a test's own: from the system's programs, on a free port, in a temporary
 * directory. Tests that need one are skipped where there is none.
 */

import type { DatabaseAddress } from "../../lib/core/backend_address.ts";
import { openStore } from "../../lib/storage/open_store.ts";
import type { DatabaseDeadlines } from "../../lib/storage/postgres_link.ts";
import type { Store } from "../../lib/storage/store.ts";
import { freePort } from "./free_port.ts";
import { RecordedLog } from "./recorded_log.ts";
import { TempDir } from "./temp_dir.ts";
import { findProgram, giveAway, PROGRAM_DIRECTORIES, unprivileged } from "./unprivileged.ts";
import { within } from "./within.ts";

const DEBIAN = [19, 18, 17, 16, 15, 14].map((version) => `/usr/lib/postgresql/${version}/bin`);
const [POSTGRES, INITDB, PSQL] = ["postgres", "initdb", "psql"].map((name) =>
  findProgram(...[...DEBIAN, ...PROGRAM_DIRECTORIES].map((directory) => `${directory}/${name}`))
);

/** Why tests with PostgreSQL cannot run here; `undefined` when they can. */
export const NO_POSTGRES: string | undefined =
  POSTGRES === undefined || INITDB === undefined || PSQL === undefined
    ? "no PostgreSQL here (Debian: postgresql)"
    : undefined;

/** Far longer than a database takes for anything, on a busy machine too. */
export const PATIENT_DEADLINES: DatabaseDeadlines = {
  ...{ connect: 20_000, lock: 20_000, statement: 30_000, answer: 40_000 },
  ...{ idleInTransaction: 20_000, turn: 20_000 },
};

const decoder = new TextDecoder();

/** A server process with its own data; ended with everything in it at the end of the test. */
export class PrivatePostgres implements AsyncDisposable {
  /** Where it is. */
  readonly address: DatabaseAddress;
  readonly #directory: TempDir;
  #child: Deno.ChildProcess | undefined;

  private constructor(directory: TempDir, port: number) {
    this.#directory = directory;
    this.address = {
      ...{ host: "127.0.0.1", port, user: "parley", password: "s3cret-of-parley" },
      ...{ database: "parley", tls: "off" },
    };
  }

  /** Makes one and waits until it answers. */
  static async start(): Promise<PrivatePostgres> {
    const directory = await TempDir.make();
    const server = new PrivatePostgres(directory, freePort());
    try {
      await giveAway(directory.path);
      await server.#prepare();
      await server.startAgain();
      await server.sql("CREATE DATABASE parley", "postgres");
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
    return server;
  }

  /** Its URL, with the password. */
  get url(): string {
    const { user, password, host, port, database } = this.address;
    return `postgres://${user}:${password}@${host}:${port}/${database}`;
  }

  /** Starts the server again after it was ended, and waits until it answers. */
  async startAgain(): Promise<void> {
    const { port } = this.address;
    await within("PostgreSQL's start", this.#startUntilItRuns(port), 60_000);
  }

  /** Ends it: `SIGINT` at once but orderly, `SIGKILL` not at all. Its data stays. */
  async end(signal: "SIGINT" | "SIGKILL" = "SIGINT"): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    this.#child = undefined;
    child.kill(signal);
    await within("PostgreSQL's end", child.status);
  }

  /** Stops the server and every process of it, or lets them go on. */
  async signalAll(signal: "SIGSTOP" | "SIGCONT"): Promise<void> {
    const { pid } = this.#child!;
    const children = (await output("pgrep", "-P", `${pid}`)).split("\n").filter((line) =>
      line !== ""
    );
    const all = signal === "SIGSTOP" ? [`${pid}`, ...children] : [...children, `${pid}`];
    for (const id of all) {
      try {
        Deno.kill(Number(id), signal);
      } catch {
        // A process of a connection that ended meanwhile.
      }
    }
  }

  /** Opens the store in it, which has more patience than that of a server. */
  async open(log = new RecordedLog(), address: DatabaseAddress = this.address): Promise<Store> {
    return await openStore({ kind: "postgres", address, log, deadlines: PATIENT_DEADLINES });
  }

  /** Runs statements as its owner. @returns what they print, unaligned */
  async sql(text: string, database: string = this.address.database): Promise<string> {
    const command = this.#psql(database, { args: ["-c", text], stdin: "null" });
    const { success, stdout, stderr } = await command.output();
    if (!success) throw new Error(`psql failed: ${decoder.decode(stderr)}`);
    return decoder.decode(stdout).trim();
  }

  /**
   * Does something in a transaction that is open until it is let go of: by then it holds the locks
   * that were taken, for exactly as long as a test wants.
   *
   * @param statement what gives one row
   */
  async hold(statement: string): Promise<AsyncDisposable> {
    const child = this.#psql(this.address.database, {
      args: [],
      ...{ stdin: "piped", stdout: "piped", stderr: "inherit" },
    }).spawn();
    const commands = child.stdin.getWriter();
    const answers = child.stdout.getReader();
    await commands.write(new TextEncoder().encode(`BEGIN;\n${statement};\n`));
    const { done } = await within("the answer of psql", answers.read());
    const end = async (): Promise<void> => {
      await commands.close();
      await answers.cancel();
      await within("the end of psql", child.status);
    };
    if (!done) return { [Symbol.asyncDispose]: end };
    await end();
    throw new Error(`psql ended: ${statement}`);
  }

  /** Forgets everything Parley keeps, tables included. */
  async clear(): Promise<void> {
    await this.sql("SET client_min_messages = error; DROP SCHEMA IF EXISTS parley CASCADE");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child !== undefined) await this.signalAll("SIGCONT");
    await this.end();
    await this.#directory[Symbol.asyncDispose]();
  }

  #psql(database: string, { args, ...options }: Deno.CommandOptions): Deno.Command {
    const { host, port, user, password } = this.address;
    return new Deno.Command(PSQL!, {
      args: ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", ...args!],
      clearEnv: true,
      env: {
        ...{ PGHOST: host, PGPORT: `${port}`, PGUSER: user, PGPASSWORD: password },
        PGDATABASE: database,
      },
      ...options,
    });
  }

  async #prepare(): Promise<void> {
    const { path } = this.#directory;
    const { user, password } = this.address;
    await Deno.writeTextFile(`${path}/password`, password);
    await giveAway(`${path}/password`);
    const command = await unprivileged(INITDB!, [
      ...["-D", `${path}/data`, "-U", user, "-A", "scram-sha-256", `--pwfile=${path}/password`],
      ...["--no-sync", "--no-locale", "-E", "UTF8"],
    ], { stdin: "null", stdout: "null", stderr: "piped", cwd: path });
    const { success, stderr } = await command.output();
    if (!success) throw new Error(`initdb failed: ${decoder.decode(stderr)}`);
  }

  /** After a kill, what is left of the processes of connections may still be there for a moment. */
  async #startUntilItRuns(port: number): Promise<void> {
    for (;;) {
      const command = await unprivileged(POSTGRES!, [
        ...["-D", `${this.#directory.path}/data`, "-p", `${port}`],
        ...["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="],
        ...["-c", "max_connections=60", "-c", "shared_buffers=16MB"],
      ], { stdin: "null", stdout: "null", stderr: "null", cwd: this.#directory.path });
      const child = command.spawn();
      const ended = child.status.then(() => true);
      while (!await Promise.race([ended, delay(50)])) {
        if (!await this.sql("SELECT 1", "postgres").then(() => true, () => false)) continue;
        this.#child = child;
        return;
      }
      await delay(100);
    }
  }
}

function delay(milliseconds: number): Promise<false> {
  return new Promise((resolve) => setTimeout(() => resolve(false), milliseconds));
}

async function output(program: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await new Deno.Command(program, { args: [...args], stdin: "null" }).output();
  return decoder.decode(stdout);
}
