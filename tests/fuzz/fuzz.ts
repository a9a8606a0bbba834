/**
 * One codec under fire: inputs made from its samples, and what must hold for each of them. 20,000
 * by default (that is what CI runs), a million with `--full`, as in `deno task test:fuzz --full`;
 * `--seed N` makes the inputs of another run again.
 */

import { extent } from "../faults/extent.ts";
import { Dice, mutated } from "./mutations.ts";

const INPUTS = extent(20_000, 1_000_000);

const SEED = seedOf(Deno.args);

function seedOf(words: readonly string[]): number {
  const at = words.indexOf("--seed");
  return at < 0 ? crypto.getRandomValues(new Uint32Array(1))[0]! : Number(words[at + 1]);
}

/** Has a codec take every input. `holds` throws when something does not hold. */
export function fuzz(
  codec: string,
  samples: readonly Uint8Array[],
  holds: (input: Uint8Array, dice: Dice) => void,
): void {
  Deno.test({
    name: `${codec}: ${INPUTS} inputs (--seed ${SEED})`,
    permissions: "none",
    fn() {
      const dice = new Dice(SEED);
      for (const input of [...samples, ...[new Uint8Array()]]) check(input, dice);
      for (const input of mutated(samples, INPUTS, dice)) check(input, dice);
    },
  });

  function check(input: Uint8Array, dice: Dice): void {
    try {
      holds(input, dice);
    } catch (cause) {
      const text = String.fromCharCode(...input);
      throw new Error(`${codec}, --seed ${SEED}: ${JSON.stringify(text)}`, { cause });
    }
  }
}
