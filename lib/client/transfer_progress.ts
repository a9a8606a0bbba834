/**
 * How far a transfer is, how fast it goes and when it will be there. Pure: the time is passed in.
 */

/** How far back the rate looks, in milliseconds, and how often it takes note. */
const RATE_WINDOW_MS = 5000;
const NOTE_EVERY_MS = 250;

/** Counts bytes of one transfer. */
export class TransferProgress {
  #total: number;
  #done = 0;
  readonly #begun: number;
  /** How much there was at some moments of the window, the oldest first. */
  #notes: { readonly at: number; readonly done: number }[];

  /** @param now milliseconds of a clock that only goes forward */
  constructor(total: number, now: number) {
    this.#total = total;
    this.#begun = now;
    this.#notes = [{ at: now, done: 0 }];
  }

  /** More bytes than thought are to come. */
  more(bytes: number): void {
    this.#total += bytes;
  }

  /** So many bytes went by. */
  add(bytes: number, now: number): void {
    this.#done += bytes;
    if (now - this.#notes.at(-1)!.at < NOTE_EVERY_MS) return;
    this.#notes.push({ at: now, done: this.#done });
    // The oldest one within the window stays, and the one before it.
    while (this.#notes.length > 2 && now - this.#notes[1]!.at > RATE_WINDOW_MS) this.#notes.shift();
  }

  /** Bytes that went by. */
  get bytes(): number {
    return this.#done;
  }

  /** `42 % of 1.2 GB, 110 MB/s, 6 s left`. */
  text(now: number): string {
    const share = this.#total === 0 ? 100 : Math.floor(this.#done / this.#total * 100);
    const rate = this.#rate(now);
    const parts = [`${Math.min(share, 100)} % of ${bytesText(this.#total)}`];
    if (rate > 0) {
      const left = Math.max(0, this.#total - this.#done) / rate;
      parts.push(rateText(rate), `${durationText(left)} left`);
    }
    return parts.join(", ");
  }

  /** `34 MB in 3 s, 11 MB/s`: all of it, at the end. */
  summary(now: number): string {
    const seconds = (now - this.#begun) / 1000;
    const rate = seconds > 0 ? `, ${rateText(this.#done / seconds)}` : "";
    const time = seconds < 10 ? `${seconds.toFixed(1)} s` : durationText(seconds);
    return `${bytesText(this.#done)} in ${time}${this.#done > 0 ? rate : ""}`;
  }

  /** Bytes a second of late. */
  #rate(now: number): number {
    const [oldest] = this.#notes;
    const ms = now - oldest!.at;
    return ms < NOTE_EVERY_MS ? 0 : (this.#done - oldest!.done) / ms * 1000;
  }
}

const UNITS = ["bytes", "kB", "MB", "GB", "TB", "PB"];

/** `0 bytes`, `999 bytes`, `1.5 kB`, `34 MB`: two digits at least, where there are so many. */
export function bytesText(bytes: number): string {
  if (bytes === 1) return "1 byte";
  let value = bytes;
  let unit = 0;
  while (Math.round(value) >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit > 0 && value < 9.95 ? 1 : 0;
  return `${value.toFixed(digits)} ${UNITS[unit]}`;
}

function rateText(bytesPerSecond: number): string {
  return `${bytesText(Math.round(bytesPerSecond))}/s`;
}

/** `8 s`, `2 min 5 s`, `3 h 20 min`. */
export function durationText(seconds: number): string {
  const whole = Math.max(1, Math.ceil(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${whole % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Milliseconds between two lines about a transfer where each stays on the screen: more and more. */
export function* reportPauses(): Generator<number, never> {
  yield* [2000, 5000, 10_000];
  for (;;) yield 30_000;
}
