/**
 * Whether a backend is up, from what checks and connects say of it. Pure.
 *
 * Rules of this file:
 * - Failures must be consecutive to take a backend out, successes to bring it back: one that agrees
 *   with the present state starts the count anew.
 * - The first word counts at once, and so does the first good one: a backend that is down when the
 *   balancer starts is told of after one check, and in use after one more when it was only starting
 *   itself. Until the first word it is taken to be up.
 */

/** How many in a row. */
export interface HealthThresholds {
  /** Successes that bring a backend back. */
  readonly rise: number;
  /** Failures that take it out. */
  readonly fall: number;
}

/** Counts what is said of one backend. */
export class Health {
  #isUp = true;
  #isKnown = false;
  #wasEverGood = false;
  /** How many in a row contradict the present state. */
  #against = 0;

  /** Whether the backend is taken to be up. */
  get isUp(): boolean {
    return this.#isUp;
  }

  /** Whether something was said that may soon change the state: worth looking again sooner. */
  get isInDoubt(): boolean {
    return this.#against > 0 || !this.#isUp;
  }

  /**
   * Takes one result.
   *
   * @returns what the backend has changed to by it, if it has
   */
  report(isGood: boolean, { rise, fall }: HealthThresholds): "up" | "down" | undefined {
    const isFirst = !this.#isKnown || (isGood && !this.#wasEverGood);
    this.#isKnown = true;
    this.#wasEverGood ||= isGood;
    if (isGood === this.#isUp) {
      this.#against = 0;
      return undefined;
    }
    this.#against++;
    if (!isFirst && this.#against < (isGood ? rise : fall)) return undefined;
    this.#isUp = isGood;
    this.#against = 0;
    return isGood ? "up" : "down";
  }
}

/** How much of the interval the time between two checks may vary, either way. */
const JITTER = 0.1;

/** A backend in doubt is looked at this much more often. */
const HURRY = 4;

/**
 * Milliseconds until the next check. They vary, so that many balancers do not all ask at once.
 *
 * @param dice a number from 0 to 1
 */
export function nextCheckDelay(intervalSeconds: number, isInDoubt: boolean, dice: number): number {
  const interval = intervalSeconds * 1000 / (isInDoubt ? HURRY : 1);
  return interval * (1 - JITTER + 2 * JITTER * dice);
}

/** The least a backend is given that just came back: it must get something to warm up. */
const SLOW_START_LEAST = 0.1;

/** The share of its weight a backend has, from 0.1 to 1, some seconds after it came back. */
export function slowStartShare(sinceMs: number, slowStartSeconds: number): number {
  if (slowStartSeconds === 0) return 1;
  // In steps: a share that changed with every choice would start the rotation anew each time.
  const share = Math.floor(sinceMs / (slowStartSeconds * 1000) * 10) / 10;
  return Math.min(1, Math.max(SLOW_START_LEAST, share));
}
