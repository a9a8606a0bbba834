/**
 * Whether an answer may have been meant for the offer before: one can go away, and another stand in
 * its place, while `/accept` is typed. Pure: the time is passed in.
 */

/** An offer behind another one, and an answer behind it, are soon within so many milliseconds. */
const SOON_MS = 10_000;

/** Knows which offer stands where another one stood. */
export class OfferTurns {
  #shown: { readonly what: string; readonly at: number } | undefined;
  #gone: { readonly what: string; readonly at: number } | undefined;
  #isDoubtful = false;

  /**
   * A person is asked about an offer.
   *
   * @param what who offers what: the same offer made again is no other one
   * @param now milliseconds of a clock that only goes forward
   */
  shown(what: string, now: number): void {
    const isSoon = this.#gone !== undefined && now - this.#gone.at < SOON_MS;
    this.#isDoubtful = isSoon && this.#gone?.what !== what;
    this.#shown = { what, at: now };
  }

  /** The offer that is shown went away without an answer. */
  wentAway(now: number): void {
    if (this.#shown !== undefined) this.#gone = { what: this.#shown.what, at: now };
  }

  /** Whether an answer given now may be for the offer before. Only the first one may. */
  isDoubtful(now: number): boolean {
    const isDoubtful = this.#isDoubtful && now - this.#shown!.at < SOON_MS;
    this.#isDoubtful = false;
    return isDoubtful;
  }
}
