/** Runs tasks one after the other, in the order they came. */

/** A queue of tasks of which one runs. */
export class OneAtATime {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs `task` when those before it have ended, however they did; resolves or rejects with it. */
  run<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#last.then(task);
    // Never rejects: the next one runs all the same.
    this.#last = result.catch(() => {});
    return result;
  }
}
