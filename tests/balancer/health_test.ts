import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { BALANCER_LIMITS } from "../../lib/core/limits.ts";
import { Health, nextCheckDelay, slowStartShare } from "../../lib/balancer/health.ts";

const THRESHOLDS = { rise: 2, fall: 3 };

/** Reports one result after the other; gives what each changed. */
function report(health: Health, results: string): string {
  return [...results].map((each) => {
    const change = health.report(each === "+", THRESHOLDS);
    return change === undefined ? "." : change === "up" ? "U" : "D";
  }).join("");
}

Deno.test("Health is up until somebody says otherwise", { permissions: "none" }, () => {
  assert(new Health().isUp);
});

Deno.test("Health takes the first failure at its word, and later ones only in a row", {
  permissions: "none",
}, () => {
  assertEquals(report(new Health(), "-"), "D");
  assertEquals(report(new Health(), "+---"), "...D");
  assertEquals(report(new Health(), "+--+--+---"), ".........D");
});

Deno.test("Health comes back after so many successes in a row", { permissions: "none" }, () => {
  assertEquals(report(new Health(), "+---++"), "...D.U");
  assertEquals(report(new Health(), "+---+-+-++"), "...D.....U");
  assertEquals(report(new Health(), "+---++---++"), "...D.U..D.U");
});

Deno.test("Health takes the first success at its word: the backend was only starting", {
  permissions: "none",
}, () => {
  assertEquals(report(new Health(), "-+"), "DU");
  assertEquals(report(new Health(), "---+---++"), "D..U..D.U");
});

Deno.test(
  "Health is in doubt while it is down, or after a failure",
  { permissions: "none" },
  () => {
    const health = new Health();
    const doubts = [..."+-+---+++"].map((each) => {
      health.report(each === "+", THRESHOLDS);
      return health.isInDoubt;
    });
    assertEquals(doubts, [false, true, false, true, true, true, true, false, false]);
  },
);

Deno.test("Health agrees with a model that looks at all results again each time", {
  permissions: "none",
}, () => {
  const results = fc.array(fc.boolean(), { maxLength: 60 });
  const thresholds = fc.record({
    rise: fc.integer({ min: 1, max: 4 }),
    fall: fc.integer({ min: 1, max: 4 }),
  });
  fc.assert(fc.property(results, thresholds, (results, thresholds) => {
    const health = new Health();
    let isUp = true;
    let since = 0;
    for (const [index, isGood] of results.entries()) {
      const change = health.report(isGood, thresholds);
      const isFirst = index === 0 || (isGood && !results.slice(0, index).includes(true));
      const needed = isFirst ? 1 : isGood ? thresholds.rise : thresholds.fall;
      const lately = results.slice(Math.max(since, index + 1 - needed), index + 1);
      const turns = isGood !== isUp && lately.length === needed &&
        lately.every((each) => each === isGood);
      if (turns) [isUp, since] = [isGood, index + 1];
      assertEquals(change, turns ? (isUp ? "up" : "down") : undefined);
      assertEquals(health.isUp, isUp);
    }
  }));
});

Deno.test("nextCheckDelay() stays within a tenth of the interval, a quarter of it in doubt", {
  permissions: "none",
}, () => {
  assertEquals([0, 0.5, 1].map((dice) => nextCheckDelay(2, false, dice)), [1800, 2000, 2200]);
  assertEquals([0, 0.5, 1].map((dice) => nextCheckDelay(2, true, dice)), [450, 500, 550]);
});

Deno.test("slowStartShare() grows from a tenth to all of it in ten steps", {
  permissions: "none",
}, () => {
  const shares = [0, 999, 1000, 1999, 5000, 9999, 10_000, 1e9].map((ms) => slowStartShare(ms, 10));
  assertEquals(shares, [0.1, 0.1, 0.1, 0.1, 0.5, 0.9, 1, 1]);
  assertEquals(slowStartShare(Infinity, 10), 1);
  assertEquals(slowStartShare(0, 0), 1);
});

Deno.test("a backend that stops answering is out within 6 s unless told otherwise", {
  permissions: "none",
}, () => {
  const { checkIntervalSeconds, checkTimeoutSeconds, fall } = BALANCER_LIMITS;
  const untilNext = nextCheckDelay(checkIntervalSeconds, false, 1);
  // Checks follow each other from start to start, and each takes all its time.
  const each = Math.max(checkTimeoutSeconds * 1000, nextCheckDelay(checkIntervalSeconds, true, 1));
  const all = untilNext + each * (fall - 1) + checkTimeoutSeconds * 1000;
  assert(all < 6000, `${all} ms`);
});
