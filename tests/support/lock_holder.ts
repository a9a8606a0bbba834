/**
 * A process that takes the lock of a data directory and keeps it: a sibling that can be stopped for
 * certain while it holds the lock. Run as `lock_holder.ts FILE`; prints `locked` when it has it.
 */

import { within } from "./within.ts";

/** The process, ended with the test. */
export class LockHolder implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
  }

  /** Starts it; resolves when it has the lock. */
  static async start(path: string): Promise<LockHolder> {
    const args = ["run", "--no-prompt", `--allow-read=${path}`, `--allow-write=${path}`];
    const child = new Deno.Command(Deno.execPath(), {
      args: [...args, import.meta.filename!, path],
      stdout: "piped",
    }).spawn();
    const reader = child.stdout.getReader();
    await within("the lock", reader.read());
    await reader.cancel();
    return new LockHolder(child);
  }

  /** Sends it a signal. */
  signal(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** Ends it, stopped or not. */
  async end(): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await this.#child.status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }
}

if (import.meta.main) {
  const file = await Deno.open(Deno.args[0]!, { write: true, create: true });
  await file.lock(true);
  Deno.stdout.writeSync(new TextEncoder().encode("locked\n"));
  await new Promise((resolve) => setTimeout(resolve, 2 ** 30));
}
