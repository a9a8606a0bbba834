/**
 * "Did you mean": the known word closest to a mistyped one. Pure.
 */

/** A word that is this long, and how one other word begins, is a short form of it. */
const MIN_BEGINNING = 3;

/** The known word closest to a mistyped one, when it is close enough to be what was meant. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    // As far away as it is long, a word has nothing in common with what was typed.
    if (distance < bestDistance && distance < candidate.length) {
      [best, bestDistance] = [candidate, distance];
    }
  }
  return best ?? begunBy(word.toLowerCase(), known);
}

/** The one word that begins so, as `status` does with `stat`. */
function begunBy(word: string, known: readonly string[]): string | undefined {
  if (word.length < MIN_BEGINNING) return undefined;
  const found = known.filter((candidate) => candidate.toLowerCase().startsWith(word));
  return found.length === 1 ? found[0] : undefined;
}

/** How many letters to add, drop, replace or swap with their neighbour to turn `a` into `b`. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = last[column - 1]! + (a[row - 1] === b[column - 1] ? 0 : 1);
      const isSwap = row > 1 && column > 1 && a[row - 1] === b[column - 2] &&
        a[row - 2] === b[column - 1];
      const swapped = isSwap ? beforeLast[column - 2]! + 1 : Infinity;
      current.push(Math.min(last[column]! + 1, current[column - 1]! + 1, replaced, swapped));
    }
    [beforeLast, last] = [last, current];
  }
  return last[b.length]!;
}
