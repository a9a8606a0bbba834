/**
 * What the room service does every second, whether anybody asks or not: it follows what other servers
 * write, asks at its start who is heard elsewhere, sees to those who are silent, and tells of dropped
 * datagrams.
 */

import { reasonOf } from "../core/errors.ts";
import { CountsNews } from "../core/now_and_then.ts";
import type { Clock, Log } from "../core/ports.ts";
import type { Rooms } from "../services/rooms.ts";
import type { RoomDrops } from "./room_relay.ts";

/** How often. */
const TICK_MS = 1000;

/** What there is to see to. */
export interface RoomTickParts {
  readonly rooms: Rooms;
  /** Asks the other servers, where there are any, whom they hear; see `RoomRelay.settle`. */
  readonly settle: () => Promise<void>;
  readonly drops: RoomDrops;
  readonly clock: Clock;
  readonly log: Log;
}

/** The ticking of a room service, until it is stopped. */
export class RoomTicks {
  readonly #parts: RoomTickParts;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #ticking: Promise<void> = Promise.resolve();
  #isStopped = false;
  readonly #dropNews: CountsNews<keyof RoomDrops>;

  constructor(parts: RoomTickParts) {
    this.#parts = parts;
    this.#dropNews = new CountsNews(parts.drops);
    this.#tickSoon();
  }

  /** Ends it; resolves when what is under way is done. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#ticking;
    this.#tellDrops(true);
  }

  #tickSoon(): void {
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => {
      this.#ticking = this.#tick().finally(() => this.#tickSoon());
    }, TICK_MS);
  }

  async #tick(): Promise<void> {
    const { rooms, settle, clock, log } = this.#parts;
    try {
      await rooms.tick(clock());
      await settle();
    } catch (error) {
      // The store has told of its failure; the next second is another try.
      log.debug("Cannot see to silent members now", { reason: reasonOf(error) });
    }
    this.#tellDrops(false);
  }

  #tellDrops(isEnd: boolean): void {
    const since = this.#dropNews.take(performance.now(), isEnd);
    if (since !== undefined) this.#parts.log.warn("Room datagrams were dropped", since);
  }
}
