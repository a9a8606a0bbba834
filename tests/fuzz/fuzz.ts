/**
 * One codec under fire: inputs made from its samples, and what must hold for each of them. 20,000
 * by default (that is what CI runs), a million with `--full`, as in `deno task test:fuzz --full`;
 * `--seed N` makes the inputs of another run again.
 */

import { assertEquals } from "@std/assert";
import { extent } from "../faults/extent.ts";
import { everyCutting } from "../wire/cuttings.ts";
import { cutAtRandom, Dice, mutated } from "./mutations.ts";

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

/** Of so many inputs, one is cut everywhere: byte by byte, and in two at each place. */
const CUT_EVERYWHERE = 50;

/** Longer inputs are not: that grows with the square of their length. */
const MAX_CUT_BYTES = 600;

/**
 * What a reader makes of bytes that come at once; it must make the same of them however they come.
 *
 * @param read begins anew and takes all pieces
 */
export function readHowever<Read>(
  bytes: Uint8Array,
  dice: Dice,
  read: (pieces: readonly Uint8Array[]) => Read,
): Read {
  const whole = read([bytes]);
  assertEquals(read(cutAtRandom(bytes, dice)), whole);
  if (bytes.length === 0 || bytes.length > MAX_CUT_BYTES) return whole;
  if (dice.below(CUT_EVERYWHERE) > 0) return whole;
  for (const { how, pieces } of everyCutting(bytes)) assertEquals(read(pieces), whole, how);
  return whole;
}
