import { assertEquals } from "@std/assert";
import { LOG_FLOOD } from "../../lib/core/limits.ts";
import { createLog } from "../../lib/observe/log.ts";
import { FloodGate } from "../../lib/observe/flood_gate.ts";
import { FakeClock } from "../support/fake_clock.ts";

const RATE = 10;
const BURST = RATE * LOG_FLOOD.burstSeconds;

/** A gate whose time stands still until the test moves it. */
class GateBench {
  readonly clock = new FakeClock();
  readonly told: number[] = [];
  readonly #calls: (() => void)[] = [];
  readonly gate: FloodGate;

  constructor(rate: number) {
    this.gate = new FloodGate({
      rate,
      clock: this.clock.read,
      tell: (count) => this.told.push(count),
      later: (call) => this.#calls.push(call),
    });
  }

  /** How many of so many lines are let through. */
  letThrough(level: "info" | "warn", lines: number): number {
    let count = 0;
    for (let line = 0; line < lines; line++) if (this.gate.lets(level)) count++;
    return count;
  }

  /** Lets what was to be called later be called. */
  later(): void {
    for (const call of this.#calls.splice(0)) call();
  }
}

Deno.test("lets() passes a burst, then the rate, and tells once how many were left out", {
  permissions: "none",
}, () => {
  const bench = new GateBench(RATE);
  assertEquals(bench.letThrough("info", BURST + 7), BURST);
  assertEquals(bench.told, []);
  bench.later();
  assertEquals(bench.told, [7]);
  bench.clock.advance(1000);
  assertEquals(bench.letThrough("info", 50), RATE);
  bench.later();
  assertEquals(bench.told, [7, 50 - RATE]);
});

Deno.test("lets() keeps a measure for trouble: what goes well cannot crowd it out", {
  permissions: "none",
}, () => {
  const bench = new GateBench(RATE);
  bench.letThrough("info", 10 * BURST);
  assertEquals(bench.letThrough("warn", 5), 5);
});

Deno.test("finish() tells at once what was not told yet, and only once", {
  permissions: "none",
}, () => {
  const bench = new GateBench(RATE);
  bench.letThrough("info", BURST + 3);
  bench.gate.finish();
  assertEquals(bench.told, [3]);
  bench.later();
  bench.gate.finish();
  assertEquals(bench.told, [3]);
});

Deno.test("lets() passes everything when there is no rate", { permissions: "none" }, () => {
  assertEquals(new GateBench(0).letThrough("info", 100_000), 100_000);
});

Deno.test("createLog() says how many lines a flood has cost", async () => {
  const lines: string[] = [];
  const told = Promise.withResolvers<void>();
  const write = (line: string): void => {
    lines.push(line);
    if (line.includes("left out")) told.resolve();
  };
  const settings = { format: "text", level: "info", rate: RATE, clock: () => 0, write } as const;
  const log = createLog(settings);
  for (let line = 0; line < BURST + 3; line++) log.info("again");
  log.debug("too quiet to count");
  // Nothing else keeps a program alive for it: here, the test does.
  const alive = setInterval(() => {}, 100);
  await told.promise;
  clearInterval(alive);
  assertEquals(lines.length, BURST + 1);
  assertEquals(lines.at(-1)?.includes("3 log lines were left out, there were too many"), true);
});
