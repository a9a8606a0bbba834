/**
 * How much is told of strangers who call or offer files: a few at once, and the rest as a number, so
 * that nobody can fill a screen.
 */

/** How long they are counted together. */
const WINDOW_MS = 10_000;

/** How many of them are told one by one. */
const MAX_TOLD = 5;

/** Counts calls, or offers. */
export class ToldFlood {
  readonly #tell: (count: number) => void;
  readonly #windowMs: number;
  #told = 0;
  #untold = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param tell is told how many more there were, when the time is over */
  constructor(tell: (count: number) => void, windowMs: number = WINDOW_MS) {
    this.#tell = tell;
    this.#windowMs = windowMs;
  }

  /** Somebody came; false when that shall not be told by itself. */
  takes(): boolean {
    this.#timer ??= setTimeout(() => this.end(), this.#windowMs);
    if (this.#told < MAX_TOLD) {
      this.#told++;
      return true;
    }
    this.#untold++;
    return false;
  }

  /** Tells what was not told yet, and counts anew. */
  end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const count = this.#untold;
    this.#told = this.#untold = 0;
    if (count > 0) this.#tell(count);
  }
}
