/**
 * A token bucket: so many a second in the long run, so many at once.
 */

/** Pure: the time is passed in, in milliseconds of any clock that only goes forward. */
export class TokenBucket {
  #perSecond: number;
  #burst: number;
  #tokens: number;
  #at: number;

  /** Makes a full bucket. */
  constructor(perSecond: number, burst: number, now: number) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#tokens = burst;
    this.#at = now;
  }

  /** Fills at another rate, up to another bound, from its next use on. What is in it stays. */
  reconfigure(perSecond: number, burst: number): void {
    this.#perSecond = perSecond;
    this.#burst = burst;
  }

  /** Takes `count` tokens if there are as many. */
  take(now: number, count: number = 1): boolean {
    this.#refill(now);
    if (this.#tokens < count) return false;
    this.#tokens -= count;
    return true;
  }

  /** Whether {@linkcode take} would give one. */
  hasAny(now: number): boolean {
    this.#refill(now);
    return this.#tokens >= 1;
  }

  /** Whether nothing was taken lately: forgetting the bucket changes nothing. */
  isFull(now: number): boolean {
    this.#refill(now);
    return this.#tokens >= this.#burst;
  }

  #refill(now: number): void {
    const elapsed = Math.max(0, now - this.#at);
    this.#tokens = Math.min(this.#burst, this.#tokens + elapsed * this.#perSecond / 1000);
    this.#at = now;
  }
}
