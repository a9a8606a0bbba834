/**
 * Rooms of several servers: what is said at one is published to those that have members, and who
 * talks from where is told, so that each member hears everything once.
 *
 * On a room's channel, a message is the server's own word (32 hex digits) and the datagram to deliver.
 * On the common channel, the word alone says that rooms in the store have changed. Behind it, members
 * (`heard_members.ts`) are heard at that server, and `?` asks the others for theirs: who starts, or was
 * cut off, does not know who is heard elsewhere.
 */

import { sameBytes } from "../core/bytes.ts";
import type { Exchange, MemberSeat, SharedSeats, SharedState } from "../storage/shared_state.ts";
import { encodeHeard, type HeardMember, parseHeard } from "./heard_members.ts";
import { OwnWord } from "./own_word.ts";

/** What becomes of what other servers say, and what they are told. */
export interface RoomNews {
  /** Rooms in the store have changed, or may have. */
  changed(): void;
  /** A member is heard at another server. */
  heardElsewhere(token: string, agoMs: number): void;
  /** Every member heard here. */
  heardHere(): Iterable<HeardMember>;
}

const COMMON = "rooms";

const ASK = new TextEncoder().encode("?");

/** How long answers may take. */
const ANSWERS_MS = 500;

/** The rooms of other servers, as the relay of this one sees them. */
export class SharedRooms {
  readonly #exchange: Exchange;
  readonly #seats: SharedSeats;
  readonly #word: OwnWord;
  readonly #news: RoomNews;
  readonly #listened = new Set<string>();

  constructor(state: SharedState, news: RoomNews) {
    this.#exchange = state.exchange;
    this.#seats = state.seats;
    this.#word = new OwnWord(state.server);
    this.#news = news;
    this.#exchange.listen(COMMON, (message) => this.#hear(message));
    state.onReturn(() => {
      news.changed();
      this.#tellAll();
      this.#publish(COMMON, ASK);
    });
  }

  /**
   * Asks who is heard at other servers; resolves when the answers have had their time.
   *
   * @returns false when nobody could be asked
   */
  async ask(): Promise<boolean> {
    if (!this.#exchange.isListening(COMMON)) return false;
    try {
      await this.#exchange.publish(COMMON, this.#word.sign(ASK));
    } catch {
      return false;
    }
    await new Promise((resolve) => setTimeout(resolve, ANSWERS_MS));
    return true;
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

  /** Tells the other servers that a member is heard here, and keeps where from. */
  heard(token: string, seat: MemberSeat): void {
    this.#tell([[token, 0]]);
    // A member that is not kept registers again, should this server die.
    this.#seats.put(token, seat).catch(() => {});
  }

  /** Where members talk from that nobody hears; of several servers that ask, one is told. */
  async take(tokens: readonly string[]): Promise<readonly (MemberSeat | undefined)[]> {
    return await this.#seats.take(tokens).catch(() => []);
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

  #hear(message: Uint8Array): void {
    const body = this.#word.bodyOf(message);
    if (body === undefined) return;
    if (body.length === 0) this.#news.changed();
    else if (sameBytes(body, ASK)) this.#tellAll();
    else for (const [token, agoMs] of parseHeard(body)) this.#news.heardElsewhere(token, agoMs);
  }

  #tellAll(): void {
    this.#tell([...this.#news.heardHere()]);
  }

  #tell(members: readonly HeardMember[]): void {
    for (const body of encodeHeard(members)) this.#publish(COMMON, body);
  }

  #publish(channel: string, body: Uint8Array): void {
    // While nothing is shared, a room goes on with the members this server hears.
    this.#exchange.publish(channel, this.#word.sign(body)).catch(() => {});
  }
}

function channelOf(room: string): string {
  return `room:${room}`;
}
