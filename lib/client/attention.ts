/**
 * What a terminal does about its user while messages come: the time of each, the day when it is
 * another one, what stands out, when to ring, and how many are new to somebody who was away. Pure
 * but for the clock it is given.
 */

import type { Clock } from "../core/ports.ts";
import type { About, ScreenLine } from "./screen_line.ts";
import type { BellMode } from "./terminal.ts";

/** Who has not pressed a key for so long may look elsewhere: what comes then is new to them. */
const ELSEWHERE_MS = 20_000;

/** The bell of a flood of messages is one now and then. */
const BELL_PAUSE_MS = 1000;

/** What is for one person alone, or names them. */
const FOR_YOU: ReadonlySet<About | undefined> = new Set(["chat", "direct", "mention", "call"]);

/** Keeps an eye on what its user may have missed. */
export class Attention {
  readonly #clock: Clock;
  #day: string;
  #lastKeyAt: number;
  #lastBellAt = -Infinity;
  #new = 0;
  #forYou = 0;
  /** When to ring. */
  bell: BellMode = "pm";

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#lastKeyAt = clock();
    this.#day = dayOf(new Date(clock()));
  }

  /** A key was pressed: whoever did that has seen the screen. */
  keyPressed(): void {
    this.#lastKeyAt = this.#clock();
    this.#new = this.#forYou = 0;
  }

  /** A line is shown. @returns whether to ring */
  shown({ about }: ScreenLine): boolean {
    if (about === undefined || about === "own" || about === "news") return false;
    const now = this.#clock();
    const isForYou = FOR_YOU.has(about);
    const isElsewhere = now - this.#lastKeyAt >= ELSEWHERE_MS;
    if (isElsewhere) {
      this.#new++;
      if (isForYou) this.#forYou++;
    }
    // Who is in the middle of a chat sees each line of it.
    const isSeen = about === "chat" && !isElsewhere;
    const rings = this.bell === "all" || (this.bell === "pm" && isForYou && !isSeen);
    if (!rings || now - this.#lastBellAt < BELL_PAUSE_MS) return false;
    this.#lastBellAt = now;
    return true;
  }

  /** How many are new, `3 new, 1 for you`; nothing when none are. */
  get unread(): string {
    if (this.#new === 0) return "";
    const forYou = this.#forYou === 0 ? "" : `, ${this.#forYou} for you`;
    return `${this.#new} new${forYou}`;
  }

  /** The time before a line that has one, `14:05 `, and the day before that when it is another one. */
  times({ about }: ScreenLine): { readonly day: string | undefined; readonly time: string } {
    if (about === undefined) return { day: undefined, time: "" };
    const now = new Date(this.#clock());
    const today = dayOf(now);
    const day = today === this.#day ? undefined : today;
    this.#day = today;
    return { day, time: `${now.toTimeString().slice(0, 5)} ` };
  }
}

/** `-- Sun Nov 22 2026 --` */
function dayOf(date: Date): string {
  return `-- ${date.toDateString()} --`;
}

/** Whether a message names somebody, as a word of its own, in any case. */
export function mentions(text: string, name: string): boolean {
  const word = name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`(?<![\\p{L}\\p{N}_])${word}(?![\\p{L}\\p{N}_])`, "iu").test(text);
}
