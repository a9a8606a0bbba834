/** Signals that end a client in order. */

/** Those there are, where the system has them. */
const STOP_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Calls `stop` for each signal that asks the program to end. */
export function onStopSignals(stop: () => void): void {
  for (const signal of STOP_SIGNALS) {
    try {
      Deno.addSignalListener(signal, stop);
    } catch {
      // A system without it has other ways to end a program.
    }
  }
}
