import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { RETRY_WAITS, retryWait } from "../../lib/core/retry.ts";

const PURE = { permissions: "none" } as const;

Deno.test("retryWait() doubles up to its most, whatever the dice say", PURE, () => {
  const longest = Array.from({ length: 8 }, (_, at) => retryWait(at + 1, 1));
  assertEquals(longest, [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  const shortest = Array.from({ length: 8 }, (_, at) => retryWait(at + 1, 0));
  assertEquals(shortest, longest.map((wait) => wait / 2));
});

Deno.test("retryWait() stays within its bounds, however often it failed", PURE, () => {
  const failures = fc.integer({ min: 1, max: 2 ** 31 });
  fc.assert(fc.property(failures, fc.double({ min: 0, max: 1, noNaN: true }), (failed, dice) => {
    const wait = retryWait(failed, dice);
    assert(wait >= RETRY_WAITS.firstMs / 2 && wait <= RETRY_WAITS.mostMs);
    assert(wait <= retryWait(failed + 1, 1));
  }));
});

Deno.test("retryWait() spreads those who lost one server together", PURE, () => {
  const waits = Array.from({ length: 100 }, (_, at) => retryWait(4, at / 100));
  assertEquals(new Set(waits).size, 100);
});
