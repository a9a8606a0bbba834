/**
 * Remembering something for each of many keys that strangers may choose: a map of bounded size.
 */

/** A map that forgets what was longest unused. */
export class RecentMap<Value> {
  readonly #most: number;
  readonly #entries = new Map<string, Value>();

  /** Starts empty; never holds more than `most`. */
  constructor(most: number) {
    this.#most = most;
  }

  /** How many keys it remembers. */
  get size(): number {
    return this.#entries.size;
  }

  /** The value of a key, which counts as used now. */
  get(key: string): Value | undefined {
    const value = this.#entries.get(key);
    if (value !== undefined) this.#put(key, value);
    return value;
  }

  /** The value of a key, made if there is none. */
  getOrMake(key: string, make: () => Value): Value {
    const known = this.get(key);
    if (known !== undefined) return known;
    const made = make();
    this.set(key, made);
    return made;
  }

  /** Remembers a value. */
  set(key: string, value: Value): void {
    this.#put(key, value);
    if (this.#entries.size > this.#most) {
      this.#entries.delete(this.#entries.keys().next().value!);
    }
  }

  /** A Map keeps the order of insertion; taken out and put in again, a key is the newest. */
  #put(key: string, value: Value): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
  }
}
