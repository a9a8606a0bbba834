/**
 * Everything a program needs to be looked at: a trace for its taps, lines for its terminal, and what
 * the wire view shows.
 */

import type { Trace } from "../core/ports.ts";
import type { Describer } from "../core/wire_message.ts";
import { writeToStderr } from "./log.ts";
import type { TraceLines } from "./program_log.ts";
import { traceLine } from "./wire_lines.ts";
import { WireRecord } from "./wire_record.ts";
import { WireTrace } from "./wire_trace.ts";

/** What a program that serves tells those who run it, when it is looked at. */
export const TRACE_WARNING = "What crosses the wire is shown, and what people say with it";

/** A program that is looked at. */
export interface WireWatch {
  /** For the taps. */
  readonly trace: Trace;
  /** For those who look. */
  readonly record: WireRecord;
}

/**
 * Begins to look, where that is wanted.
 *
 * @param options those of `--trace` and `--log`
 * @param describer makes messages of bytes: `createDescriber` of `wire/describe.ts`
 * @param lines takes those for the terminal; all of them come to stderr unless given
 */
export function watchWire(
  { trace, log }: { readonly trace: boolean; readonly log: "text" | "json" },
  describer: Describer,
  lines: TraceLines = { lets: () => true, write: writeToStderr },
): WireWatch | undefined {
  if (!trace) return undefined;
  const record = new WireRecord();
  return {
    record,
    trace: new WireTrace({
      describer,
      clock: Date.now,
      show: (message) => {
        if (lines.lets()) lines.write(traceLine(message, log));
        record.add(message);
      },
    }),
  };
}
