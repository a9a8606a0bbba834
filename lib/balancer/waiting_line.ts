/**
 * Clients that wait for a place at a backend, in order of arrival. A place that gets free is given to
 * the first one it is good for, there and then: whoever comes in between cannot take it, and nobody
 * is woken for nothing.
 */

import type { Backend } from "./backend.ts";

/** Why nobody could be chosen. */
export type NoBackend =
  | "no backend is left to try"
  | "every backend is full"
  | "the backend that has the room takes no connections";

/** Why a client got no place in the end: nobody could be chosen, or it may not even wait. */
export type NoPlace = NoBackend | "too many clients wait already";

/** Whether waiting may help who could not be served. */
export function isWorthWaiting(
  entered: Backend | NoBackend,
): entered is Exclude<NoBackend, "no backend is left to try"> {
  return typeof entered === "string" && entered !== "no backend is left to try";
}

/** Takes a place for a client, as it is asked for when it comes. */
export type Enter = (key: string, tried: ReadonlySet<Backend>) => Backend | NoBackend;

/** A client that waits. */
interface Waiting {
  readonly key: string;
  readonly tried: ReadonlySet<Backend>;
  readonly done: (entered: Backend | NoBackend) => void;
}

/** Those who wait. */
export class WaitingLine {
  readonly #waiting = new Set<Waiting>();

  /** How many there are. */
  get size(): number {
    return this.#waiting.size;
  }

  /**
   * Waits at the end of the line, for so many milliseconds.
   *
   * @returns what was entered, or `why` when the time is over
   */
  async wait(
    { key, tried }: Omit<Waiting, "done">,
    milliseconds: number,
    why: NoBackend,
  ): Promise<Backend | NoBackend> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const entered = await new Promise<Backend | NoBackend>((resolve) => {
      const waiting: Waiting = {
        ...{ key, tried },
        done: (entered) => {
          this.#waiting.delete(waiting);
          resolve(entered);
        },
      };
      this.#waiting.add(waiting);
      timer = setTimeout(() => waiting.done(why), milliseconds);
    });
    clearTimeout(timer);
    return entered;
  }

  /** Gives up to so many places to those who wait. */
  serve(places: number, enter: Enter): void {
    let left = places;
    for (const { key, tried, done } of this.#waiting) {
      if (left === 0) return;
      const entered = enter(key, tried);
      // Whoever comes next may have tried others, and be free to take what this one cannot.
      if (isWorthWaiting(entered)) continue;
      done(entered);
      if (entered !== "no backend is left to try") left--;
    }
  }
}
