/** A trace that tells its messages as short lines. */

import { WireTrace } from "../../lib/observe/wire_trace.ts";
import { createDescriber } from "../../lib/wire/describe.ts";

/** A trace, and what it told: `TCP alice to server: REG alice`. */
export function toldTrace(): { readonly trace: WireTrace; readonly told: string[] } {
  const told: string[] = [];
  return {
    told,
    trace: new WireTrace({
      describer: createDescriber(),
      clock: Date.now,
      show: ({ kind, transport, from, to, text }) => {
        if (kind === "message") told.push(`${transport} ${from.name} to ${to.name}: ${text}`);
      },
    }),
  };
}
