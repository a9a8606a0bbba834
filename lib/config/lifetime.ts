/**
 * How a program lives: until a signal, over unforeseen failures, and to an end that does not wait
 * for ever.
 */

import { reasonOf } from "../core/errors.ts";
import type { Log } from "../core/ports.ts";
import { within } from "../core/within.ts";

/** Resolves with the signal that asks for a stop. A second one exits at once. */
export function stopSignal(): Promise<Deno.Signal> {
  return new Promise((resolve) => {
    let asked = false;
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      Deno.addSignalListener(signal, () => {
        if (asked) Deno.exit(1);
        asked = true;
        resolve(signal);
      });
    }
  });
}

/** One request's unforeseen failure must not end the service for everybody. */
export function surviveUnexpected(log: Log, message = "Unexpected failure, going on"): void {
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    log.error(message, { reason: reasonOf(event.reason) });
  });
}

/** Waits for the last work of a program, but not longer than this. */
export function withDeadline(work: Promise<void>, milliseconds: number, log: Log): Promise<void> {
  return within(milliseconds, work, () => {
    log.warn("Stopping took too long, exiting all the same");
  });
}
