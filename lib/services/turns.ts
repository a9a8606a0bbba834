/**
 * Costly work in turns: so much of it at once, so much more may wait, and the rest is refused. Those
 * who ask for much do not keep the others waiting: lines take turns, and in each its shares do, one
 * piece of work each.
 */

import { BusyError } from "../core/errors.ts";
import { type Waiter, WaitingLine } from "./waiting_line.ts";

/** How much at once, and how much may wait. */
export interface TurnLimits {
  /** Begun and not yet done. */
  readonly atOnce: number;
  /** Asked for and not yet begun, in each line. */
  readonly waiting: number;
}

/** How a piece of work waits for its turn. */
export interface Turn {
  /**
   * Where it waits, one of a few that a program has: each has places of its own, so that who fills
   * one keeps nobody out of another. What names none is in one together.
   */
  readonly line?: string | undefined;
  /** For whom it is done; what names none shares one. */
  readonly share?: string;
  /** Takes it back while it waits; what has begun is done, and what need not wait. */
  readonly signal?: AbortSignal | undefined;
  /** Asked when the turn has come: what nobody waits for any more is not begun. */
  readonly isWanted?: (() => boolean) | undefined;
}

/** How somebody waits whose share is known already. */
export type Waiting = Omit<Turn, "share">;

/** Lets work begin in the order it was asked for, line by line and share by share. */
export class Turns {
  readonly #limits: TurnLimits;
  /** Those in which somebody waits; the one that is next comes first. */
  readonly #lines = new Map<string, WaitingLine>();
  #running = 0;

  /** Starts with nothing to do. */
  constructor(limits: TurnLimits) {
    this.#limits = limits;
  }

  /**
   * Does `work` when its turn has come, and gives what came of it.
   *
   * @throws BusyError when too much waits already, of its share or in its line; at once, or when
   * others need the place of what waits last in a share that has more than they; and when its turn
   * has come and it is not wanted any more
   * @throws the reason of the signal when it takes the work back
   */
  async run<T>(work: () => Promise<T>, turn: Turn = {}): Promise<T> {
    const { isWanted } = turn;
    if (this.#running < this.#limits.atOnce) this.#running++;
    else await this.#wait(turn);
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

  #wait({ line: name = "", share = "", signal }: Turn): Promise<void> {
    signal?.throwIfAborted();
    const line = this.#lines.get(name) ?? new WaitingLine(this.#limits.waiting);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const giveUp = (): void => {
      line.remove(share, waiter);
      if (line.isEmpty) this.#lines.delete(name);
      reject(signal!.reason);
    };
    const settled = <Value>(settle: (value: Value) => void) => (value: Value): void => {
      signal?.removeEventListener("abort", giveUp);
      settle(value);
    };
    const waiter: Waiter = { begin: settled(resolve), refuse: settled(reject) };
    line.add(share, waiter);
    this.#lines.set(name, line);
    signal?.addEventListener("abort", giveUp);
    return promise;
  }

  #next(): Waiter | undefined {
    const [first] = this.#lines;
    if (first === undefined) return undefined;
    const [name, line] = first;
    const next = line.next();
    this.#lines.delete(name);
    if (!line.isEmpty) this.#lines.set(name, line); // behind all others
    return next;
  }
}
