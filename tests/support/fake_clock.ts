/** A clock that moves only when a test says so. */
export class FakeClock {
  #now: number;

  constructor(now: number = Date.UTC(2026, 10, 20, 20, 11, 25)) {
    this.#now = now;
  }

  /** To be passed where a `Clock` is wanted. */
  readonly read = (): number => this.#now;

  get now(): number {
    return this.#now;
  }

  /** Moves the clock. */
  advance(milliseconds: number): void {
    this.#now += milliseconds;
  }
}

/** The clock itself, where a test is about rates as they are. */
export class RealClock extends FakeClock {
  override readonly read = (): number => performance.now();
}
