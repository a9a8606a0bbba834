/**
 * Costly work in turns: so much of it at once, so much more may wait, and the rest is refused.
 */

import { BusyError } from "../core/errors.ts";

/** How much at once, and how much may wait. */
export interface TurnLimits {
  /** Begun and not yet done. */
  readonly atOnce: number;
  /** Asked for and not yet begun. */
  readonly waiting: number;
}

/** Lets work begin in the order it was asked for. */
export class Turns {
  readonly #limits: TurnLimits;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  /** Starts with nothing to do. */
  constructor(limits: TurnLimits) {
    this.#limits = limits;
  }

  /**
   * Does `work` when its turn has come, and gives what came of it.
   *
   * @param isWanted asked when the turn has come: work that nobody waits for any more is not begun
   * @throws BusyError at once when too much waits already, and when it is not wanted any more
   */
  async run<T>(work: () => Promise<T>, isWanted: () => boolean = () => true): Promise<T> {
    if (this.#running < this.#limits.atOnce) {
      this.#running++;
    } else {
      if (this.#waiting.length >= this.#limits.waiting) {
        throw new BusyError("Too much is waiting already, try again later");
      }
      await new Promise<void>((resume) => this.#waiting.push(resume));
    }
    try {
      if (!isWanted()) throw new BusyError("Nobody waits for it any more, try again later");
      return await work();
    } finally {
      // The place is handed on as it is, so that nobody new can slip in between.
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }
}
