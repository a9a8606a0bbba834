/** A large file sent from one client to another, in MB a second, and the bare limits of that. */

import type { Bench } from "./generators.ts";
import type { Group, Load } from "./load.ts";
import type { Measured } from "./results.ts";

const MEGABYTES = 256;

/**
 * One file, one way. A bare copy without a checksum is what a disk and a network allow; one with SHA-256
 * at both ends is the limit of what promises the same.
 */
export async function startFiles({ scratch }: Bench): Promise<Group> {
  const source = `${scratch}/large.bin`;
  using file = await Deno.open(source, { write: true, create: true });
  for (let at = 0; at < MEGABYTES; at++) {
    const piece = new Uint8Array(1_000_000);
    for (let from = 0; from < piece.length; from += 50_000) {
      crypto.getRandomValues(piece.subarray(from, from + 50_000));
    }
    await file.write(piece);
  }
  const ours = (): Promise<Measured> =>
    copy(
      ["transfer_side.ts", "receive", `${scratch}/received`],
      ["transfer_side.ts", "send", source],
    );
  const bare = (how: "plain" | "hashed") => (): Promise<Measured> =>
    copy(
      ["bare_copy.ts", "receive", `${scratch}/copied.bin`, how],
      ["bare_copy.ts", "send", source, how],
    );
  const load: Load = {
    name: `file of ${MEGABYTES} MB`,
    unit: "MB",
    goals: [
      { against: "bare, SHA-256", of: "rate", must: 0.85 },
      { against: "bare", of: "rate" },
    ],
    contenders: [
      { name: "Parley", run: ours },
      { name: "bare, SHA-256", run: bare("hashed") },
      { name: "bare", run: bare("plain") },
    ],
  };
  return { loads: [load], stop: () => Promise.resolve() };
}

async function copy(receive: readonly string[], send: readonly string[]): Promise<Measured> {
  const receiver = start(receive);
  const port = await receiver.number();
  const sender = start([...send, String(port)]);
  const seconds = await sender.number();
  await Promise.all([sender.end(), receiver.end()]);
  const rest = { p50: undefined, p99: undefined, cpuMicroseconds: undefined, bad: 0 };
  return { perSecond: MEGABYTES / seconds, ...rest };
}

/** Runs a script of this folder that prints one number. */
function start(
  [script = "", ...words]: readonly string[],
): { number(): Promise<number>; end(): Promise<void> } {
  const path = new URL(`./${script}`, import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--allow-net", "--allow-read", "--allow-write", path, ...words],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  return {
    async number() {
      const { value } = await reader.read();
      if (value === undefined) throw new Error(`${script} ended without a word`);
      return Number(value);
    },
    async end() {
      await reader.cancel();
      await child.status;
    },
  };
}
