/** The last two minutes of what a program does, second by second. Pure: somebody else samples. */

import { quantile } from "../core/histogram.ts";
import type { Activity } from "./status_view.ts";

/** How many moments are kept. */
export const HISTORY_LENGTH = 120;

/** How one activity went, moment by moment, the newest last. */
export interface Course {
  /** Whose course it is. */
  readonly name: string;
  /** What it is called where its times are shown. */
  readonly timed: string;
  /** How often a second. */
  readonly rates: readonly number[];
  /** Half of them took no longer, in seconds; `undefined` where nothing was measured. */
  readonly medians: readonly (number | undefined)[];
  /** And 99 of 100. */
  readonly highest: readonly (number | undefined)[];
}

interface Track {
  readonly timed: string;
  total: number;
  counts: readonly number[];
  readonly rates: number[];
  readonly medians: (number | undefined)[];
  readonly highest: (number | undefined)[];
}

/** Makes courses of totals. */
export class History {
  readonly #tracks = new Map<string, Track>();
  #at: number | undefined;

  /** Takes the totals of a moment, in milliseconds of a clock that only goes forward. */
  sample(activities: readonly Activity[], now: number): void {
    const seconds = this.#at === undefined ? undefined : (now - this.#at) / 1000;
    this.#at = now;
    for (const { name, timed = name, total, seconds: took } of activities) {
      const counts = took === undefined ? [] : [...took.counts];
      const track = this.#tracks.get(name);
      if (track === undefined || seconds === undefined || seconds <= 0) {
        this.#tracks.set(name, { timed, total, counts, rates: [], medians: [], highest: [] });
        continue;
      }
      const fresh = counts.map((count, bucket) => count - (track.counts[bucket] ?? 0));
      const bounds = took?.bounds ?? [];
      keep(track.rates, (total - track.total) / seconds);
      keep(track.medians, quantile(bounds, fresh, 0.5));
      keep(track.highest, quantile(bounds, fresh, 0.99));
      track.total = total;
      track.counts = counts;
    }
  }

  /** The course of every activity. */
  courses(): Course[] {
    return [...this.#tracks].map(([name, { timed, rates, medians, highest }]) => ({
      ...{ name, timed, rates, medians, highest },
    }));
  }
}

function keep<T>(values: T[], value: T): void {
  values.push(value);
  if (values.length > HISTORY_LENGTH) values.shift();
}
