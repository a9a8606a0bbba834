/**
 * Which numbers were seen before: the highest one, and which of those shortly below it. Pure.
 *
 * A datagram may overtake another, and a request over TCP takes longer than one over UDP; so a number
 * may be lower than the highest one. How far is bounded, and so is what has to be remembered (the
 * sliding window of RFC 4303, 3.4.3).
 */

/** Takes each number once. */
export class ReplayWindow {
  readonly #size: number;
  /** A bit for each number of the window, at its remainder. */
  readonly #seen: Uint32Array;
  #highest = 0;

  /** Takes numbers from 1 on; `size` is a multiple of 32. */
  constructor(size: number) {
    this.#size = size;
    this.#seen = new Uint32Array(size / 32);
  }

  /** Whether a number is new, and not too far behind. */
  isNew(number: number): boolean {
    if (number > this.#highest) return true;
    return number > 0 && number > this.#highest - this.#size && !this.#has(number);
  }

  /** Takes a number. @returns false for one that was taken before, or is too far behind */
  take(number: number): boolean {
    if (!this.isNew(number)) return false;
    this.#slideTo(number);
    const at = number % this.#size;
    this.#seen[at >>> 5]! |= 1 << (at & 31);
    return true;
  }

  #has(number: number): boolean {
    const at = number % this.#size;
    return (this.#seen[at >>> 5]! & (1 << (at & 31))) !== 0;
  }

  /** Forgets what falls out of the window below a new highest number. */
  #slideTo(number: number): void {
    if (number <= this.#highest) return;
    if (number - this.#highest >= this.#size) this.#seen.fill(0);
    else {
      for (let next = this.#highest + 1; next <= number; next++) {
        const at = next % this.#size;
        this.#seen[at >>> 5]! &= ~(1 << (at & 31));
      }
    }
    this.#highest = number;
  }
}
