/**
 * Rendezvous (highest random weight) hashing: for a key, every backend draws a number from the key
 * and its own name, and the highest wins. Pure.
 *
 * Taking a backend away moves only the keys it had won, adding one moves only those it wins, and
 * two balancers with the same backends agree without talking to each other. Weights keep both: the
 * draw is -weight / ln(u), so a backend wins in proportion to its weight.
 */

/** A backend as far as hashing goes. */
export interface Contender {
  /** What it is called, the same in every balancer. */
  readonly name: string;
  /** Its share, more than 0. */
  readonly weight: number;
}

/** The contender that has the key; `undefined` when there is none. */
export function rendezvous<T extends Contender>(
  contenders: readonly T[],
  key: string,
): T | undefined {
  let winner: T | undefined;
  let highest = -Infinity;
  for (const contender of contenders) {
    const score = -contender.weight / Math.log(uniform(contender.name, key));
    if (score > highest) [winner, highest] = [contender, score];
  }
  return winner;
}

/** A number above 0 and below 1 that a name and a key always give, spread evenly. */
function uniform(name: string, key: string): number {
  // Two 32-bit lanes of multiply-and-xor, mixed into each other at the end (the shape of cyrb53).
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  // NUL is in no name, so that name and key cannot run into each other.
  const text = `${name}\0${key}`;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    high = Math.imul(high ^ unit, 2654435761);
    low = Math.imul(low ^ unit, 1597334677);
  }
  const [a, b] = [mix(high, low), mix(low, high)];
  return ((b >>> 0) * 2 ** 20 + (a >>> 12) + 0.5) / 2 ** 52;
}

function mix(one: number, other: number): number {
  return Math.imul(one ^ (one >>> 16), 2246822507) ^ Math.imul(other ^ (other >>> 13), 3266489909);
}
