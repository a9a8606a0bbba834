import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Candidate, createStrategy } from "../../lib/balancer/strategies.ts";
import type { StrategyName } from "../../lib/config/service_options.ts";

type Candidates = [Candidate, ...Candidate[]];

function candidates(...weights: readonly number[]): Candidates {
  const [first, ...others] = weights.map((weight, index) => ({
    index,
    name: `b${index}`,
    weight,
    connections: 0,
  }));
  return [first!, ...others];
}

/** Chooses again and again; gives the indexes as digits. */
function choices(
  name: StrategyName,
  among: Candidates,
  count: number,
  random = Math.random,
): string {
  const strategy = createStrategy(name, random);
  return Array.from({ length: count }, () => strategy.choose(among, "key").index).join("");
}

/** Dice that always fall the same way, so that a failure can be looked at. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

Deno.test("round-robin alternates exactly among equal weights", { permissions: "none" }, () => {
  assertEquals(choices("round-robin", candidates(1, 1), 6), "010101");
  assertEquals(choices("round-robin", candidates(4, 4, 4), 7), "0120120");
  assertEquals(choices("round-robin", candidates(1), 3), "000");
});

Deno.test("round-robin spreads 10,000 over three as 3334, 3333 and 3333", {
  permissions: "none",
}, () => {
  const chosen = choices("round-robin", candidates(1, 1, 1), 10_000);
  assertEquals(["0", "1", "2"].map((each) => chosen.split(each).length - 1), [3334, 3333, 3333]);
});

Deno.test("round-robin goes on where it was when one leaves and comes back", {
  permissions: "none",
}, () => {
  const strategy = createStrategy("round-robin", Math.random);
  const all = candidates(1, 1, 1);
  const without: Candidates = [all[0], all[2]!];
  const chosen = [all, without, without, without, all, all].map((each) =>
    strategy.choose(each, "").index
  );
  assertEquals(chosen, [0, 2, 0, 2, 0, 1]);
});

Deno.test("round-robin interleaves unequal weights smoothly", { permissions: "none" }, () => {
  assertEquals(choices("round-robin", candidates(5, 1, 1), 14), "00102000010200");
  assertEquals(choices("round-robin", candidates(2, 1), 6), "010010");
});

Deno.test("round-robin gives everybody exactly their weight in every round", {
  permissions: "none",
}, () => {
  const weights = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 });
  fc.assert(fc.property(weights, fc.integer({ min: 1, max: 3 }), (weights, rounds) => {
    const total = weights.reduce((sum, weight) => sum + weight);
    const strategy = createStrategy("round-robin", Math.random);
    const counts = weights.map(() => 0);
    const among = candidates(...weights);
    for (let turn = 0; turn < total * rounds; turn++) counts[strategy.choose(among, "").index]!++;
    // Equal weights take turns: after so many turns everybody had as many as the weight says.
    assertEquals(counts, weights.map((weight) => weight * rounds));
  }));
});

Deno.test("round-robin keeps to the weights while another backend comes and goes", {
  permissions: "none",
}, () => {
  const strategy = createStrategy("round-robin", Math.random);
  const counts = [0, 0, 0];
  const [first, second, third] = candidates(5, 2, 1);
  for (let turn = 0; turn < 1000; turn++) {
    const among: Candidates = turn % 2 === 0 ? [first, second!] : [first, second!, third!];
    counts[strategy.choose(among, "").index]!++;
  }
  // 5:2 of one half, 5:2:1 of the other.
  const expected = [500 * (5 / 7 + 5 / 8), 500 * (2 / 7 + 2 / 8), 500 / 8];
  counts.forEach((count, index) => assert(Math.abs(count - expected[index]!) <= 10, `${counts}`));
});

Deno.test("least-connections takes the least busy for its weight, equals in turn", {
  permissions: "none",
}, () => {
  const strategy = createStrategy("least-connections", Math.random);
  const busy = (connections: readonly number[], ...weights: readonly number[]): Candidates => {
    const all = candidates(...weights);
    const [first, ...others] = all.map((each, index) => ({
      ...each,
      connections: connections[index]!,
    }));
    return [first!, ...others];
  };
  assertEquals(strategy.choose(busy([3, 1, 2], 1, 1, 1), "").index, 1);
  assertEquals(strategy.choose(busy([3, 1], 4, 1), "").index, 0);
  const turns = [1, 2, 3, 4].map(() => strategy.choose(busy([0, 5, 0], 1, 1, 1), "").index);
  assertEquals(turns, [2, 0, 2, 0]);
});

Deno.test("least-connections keeps the numbers of connections within one of each other", {
  permissions: "none",
}, () => {
  const strategy = createStrategy("least-connections", Math.random);
  const connections = [0, 0, 0, 0];
  const random = dice(7);
  for (let turn = 0; turn < 2000; turn++) {
    const [first, ...others] = candidates(1, 1, 1, 1).map((each) => ({
      ...each,
      connections: connections[each.index]!,
    }));
    connections[strategy.choose([first!, ...others], "").index]!++;
    assert(Math.max(...connections) - Math.min(...connections) <= 1);
    // Everybody ends one now and then, so that it is not only counting up.
    if (random() < 0.1) { for (let each = 0; each < 4; each++) connections[each]!--; }
  }
});

Deno.test("two-choices never takes the busiest of three, and keeps them close", {
  permissions: "none",
}, () => {
  const strategy = createStrategy("two-choices", dice(1));
  const connections = [0, 0, 0];
  for (let turn = 0; turn < 3000; turn++) {
    const [first, ...others] = candidates(1, 1, 1).map((each) => ({
      ...each,
      connections: connections[each.index]!,
    }));
    const { index } = strategy.choose([first!, ...others], "");
    const isBusiest = connections.every((each, other) =>
      other === index || each < connections[index]!
    );
    assert(!isBusiest, `${connections}: ${index}`);
    connections[index]!++;
  }
  assert(Math.max(...connections) - Math.min(...connections) <= 10, String(connections));
});

Deno.test("two-choices takes the only one there is", { permissions: "none" }, () => {
  assertEquals(choices("two-choices", candidates(3), 3), "000");
});

for (const name of ["hash-address", "hash-user", "hash-room"] as const) {
  Deno.test(`${name} sends one key to one backend, and different keys to different ones`, {
    permissions: "none",
  }, () => {
    const strategy = createStrategy(name, Math.random);
    const among = candidates(1, 1, 1);
    const chosen = Array.from({ length: 50 }, (_, key) => strategy.choose(among, `${key}`).index);
    const again = Array.from({ length: 50 }, (_, key) => strategy.choose(among, `${key}`).index);
    assertEquals(again, chosen);
    assertEquals(new Set(chosen).size, 3);
  });
}

Deno.test("first sends all to one, over to the next when that one is out, and not back", {
  permissions: "none",
}, () => {
  const strategy = createStrategy("first", Math.random);
  const all = candidates(1, 5, 1);
  const without: Candidates = [all[1]!, all[2]!];
  const chosen = [all, all, without, without, all, all].map((each) =>
    strategy.choose(each, "").index
  );
  assertEquals(chosen, [0, 0, 1, 1, 1, 1]);
});

Deno.test("first moves nobody else for one client's failed try", { permissions: "none" }, () => {
  const strategy = createStrategy("first", Math.random);
  const all = candidates(1, 1);
  assertEquals(strategy.choose(all, "").index, 0);
  assertEquals(strategy.choose([all[1]!], "", true).index, 1);
  assertEquals(strategy.choose(all, "").index, 0);
});
