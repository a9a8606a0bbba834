/**
 * Costly work in turns: so much of it at once, so much more may wait, and the rest is refused. Those
 * who ask for much do not keep the others waiting: shares take turns, one piece of work each.
 */

import { BusyError } from "../core/errors.ts";

/** How much at once, and how much may wait. */
export interface TurnLimits {
  /** Begun and not yet done. */
  readonly atOnce: number;
  /** Asked for and not yet begun. */
  readonly waiting: number;
}

/** How a piece of work waits for its turn. */
export interface Turn {
  /** For whom it is done; what names none shares one. */
  readonly share?: string;
  /** Takes it back while it waits; what has begun is done. */
  readonly signal?: AbortSignal | undefined;
  /** Asked when the turn has come: what nobody waits for any more is not begun. */
  readonly isWanted?: () => boolean;
}

interface Waiter {
  readonly begin: () => void;
  readonly refuse: (reason: unknown) => void;
}

/** Lets work begin in the order it was asked for, share by share. */
export class Turns {
  readonly #limits: TurnLimits;
  /** Who waits, by shares; the share that is next comes first. */
  readonly #waiting = new Map<string, Waiter[]>();
  #running = 0;

  /** Starts with nothing to do. */
  constructor(limits: TurnLimits) {
    this.#limits = limits;
  }

  /**
   * Does `work` when its turn has come, and gives what came of it.
   *
   * @throws BusyError when too much waits already, of its share or of all; at once, or when others
   * need the place of what waits last in a share that has more than they; and when its turn has come
   * and it is not wanted any more
   * @throws the reason of the signal when it takes the work back
   */
  async run<T>(work: () => Promise<T>, turn: Turn = {}): Promise<T> {
    const { share = "", signal, isWanted } = turn;
    signal?.throwIfAborted();
    if (this.#running < this.#limits.atOnce) this.#running++;
    else await this.#wait(share, signal);
    try {
      if (isWanted?.() === false) {
        throw new BusyError("Nobody waits for it any more, try again later");
      }
      return await work();
    } finally {
      // The place is handed on as it is, so that nobody new can slip in between.
      const next = this.#next();
      if (next === undefined) this.#running--;
      else next.begin();
    }
  }

  #wait(share: string, signal: AbortSignal | undefined): Promise<void> {
    this.#makePlace(share);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const giveUp = (): void => {
      this.#remove(share, waiter);
      reject(signal!.reason);
    };
    const settled = <Value>(settle: (value: Value) => void) => (value: Value): void => {
      signal?.removeEventListener("abort", giveUp);
      settle(value);
    };
    const waiter: Waiter = { begin: settled(resolve), refuse: settled(reject) };
    signal?.addEventListener("abort", giveUp);
    const line = this.#waiting.get(share);
    if (line === undefined) this.#waiting.set(share, [waiter]);
    else line.push(waiter);
    return promise;
  }

  /** Refuses one that waits where all places are taken: the newcomer, or the last of a longer line. */
  #makePlace(share: string): void {
    const lines = [...this.#waiting];
    const count = lines.reduce((sum, [, line]) => sum + line.length, 0);
    if (count < this.#limits.waiting) return;
    const busy = new BusyError("Too much is waiting already, try again later");
    const own = this.#waiting.get(share)?.length ?? 0;
    const longest = lines.reduce((a, b) => b[1].length > a[1].length ? b : a, [share, []]);
    if (longest[1].length <= own + 1) throw busy;
    const last = longest[1].at(-1)!;
    this.#remove(longest[0], last);
    last.refuse(busy);
  }

  #next(): Waiter | undefined {
    const [first] = this.#waiting;
    if (first === undefined) return undefined;
    const [share, line] = first;
    const next = line.shift();
    this.#waiting.delete(share);
    if (line.length > 0) this.#waiting.set(share, line); // behind all others
    return next;
  }

  #remove(share: string, waiter: Waiter): void {
    const line = this.#waiting.get(share)!;
    line.splice(line.indexOf(waiter), 1);
    if (line.length === 0) this.#waiting.delete(share);
  }
}
