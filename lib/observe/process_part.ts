/** The process itself: memory, time on the processor, and how promptly it gets to its work. */

import { cpuUsage } from "node:process";
import { Histogram } from "../core/histogram.ts";
import { bytesText } from "./figures_text.ts";
import { counter, type Family, gauge, histogram } from "./metrics.ts";
import type { Part, View } from "./status_view.ts";

/** How often it is looked how late a timer is, in milliseconds. */
const LATENESS_MS = 250;

/** This process, measured from its start to its stop. */
export class ProcessPart implements Part {
  readonly #lateness = new Histogram();
  #timer: ReturnType<typeof setInterval> | undefined;

  /** Begins to measure. */
  start(): void {
    let due = performance.now() + LATENESS_MS;
    this.#timer = setInterval(() => {
      const now = performance.now();
      this.#lateness.observe(Math.max(0, now - due) / 1000);
      due = now + LATENESS_MS;
    }, LATENESS_MS);
  }

  /** Ends it. */
  stop(): void {
    clearInterval(this.#timer);
  }

  /** Memory in bytes, and time on the processor. */
  state(): unknown {
    return { memory: Deno.memoryUsage(), cpuSeconds: cpuSeconds() };
  }

  /** The same for Prometheus, and how late timers were. */
  families(): Family[] {
    const { rss, heapUsed } = Deno.memoryUsage();
    return [
      counter("parley_process_cpu_seconds_total", "Time on the processor", [[{}, cpuSeconds()]]),
      gauge("parley_process_resident_bytes", "Memory of the process", [[{}, rss]]),
      gauge("parley_process_heap_bytes", "Memory of its JavaScript objects", [[{}, heapUsed]]),
      histogram("parley_event_loop_late_seconds", "How late a timer was that was due", [
        [{}, this.#lateness],
      ]),
    ];
  }

  /** Nothing that has a rate. */
  activities(): [] {
    return [];
  }

  /** Memory at a glance. */
  view(): View {
    return { tiles: [{ label: "Memory", value: bytesText(Deno.memoryUsage().rss) }] };
  }
}

function cpuSeconds(): number {
  const { user, system } = cpuUsage();
  return (user + system) / 1e6;
}
