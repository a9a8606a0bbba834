/**
 * How much the fault tests do: bounded by default (that is what CI runs), everything with `--full`,
 * as in `deno task test:faults --full`.
 */

/** Whether everything was asked for. */
export const FULL: boolean = Deno.args.includes("--full");

/** Chooses between the bounded and the full number. */
export function extent(bounded: number, full: number): number {
  return FULL ? full : bounded;
}
