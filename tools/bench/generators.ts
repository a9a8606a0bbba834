/**
 * The load generators: small C programs, so that what is measured is the server and not the
 * client. They talk to loopback only.
 */

/** What one run of a generator measured. */
export interface Measured {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  /** Requests with a wrong answer or none. */
  readonly bad: number;
}

/** One comparison: the same load on ours and on the bare limit. */
export interface Row {
  readonly name: string;
  readonly ours: () => Promise<Measured>;
  readonly bare: () => Promise<Measured>;
  /** Least ratio; `undefined` where it is only reported. */
  readonly must: number | undefined;
}

/** Builds a generator into `directory` and gives its path. @throws when there is no C compiler */
export async function buildGenerator(name: string, directory: string): Promise<string> {
  const source = new URL(`./loadgen/${name}.c`, import.meta.url).pathname;
  const output = `${directory}/${name}`;
  const args = ["-O2", "-std=gnu11", "-w", source, "-o", output];
  const { code, stderr } = await new Deno.Command("cc", { args }).output();
  if (code !== 0) throw new Error(`Cannot build ${name}: ${new TextDecoder().decode(stderr)}`);
  return output;
}

/** Runs a generator and reads the JSON line it prints. */
export async function runGenerator(path: string, args: readonly string[]): Promise<Measured> {
  const { stdout, stderr } = await new Deno.Command(path, { args: [...args] }).output();
  const text = new TextDecoder().decode(stdout).trim().split("\n").at(-1) ?? "";
  if (!text.startsWith("{")) throw new Error(new TextDecoder().decode(stderr));
  const result = JSON.parse(text);
  return {
    perSecond: result.conn_per_s ?? result.req_per_s ?? result.rps ?? result.delivered_per_s,
    p50: result.p50_ms,
    p99: result.p99_ms,
    bad: (result.wrong_reply ?? 0) + (result.errors ?? 0) + (result.lost ?? 0),
  };
}
