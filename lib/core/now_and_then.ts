/**
 * What may happen a thousand times a second is told now and then, with how often it happened. Pure:
 * the time is passed in, in milliseconds of any clock that only goes forward.
 */

/** At most one line in this time, of each kind. */
const TELL_EVERY_MS = 10_000;

/** Counts one thing. The first one is told of at once. */
export class NowAndThen {
  #count = 0;
  #toldAt = -Infinity;

  /**
   * Counts one more.
   *
   * @returns how many there were since the last one that was told of, when it is time to tell;
   * `undefined` when it is not
   */
  count(now: number): number | undefined {
    this.#count++;
    if (now - this.#toldAt < TELL_EVERY_MS) return undefined;
    this.#toldAt = now;
    const count = this.#count;
    this.#count = 0;
    return count;
  }
}

/** Follows counts that somebody else keeps, and knows which of them are news. */
export class CountsNews<Name extends string> {
  readonly #counts: Readonly<Record<Name, number>>;
  #told: Readonly<Record<string, number>>;
  #toldAt = -Infinity;

  /** Starts with what is there already being no news. */
  constructor(counts: Readonly<Record<Name, number>>) {
    this.#counts = counts;
    this.#told = { ...counts };
  }

  /**
   * What was counted since the last news.
   *
   * @param isEnd whether it is the last chance to tell, and so always time
   * @returns the counts that grew, by how much; `undefined` when none did or it is not time yet
   */
  take(now: number, isEnd = false): Record<string, number> | undefined {
    if (!isEnd && now - this.#toldAt < TELL_EVERY_MS) return undefined;
    const since = Object.entries<number>(this.#counts)
      .map(([what, count]) => [what, count - (this.#told[what] ?? 0)] as const)
      .filter(([, count]) => count > 0);
    if (since.length === 0) return undefined;
    this.#told = { ...this.#counts };
    this.#toldAt = now;
    return Object.fromEntries(since);
  }
}
