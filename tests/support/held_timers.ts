/**
 * Timers of one length that pass when a test says so: a slow machine never runs into the limit, and
 * nobody waits for it.
 */

import { within } from "./within.ts";

type Timer = ReturnType<typeof setTimeout>;

/** The longest wait there is, in milliseconds. */
const FOR_EVER_MS = 2 ** 31 - 1;

/** Holds every `setTimeout` of so many milliseconds, for as long as it is there. */
export class HeldTimers implements Disposable {
  /** The length of the timers that are held: no others should have it. */
  readonly milliseconds: number;
  /** What is to be done when they pass, of those that run, the first one first. */
  readonly #running = new Map<Timer, () => void>();
  readonly #giveBack: () => void;
  #begun = Promise.withResolvers<void>();

  constructor(milliseconds: number) {
    this.milliseconds = milliseconds;
    const { setTimeout, clearTimeout } = globalThis;
    this.#giveBack = () => Object.assign(globalThis, { setTimeout, clearTimeout });
    globalThis.setTimeout = ((...begun: Parameters<typeof setTimeout>) => {
      const [action, wanted] = begun;
      if (wanted !== milliseconds) return setTimeout(...begun);
      // The system has it, too: one that is forgotten is found at the end of the test.
      const timer = setTimeout(() => {}, FOR_EVER_MS);
      this.#hold(timer, action as () => void);
      return timer;
    }) as typeof setTimeout;
    globalThis.clearTimeout = (timer) => {
      this.#running.delete(timer as Timer);
      clearTimeout(timer);
    };
  }

  #hold(timer: Timer, action: () => void): void {
    this.#running.set(timer, action);
    this.#begun.resolve();
    this.#begun = Promise.withResolvers();
  }

  /** Lets the time of one pass, as soon as it has begun. */
  async pass(): Promise<void> {
    while (this.#running.size === 0) {
      await within(`a timer of ${this.milliseconds} ms`, this.#begun.promise);
    }
    const [timer, action] = this.#running.entries().next().value!;
    clearTimeout(timer);
    action();
  }

  [Symbol.dispose](): void {
    this.#giveBack();
  }
}
