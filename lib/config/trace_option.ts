/** The option by which a program shows what crosses the wire. */

import { type OptionTable, toggle } from "./option.ts";

/** The option of a program that serves. */
export const TRACE_OPTIONS = {
  trace: toggle("trace", "show what crosses the wire: on stderr, and at /wire of the status port"),
} satisfies OptionTable;

/** The same of a client, which has no status port. */
export const CLIENT_TRACE_OPTIONS = {
  trace: toggle("trace", "show what crosses the wire, on stderr; on a terminal above the prompt"),
} satisfies OptionTable;
