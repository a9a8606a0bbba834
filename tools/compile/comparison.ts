/**
 * Whether two builds are the same. `deno compile` packs the time each file was last changed, in
 * milliseconds, sources and packages of the cache alike: two builds from one checkout on one machine
 * are the same bytes, builds from two checkouts differ in those times. Pure.
 */

/** How two builds compare. */
export type Comparison = "the same" | "the same but for times of files" | "different";

/** How a time stands in an executable: this, and thirteen digits. */
const MARK = new TextEncoder().encode('"t":');
const DIGITS = 13;

/** Compares two executables byte by byte. */
export function compareBuilds(one: Uint8Array, other: Uint8Array): Comparison {
  if (one.length !== other.length) return "different";
  let areTimesTheSame = true;
  for (let at = 0; at < one.length; at++) {
    if (one[at] === other[at]) continue;
    if (!isInTime(one, at) || !isInTime(other, at)) return "different";
    areTimesTheSame = false;
  }
  return areTimesTheSame ? "the same" : "the same but for times of files";
}

/** Whether a byte is a digit of a time. */
function isInTime(bytes: Uint8Array, at: number): boolean {
  const isDigit = (index: number): boolean => bytes[index]! >= 0x30 && bytes[index]! <= 0x39;
  let first = at;
  while (isDigit(first - 1) && at - first < DIGITS) first--;
  if (!MARK.every((byte, index) => bytes[first - MARK.length + index] === byte)) return false;
  for (let index = first; index < first + DIGITS; index++) if (!isDigit(index)) return false;
  return !isDigit(first + DIGITS);
}
