import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { ReplayWindow } from "../../lib/services/replay_window.ts";

/** The rule, as one would write it down: by remembering everything. */
class Model {
  readonly #seen = new Set<number>();
  #highest = 0;

  constructor(readonly size: number) {}

  take(number: number): boolean {
    if (number < 1 || number <= this.#highest - this.size || this.#seen.has(number)) return false;
    this.#seen.add(number);
    this.#highest = Math.max(this.#highest, number);
    return true;
  }
}

for (const size of [32, 64, 1024]) {
  Deno.test(`a window of ${size} takes what remembering everything would take`, {
    permissions: "none",
  }, () => {
    const near = fc.integer({ min: 0, max: 3 * size });
    const steps = fc.array(fc.oneof(near, fc.integer({ min: -5, max: 100_000 })), {
      maxLength: 300,
    });
    fc.assert(fc.property(steps, (numbers) => {
      const window = new ReplayWindow(size);
      const model = new Model(size);
      for (const number of numbers) assertEquals(window.take(number), model.take(number));
    }));
  });
}

Deno.test("numbers that overtake each other are taken, each once", { permissions: "none" }, () => {
  const window = new ReplayWindow(64);
  for (const number of [3, 1, 2, 5, 4]) assert(window.take(number));
  for (const number of [1, 2, 3, 4, 5]) assert(!window.take(number));
});

Deno.test("what falls out of the window is taken no more", { permissions: "none" }, () => {
  const window = new ReplayWindow(64);
  assert(window.take(100));
  assert(window.take(37));
  assert(!window.take(36));
  assert(window.take(Number.MAX_SAFE_INTEGER));
  assert(!window.take(101));
  assert(!window.take(Number.MAX_SAFE_INTEGER));
});
