/**
 * A line with so many places, in which shares take turns: whoever waits for more keeps those who wait
 * for less from neither their turn nor a place.
 */

import { BusyError } from "../core/errors.ts";

/** Somebody who waits, and is told once. */
export interface Waiter {
  /** Their turn has come. */
  readonly begin: () => void;
  /** It never will. */
  readonly refuse: (reason: unknown) => void;
}

/** Who waits, by shares. */
export class WaitingLine {
  readonly #places: number;
  /** The share that is next comes first. */
  readonly #shares = new Map<string, Waiter[]>();

  /** Starts empty, with so many places. */
  constructor(places: number) {
    this.#places = places;
  }

  /** Whether nobody waits. */
  get isEmpty(): boolean {
    return this.#shares.size === 0;
  }

  /**
   * Puts somebody at the end of a share. Where all places are taken, the last of a share that is
   * longer is refused instead.
   *
   * @throws BusyError when there is no longer one
   */
  add(share: string, waiter: Waiter): void {
    this.#makePlace(share);
    const others = this.#shares.get(share);
    if (others === undefined) this.#shares.set(share, [waiter]);
    else others.push(waiter);
  }

  /** Takes out whoever is next; there is somebody. */
  next(): Waiter {
    const [share, waiters] = this.#shares.entries().next().value!;
    const next = waiters.shift()!;
    this.#shares.delete(share);
    if (waiters.length > 0) this.#shares.set(share, waiters); // behind all others
    return next;
  }

  /** Takes out somebody who waits in a share. */
  remove(share: string, waiter: Waiter): void {
    const waiters = this.#shares.get(share)!;
    waiters.splice(waiters.indexOf(waiter), 1);
    if (waiters.length === 0) this.#shares.delete(share);
  }

  #makePlace(share: string): void {
    const shares = [...this.#shares];
    const count = shares.reduce((sum, [, waiters]) => sum + waiters.length, 0);
    if (count < this.#places) return;
    const busy = new BusyError("Too much is waiting already, try again later");
    const own = this.#shares.get(share)?.length ?? 0;
    const longest = shares.reduce((a, b) => b[1].length > a[1].length ? b : a, [share, []]);
    if (longest[1].length <= own + 1) throw busy;
    const last = longest[1].at(-1)!;
    this.remove(longest[0], last);
    last.refuse(busy);
  }
}
