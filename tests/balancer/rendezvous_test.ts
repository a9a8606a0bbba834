import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Contender, rendezvous } from "../../lib/balancer/rendezvous.ts";

function contenders(count: number, weight: (index: number) => number = () => 1): Contender[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `10.0.0.${index + 1}:1234`,
    weight: weight(index),
  }));
}

/** How many of so many keys each contender has. */
function spread(among: readonly Contender[], keys: number): number[] {
  const counts = new Map(among.map(({ name }) => [name, 0]));
  for (let key = 0; key < keys; key++) {
    const { name } = rendezvous(among, `user${key}`)!;
    counts.set(name, counts.get(name)! + 1);
  }
  return [...counts.values()];
}

function assertNear(counts: readonly number[], expected: readonly number[], share: number): void {
  for (const [index, count] of counts.entries()) {
    const want = expected[index]!;
    assert(Math.abs(count - want) <= want * share, `${counts} is not near ${expected}`);
  }
}

Deno.test("rendezvous() of nobody is nobody", { permissions: "none" }, () => {
  assertEquals(rendezvous([], "alice"), undefined);
});

Deno.test(
  "rendezvous() gives every contender its share of the keys",
  { permissions: "none" },
  () => {
    assertNear(spread(contenders(2), 20_000), [10_000, 10_000], 0.03);
    assertNear(spread(contenders(7), 21_000), new Array(7).fill(3000), 0.07);
    assertNear(
      spread(contenders(3, (index) => [1, 2, 1][index]!), 20_000),
      [5000, 10_000, 5000],
      0.05,
    );
  },
);

Deno.test("rendezvous() goes by names, not by their order or by who asks", {
  permissions: "none",
}, () => {
  const names = fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 8 });
  fc.assert(fc.property(names, fc.string(), (names, key) => {
    const all = names.map((name) => ({ name, weight: 1 }));
    const winner = rendezvous(all, key)!;
    assertEquals(rendezvous([...all].reverse(), key)!.name, winner.name);
    assertEquals(rendezvous(all.map((each) => ({ ...each, weight: 7 })), key)!.name, winner.name);
  }));
});

Deno.test("rendezvous() without one contender moves that one's keys and no others", {
  permissions: "none",
}, () => {
  const size = fc.integer({ min: 2, max: 9 });
  fc.assert(fc.property(size, fc.nat(), fc.array(fc.string()), (size, pick, keys) => {
    const all = contenders(size, (index) => 1 + index % 3);
    const gone = all[pick % size]!;
    const left = all.filter((each) => each !== gone);
    for (const key of keys) {
      const before = rendezvous(all, key)!;
      const after = rendezvous(left, key)!;
      if (before !== gone) assertEquals(after.name, before.name);
    }
  }));
});

Deno.test("rendezvous() with more weight only gains keys", { permissions: "none" }, () => {
  fc.assert(fc.property(fc.array(fc.string()), fc.integer({ min: 2, max: 9 }), (keys, weight) => {
    const before = contenders(4);
    const after = contenders(4, (index) => index === 2 ? weight : 1);
    for (const key of keys) {
      const [was, is] = [rendezvous(before, key)!.name, rendezvous(after, key)!.name];
      assert(is === was || is === after[2]!.name);
    }
  }));
});
