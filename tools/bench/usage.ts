/**
 * What processes use. Processor time is the fairer figure where others work on the machine, or
 * where the generator is what a load waits for.
 */

/** Behind the name, which may hold anything, the 12th and 13th number; threads that ended count. */
const SCRIPT =
  `for pid; do sed 's/.*) //' "/proc/$pid/stat"; done | awk '{ s += $12 + $13 } END { print s }'`;

const TICKS_PER_SECOND = 100;

/** Seconds of processor time that processes used, together; NaN where the system does not tell. */
export async function cpuSeconds(pids: readonly number[]): Promise<number> {
  if (pids.length === 0 || Deno.build.os !== "linux") return NaN;
  const args = ["-c", SCRIPT, "sh", ...pids.map(String)];
  const { stdout } = await new Deno.Command("sh", { args, stderr: "null" }).output();
  return Number.parseInt(new TextDecoder().decode(stdout), 10) / TICKS_PER_SECOND;
}

/** The resident memory of a process, in bytes. */
export async function residentBytes(pid: number): Promise<number> {
  const args = ["-o", "rss=", "-p", String(pid)];
  const { stdout } = await new Deno.Command("ps", { args }).output();
  return Number(new TextDecoder().decode(stdout)) * 1024;
}
