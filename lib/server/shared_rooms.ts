/**
 * Rooms of several servers: what is said at one is published to those that have members, and who
 * talks from where is told, so that each member hears everything once.
 *
 * On a room's channel, a message is the server's own word (32 hex digits) and the datagram to deliver.
 * On the common channel, the word alone says that rooms in the store have changed, and with a token
 * behind it that this member is heard at that server from now on.
 */

import type { Exchange, SharedState } from "../storage/shared_state.ts";
import { OwnWord } from "./own_word.ts";

/** What becomes of what other servers say. */
export interface RoomNews {
  /** Rooms in the store have changed, or may have. */
  changed(): void;
  /** A member is heard at another server: not here any more. */
  heardElsewhere(token: Uint8Array): void;
}

const COMMON = "rooms";

/** The rooms of other servers, as the relay of this one sees them. */
export class SharedRooms {
  readonly #exchange: Exchange;
  readonly #word: OwnWord;
  readonly #listened = new Set<string>();

  constructor(state: SharedState, news: RoomNews) {
    this.#exchange = state.exchange;
    this.#word = new OwnWord(state.server);
    this.#exchange.listen(COMMON, (message) => {
      const token = this.#word.bodyOf(message);
      if (token?.length === 0) news.changed();
      else if (token !== undefined) news.heardElsewhere(token);
    });
    state.onReturn(() => news.changed());
  }

  /** Listens to a room, because a member of it is heard here. */
  listen(room: string, deliver: (datagram: Uint8Array) => void): void {
    if (this.#listened.has(room)) return;
    this.#listened.add(room);
    this.#exchange.listen(channelOf(room), (message) => {
      const datagram = this.#word.bodyOf(message);
      if (datagram !== undefined) deliver(datagram);
    });
  }

  /** Listens no more, because nobody of it is heard here. */
  leave(room: string): void {
    if (this.#listened.delete(room)) this.#exchange.leave(channelOf(room));
  }

  /** Has a datagram delivered to the members at other servers. */
  deliver(room: string, datagram: Uint8Array): void {
    this.#publish(channelOf(room), datagram);
  }

  /** Tells the other servers that a member is heard here. */
  heard(token: Uint8Array): void {
    this.#publish(COMMON, token);
  }

  /** Tells the other servers that the rooms in the store have changed. */
  changed(): void {
    this.#publish(COMMON, new Uint8Array());
  }

  /** Listens to nothing any more. */
  stop(): void {
    this.#exchange.leave(COMMON);
    for (const room of [...this.#listened]) this.leave(room);
  }

  #publish(channel: string, body: Uint8Array): void {
    // While nothing is shared, a room goes on with the members this server hears.
    this.#exchange.publish(channel, this.#word.sign(body)).catch(() => {});
  }
}

function channelOf(room: string): string {
  return `room:${room}`;
}
