/**
 * The load generators: small C programs, so that what is measured is the server and not the
 * client. They talk to loopback only.
 */

import { cpuSeconds } from "./usage.ts";
import type { Measured } from "./results.ts";
import type { Target } from "./targets.ts";

/** What every group is started with. */
export interface Bench {
  /** The load generators, built. */
  readonly generators: Readonly<Record<GeneratorName, string>>;
  /** A directory for whatever servers write. */
  readonly scratch: string;
  /** How long one load lasts, in seconds. */
  readonly seconds: number;
}

/** One connection for each request; datagrams; one to many; bytes; and a bare server in C. */
export const GENERATORS = ["tcp1", "udp1", "fanout", "bulk", "cresp"] as const;

/** The name of a program in `loadgen/`. */
export type GeneratorName = typeof GENERATORS[number];

/** Builds the generators into `directory`. @throws when there is no C compiler */
export async function buildGenerators(directory: string): Promise<Bench["generators"]> {
  const paths = await Promise.all(GENERATORS.map(async (name) => {
    const source = new URL(`./loadgen/${name}.c`, import.meta.url).pathname;
    const output = `${directory}/${name}`;
    await build("cc", ["-O2", "-std=gnu11", "-w", source, "-o", output]);
    return [name, output] as const;
  }));
  return Object.fromEntries(paths) as Record<GeneratorName, string>;
}

/** Runs a compiler. @throws with what it says when it fails */
export async function build(compiler: string, args: readonly string[]): Promise<void> {
  const { code, stderr } = await new Deno.Command(compiler, { args: [...args] }).output();
  if (code !== 0) throw new Error(`${compiler}: ${new TextDecoder().decode(stderr)}`);
}

/** Runs a generator, reads the JSON line it prints, and what the servers took meanwhile. */
export async function runGenerator(
  path: string,
  args: readonly string[],
  servers: readonly Target[],
): Promise<Measured> {
  const pids = servers.map(({ pid }) => pid);
  const before = await cpuSeconds(pids);
  const { stdout, stderr } = await new Deno.Command(path, { args: [...args] }).output();
  const after = await cpuSeconds(pids);
  const text = new TextDecoder().decode(stdout).trim().split("\n").at(-1) ?? "";
  if (!text.startsWith("{")) throw new Error(new TextDecoder().decode(stderr));
  return measuredOf(JSON.parse(text), after - before);
}

/** Under which names generators count what went wrong. */
const BAD = ["wrong_reply", "errors", "lost", "short"];

/**
 * Reads what a generator says.
 *
 * @param cpu seconds of processor time that the servers took; NaN where the system does not tell
 */
export function measuredOf(
  result: Readonly<Record<string, number | undefined>>,
  cpu: number,
): Measured {
  const operations = result.total ?? result.replied ?? result.delivered ??
    (result.conns ?? 0) * (result.mb_each ?? 0);
  const perSecond = result.conn_per_s ?? result.rps ?? result.delivered_per_s ?? result.MB_s;
  if (perSecond === undefined) throw new Error("A generator told no rate");
  // Connections that are under way when a timed load ends are as it should be, transfers are not.
  const incomplete = result.MB_s === undefined ? 0 : result.unfinished ?? 0;
  return {
    perSecond,
    p50: result.p50_ms,
    p99: result.p99_ms,
    cpuMicroseconds: operations && !Number.isNaN(cpu) ? cpu / operations * 1e6 : undefined,
    bad: BAD.reduce((sum, what) => sum + (result[what] ?? 0), 0) + incomplete,
  };
}
