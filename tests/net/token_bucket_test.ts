import { assert, assertEquals, assertFalse } from "@std/assert";
import fc from "fast-check";
import { TokenBucket } from "../../lib/net/token_bucket.ts";

function takeAll(bucket: TokenBucket, now: number): number {
  let taken = 0;
  while (bucket.take(now)) taken++;
  return taken;
}

Deno.test("TokenBucket gives its burst at once, then its rate", () => {
  const bucket = new TokenBucket(50, 200, 0);
  assertEquals(takeAll(bucket, 0), 200);
  assertEquals(takeAll(bucket, 1000), 50);
  assertEquals(takeAll(bucket, 1020), 1);
  assertEquals(takeAll(bucket, 1030), 0);
  assertEquals(takeAll(bucket, 1040), 1);
});

Deno.test("TokenBucket goes by another rate and burst from its next use on", () => {
  const bucket = new TokenBucket(1, 10, 0);
  bucket.reconfigure(100, 4);
  assertEquals(takeAll(bucket, 0), 4);
  assertEquals(takeAll(bucket, 20), 2);
});

Deno.test("TokenBucket never holds more than its burst", () => {
  const bucket = new TokenBucket(50, 3, 0);
  assertEquals(takeAll(bucket, 3_600_000), 3);
});

Deno.test("take() of more than there is takes nothing", () => {
  const bucket = new TokenBucket(1, 10, 0);
  assertFalse(bucket.take(0, 11));
  assert(bucket.take(0, 10));
  assertFalse(bucket.take(0, 1));
});

Deno.test("isFull() tells when forgetting the bucket changes nothing", () => {
  const bucket = new TokenBucket(10, 10, 0);
  assert(bucket.isFull(0));
  bucket.take(0);
  assertFalse(bucket.isFull(99));
  assert(bucket.isFull(100));
});

Deno.test("TokenBucket gives nothing extra when the clock is set back", () => {
  const bucket = new TokenBucket(10, 10, 5000);
  assertEquals(takeAll(bucket, 5000), 10);
  assertEquals(takeAll(bucket, 1000), 0);
  assertEquals(takeAll(bucket, 1100), 1);
});

Deno.test("TokenBucket gives at most burst + rate x time in every stretch of time", () => {
  const steps = fc.array(fc.tuple(fc.nat(400), fc.integer({ min: 1, max: 5 })), { maxLength: 200 });
  fc.assert(fc.property(steps, fc.integer({ min: 1, max: 50 }), (steps, burst) => {
    const bucket = new TokenBucket(20, burst, 0);
    const taken: { at: number; count: number }[] = [];
    let now = 0;
    for (const [wait, count] of steps) {
      now += wait;
      if (bucket.take(now, count)) taken.push({ at: now, count });
    }
    for (const [index, first] of taken.entries()) {
      let sum = 0;
      for (const { at, count } of taken.slice(index)) {
        sum += count;
        assert(sum <= burst + (at - first.at) * 20 / 1000 + 1e-6);
      }
    }
  }));
});

Deno.test("hasAny() tells what take() would do, and takes nothing", () => {
  const bucket = new TokenBucket(1, 1, 0);
  for (const now of [0, 1, 999, 1000, 1001]) {
    const had = bucket.hasAny(now);
    assertEquals(bucket.hasAny(now), had);
    assertEquals(bucket.take(now), had, String(now));
  }
});
