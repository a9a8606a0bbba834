/**
 * Notices that a config file was changed, also by editors that put a new one in its place, and on
 * network disks: by looking, once a second.
 */

/** How often to look. */
const LOOK_MS = 1000;

/** Watches one file until it is stopped. */
export class ConfigWatch {
  readonly #path: string;
  readonly #onChange: () => void;
  readonly #timer: ReturnType<typeof setInterval>;
  #last: string | undefined;

  /** Starts from the file as it is now. */
  constructor(path: string, onChange: () => void, lookMs: number = LOOK_MS) {
    this.#path = path;
    this.#onChange = onChange;
    this.#last = this.#look();
    this.#timer = setInterval(() => this.#compare(), lookMs);
  }

  /** Looks no more. */
  stop(): void {
    clearInterval(this.#timer);
  }

  #compare(): void {
    const now = this.#look();
    // A file that is not there may be about to be put there: nothing to read yet.
    if (now === undefined || now === this.#last) return;
    this.#last = now;
    this.#onChange();
  }

  #look(): string | undefined {
    try {
      const { mtime, size, ino } = Deno.statSync(this.#path);
      return `${mtime?.getTime()} ${size} ${ino}`;
    } catch {
      return undefined;
    }
  }
}
