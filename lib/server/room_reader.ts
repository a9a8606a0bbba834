/**
 * Keeping up with rooms that other servers change: at once when they say so, and before a datagram with
 * a token nobody here knows is taken for nobody's.
 */

import type { ArrivedDatagram } from "./datagram_door.ts";

/** Datagrams that may wait for the rooms to be read; more are taken as they are. */
const MAX_WAITING = 256;

/** Least time between two readings for unknown tokens: strangers can send any number of them. */
const READ_APART_MS = 50;

/** Reads the rooms when there is reason to, once for all reasons of a moment. */
export class RoomReader {
  readonly #read: () => Promise<void>;
  readonly #take: (arrived: ArrivedDatagram) => void;
  #reading: Promise<void> | undefined;
  #isWanted = false;
  #waiting: ArrivedDatagram[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #readAt = -Infinity;

  /**
   * @param read reads the rooms; must not reject
   * @param take takes a datagram for good
   */
  constructor(
    read: () => Promise<void>,
    take: (arrived: ArrivedDatagram) => void,
  ) {
    this.#read = read;
    this.#take = take;
  }

  /** Reads the rooms as they are now, or later. */
  readSoon(): void {
    this.#isWanted = true;
    this.#reading ??= this.#run();
  }

  /** Takes a datagram once the rooms were read. @returns false when too many wait already */
  takeLater(arrived: ArrivedDatagram): boolean {
    if (this.#waiting.length >= MAX_WAITING) return false;
    this.#waiting.push({ ...arrived, bytes: arrived.bytes.slice() });
    if (this.#timer === undefined && this.#reading === undefined) {
      const wait = Math.max(0, READ_APART_MS - (performance.now() - this.#readAt));
      this.#timer = setTimeout(() => {
        this.#timer = undefined;
        this.readSoon();
      }, wait);
    }
    return true;
  }

  /** Resolves when nothing is being read; nothing is begun any more. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#isWanted = false;
    await this.#reading;
  }

  async #run(): Promise<void> {
    while (this.#isWanted) {
      this.#isWanted = false;
      const waiting = this.#waiting;
      this.#waiting = [];
      await this.#read();
      this.#readAt = performance.now();
      for (const arrived of waiting) this.#take(arrived);
      // What came while it was read may be in what was changed since.
      if (this.#waiting.length > 0) this.#isWanted = true;
    }
    this.#reading = undefined;
  }
}
