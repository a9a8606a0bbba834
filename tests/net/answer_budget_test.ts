import { assert, assertEquals } from "@std/assert";
import { parseAddressSet } from "../../lib/core/ip_address.ts";
import { AnswerBudget, maxAnswerBytes } from "../../lib/net/answer_budget.ts";

const NOBODY = parseAddressSet([]);
const VICTIM = "192.0.2.7";

function makeBudget(trusted = NOBODY): AnswerBudget {
  return new AnswerBudget(trusted, 0);
}

/** How many answers an address gets at once. */
function answersAtOnce(budget: AnswerBudget, ip: string, now: number): number {
  let count = 0;
  while (count < 10_000 && budget.allow(ip, now).kind !== "silence") count++;
  return count;
}

/** The sizes an address gets in turn: bytes, 0 for silence. */
function allowed(budget: AnswerBudget, ip: string, now: number): number {
  return maxAnswerBytes(budget.allow(ip, now));
}

Deno.test("an unproven address gets at most 1,200 bytes per answer", () => {
  assertEquals(allowed(makeBudget(), VICTIM, 0), 1200);
});

Deno.test("an unproven address gets a burst of 100 answers, then 50 a second", () => {
  const budget = makeBudget();
  assertEquals(answersAtOnce(budget, VICTIM, 0), 100);
  assertEquals(answersAtOnce(budget, VICTIM, 1000), 50);
  assertEquals(answersAtOnce(budget, VICTIM, 1020), 1);
  assertEquals(answersAtOnce(budget, VICTIM, 60_000), 100);
});

Deno.test("a proven address gets whole answers, 500 a second", () => {
  const budget = makeBudget();
  budget.prove(VICTIM, 0);
  assertEquals(allowed(budget, VICTIM, 0), 65_507);
  assertEquals(answersAtOnce(budget, VICTIM, 0), 499);
  assertEquals(answersAtOnce(budget, VICTIM, 1000), 500);
});

Deno.test("a proof holds for 10 minutes, and every TCP request renews it", () => {
  const budget = makeBudget();
  budget.prove(VICTIM, 0);
  assertEquals(allowed(budget, VICTIM, 599_999), 65_507);
  assertEquals(allowed(budget, VICTIM, 600_000), 1200);
  budget.prove(VICTIM, 600_000);
  budget.prove(VICTIM, 1_000_000);
  assertEquals(allowed(budget, VICTIM, 1_599_999), 65_507);
});

Deno.test("a proof is for one address only", () => {
  const budget = makeBudget();
  budget.prove("192.0.2.8", 0);
  budget.prove("2001:db8::8", 0);
  assertEquals(allowed(budget, VICTIM, 0), 1200);
  assertEquals(allowed(budget, "2001:db8::9", 0), 1200);
});

Deno.test("loopback and trusted addresses are proven and not limited", () => {
  const budget = makeBudget(parseAddressSet(["198.51.100.0/24"]));
  for (const ip of ["127.0.0.1", "127.9.9.9", "::1", "198.51.100.200"]) {
    assertEquals(allowed(budget, ip, 0), 65_507);
    assertEquals(answersAtOnce(budget, ip, 0), 10_000);
  }
  assertEquals(allowed(budget, "198.51.101.1", 0), 1200);
});

Deno.test("all addresses of one IPv6 /64 share one budget while unproven", () => {
  const budget = makeBudget();
  let answers = 0;
  for (let host = 1; host <= 300; host++) {
    if (allowed(budget, `2001:db8:0:1::${host.toString(16)}`, 0) > 0) answers++;
  }
  assertEquals(answers, 100);
  assertEquals(allowed(budget, "2001:db8:0:2::1", 0), 1200);
});

Deno.test("all unproven addresses together get 1 MB a second", () => {
  const budget = makeBudget();
  assert(budget.spend(600_000, 0));
  assert(budget.spend(400_000, 0));
  assert(!budget.spend(1, 0));
  assert(budget.spend(0, 0), "an empty answer costs nothing");
  assert(budget.spend(500_000, 500));
  assert(!budget.spend(1, 500));
});

Deno.test("what is remembered is bounded: the address longest unseen is forgotten first", () => {
  const budget = makeBudget();
  budget.prove(VICTIM, 0);
  budget.prove("192.0.2.8", 0);
  for (let number = 0; number < 9999; number++) {
    budget.prove(`10.${number >> 8}.${number & 255}.1`, 0);
    assertEquals(allowed(budget, VICTIM, number * 10), 65_507, "seen again and again");
  }
  assertEquals(allowed(budget, "192.0.2.8", 0), 1200, "unseen for 10,000 others");
});

Deno.test("a classroom of 30 behind one address, refreshing every 0.8 s, is always answered", () => {
  const budget = makeBudget();
  for (let round = 0; round < 300; round++) {
    for (let client = 0; client < 30; client++) {
      // All at once for some rounds, spread over the time between for others.
      const now = round * 800 + (round % 2 === 0 ? 0 : client * 26);
      assertEquals(allowed(budget, VICTIM, now), 1200);
      assert(budget.spend(1200, now));
    }
  }
});
