/**
 * Time that stands still: what is counted with `performance.now()` is the same on every machine.
 */

/** The time of `performance.now()`, which goes on only when a test says so. */
export class HeldTime implements Disposable {
  /** Whole, so that adding to it is exact. */
  #now = Math.ceil(performance.now());

  constructor() {
    performance.now = () => this.#now;
  }

  /** Lets it go on. */
  advance(milliseconds: number): void {
    this.#now += milliseconds;
  }

  [Symbol.dispose](): void {
    // What every `Performance` has comes to light again.
    delete (performance as Partial<Performance>).now;
  }
}
