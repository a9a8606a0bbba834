import { assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Histogram, quantile, SECONDS_BOUNDS } from "../../lib/core/histogram.ts";

Deno.test("observe() counts a value in the first bucket whose bound it does not pass", {
  permissions: "none",
}, () => {
  const histogram = new Histogram([1, 5]);
  for (const value of [0, 1, 1.5, 5, 5.1]) histogram.observe(value);
  assertEquals(histogram.counts, [2, 2, 1]);
  assertEquals([histogram.count, histogram.sum], [5, 12.6]);
});

Deno.test("quantile() lies in the bucket that holds the wanted one, evenly spread", {
  permissions: "none",
}, () => {
  assertEquals(quantile([1, 2, 4], [0, 10, 0, 0], 0.5), 1.5);
  assertEquals(quantile([1, 2, 4], [5, 0, 5, 0], 0.5), 1);
  assertEquals(quantile([1, 2, 4], [5, 0, 5, 0], 0.75), 3);
  assertEquals(quantile([1, 2, 4], [0, 0, 0, 3], 0.5), 4); // beyond the last bound
  assertEquals(quantile([1, 2, 4], [0, 0, 0, 0], 0.5), undefined);
});

Deno.test("quantile() is never further from the truth than its bucket is wide", {
  permissions: "none",
}, () => {
  const values = fc.array(fc.double({ min: 0, max: 9.9, noNaN: true }), { minLength: 1 });
  fc.assert(fc.property(values, fc.constantFrom(0.5, 0.9, 0.99), (values, share) => {
    const histogram = new Histogram();
    for (const value of values) histogram.observe(value);
    const sorted = values.toSorted((one, other) => one - other);
    const truth = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
    const bound = SECONDS_BOUNDS.findIndex((bound) => truth <= bound);
    const told = quantile(histogram.bounds, histogram.counts, share)!;
    const [low, high] = [SECONDS_BOUNDS[bound - 1] ?? 0, SECONDS_BOUNDS[bound]!];
    assertAlmostEquals(told, (low + high) / 2, (high - low) / 2 + 1e-9);
  }));
});
