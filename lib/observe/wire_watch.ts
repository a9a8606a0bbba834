/**
 * Everything a program needs to be looked at: a trace for its taps, lines for its terminal, and what
 * the wire view shows.
 */

import type { Clock, Trace } from "../core/ports.ts";
import type { Describer } from "../core/wire_message.ts";
import { traceLine } from "./wire_lines.ts";
import { WireRecord } from "./wire_record.ts";
import { WireTrace } from "./wire_trace.ts";

/** How a program is looked at. */
export interface WireWatchSettings {
  /** Makes messages of bytes: `createDescriber` of `wire/describe.ts`. */
  readonly describer: Describer;
  /** The form of a line. */
  readonly format: "text" | "json";
  /** The time of day. */
  readonly clock: Clock;
  /** Takes a whole line with its LF. */
  readonly write: (line: string) => void;
}

/** A program that is looked at. */
export interface WireWatch {
  /** For the taps. */
  readonly trace: Trace;
  /** For those who look. */
  readonly record: WireRecord;
}

/** Begins to look. */
export function watchWire({ describer, format, clock, write }: WireWatchSettings): WireWatch {
  const record = new WireRecord();
  const trace = new WireTrace({
    describer,
    clock,
    show: (message) => {
      write(traceLine(message, format));
      record.add(message);
    },
  });
  return { trace, record };
}
