/**
 * What the relay keeps for each member, so that a datagram costs no text: token, room and sender as
 * bytes, where to send, how much may come. Found by the bytes of a token.
 */

import { sameBytes } from "../core/bytes.ts";
import type { PeerAddress } from "../core/presence.ts";
import { TokenBucket } from "../net/token_bucket.ts";
import type { Destination } from "../net/udp.ts";
import type { Member, Room } from "../services/room_view.ts";
import { deliveryHead } from "../wire/ucrp.ts";

/** A member's place at the relay. */
export interface Seat {
  readonly member: Member;
  readonly token: Uint8Array;
  readonly room: Uint8Array;
  /** What their messages begin with when they are relayed. */
  readonly head: Uint8Array;
  /** How many datagrams they may send. */
  readonly allowance: TokenBucket;
  /** Everybody in the room, themselves included. */
  readonly table: Set<Seat>;
  /** Where they are sent to, made for this address of theirs and the way it was reached by. */
  destination:
    | { readonly address: PeerAddress; readonly via: PeerAddress; readonly to: Destination }
    | undefined;
}

/** What a token begins with, as servers make them. */
export const TOKEN_HEAD = "token_";

/** So many hex digits of a token are the key it is found by; few tokens share one. */
const KEY_DIGITS = 7;

const encoder = new TextEncoder();

/** The seats of every room. */
export class RoomSeats {
  readonly #rate: number;
  readonly #burst: number;
  readonly #byKey = new Map<number, Seat[]>();
  readonly #byMember = new Map<Member, Seat>();
  readonly #tables = new Map<Room, Set<Seat>>();

  /** Starts without any. Each member may send `rate` datagrams a second, `burst` at once. */
  constructor(rate: number, burst: number) {
    this.#rate = rate;
    this.#burst = burst;
  }

  /** How many there are. */
  get size(): number {
    return this.#byMember.size;
  }

  /** Every seat. */
  all(): Iterable<Seat> {
    return this.#byMember.values();
  }

  /** Gives a member a seat. */
  add(member: Member, now: number): void {
    let table = this.#tables.get(member.room);
    if (table === undefined) this.#tables.set(member.room, table = new Set());
    const seat: Seat = {
      member,
      token: encoder.encode(member.token),
      room: encoder.encode(member.room.name),
      head: deliveryHead(member.name),
      allowance: new TokenBucket(this.#rate, this.#burst, now),
      table,
      destination: undefined,
    };
    table.add(seat);
    this.#byMember.set(member, seat);
    const key = keyOf(seat.token);
    const shared = this.#byKey.get(key);
    if (shared === undefined) this.#byKey.set(key, [seat]);
    else shared.push(seat);
  }

  /** Takes a member's seat away, and gives it. */
  remove(member: Member): Seat | undefined {
    const seat = this.#byMember.get(member);
    if (seat === undefined) return undefined;
    this.#byMember.delete(member);
    seat.table.delete(seat);
    if (seat.table.size === 0) this.#tables.delete(member.room);
    const key = keyOf(seat.token);
    const rest = this.#byKey.get(key)!.filter((other) => other !== seat);
    if (rest.length === 0) this.#byKey.delete(key);
    else this.#byKey.set(key, rest);
    return seat;
  }

  /** The seat of a token; `undefined` when it is nobody's. */
  find(token: Uint8Array): Seat | undefined {
    const seats = this.#byKey.get(keyOf(token));
    if (seats === undefined) return undefined;
    for (const seat of seats) if (sameBytes(seat.token, token)) return seat;
    return undefined;
  }
}

/** A number made of the first digits of a token; -1 for one that is not of our making. */
function keyOf(token: Uint8Array): number {
  let key = 0;
  for (let at = TOKEN_HEAD.length; at < TOKEN_HEAD.length + KEY_DIGITS; at++) {
    const digit = token[at];
    if (digit === undefined) return -1;
    key = key << 4 | (digit <= 0x39 ? digit - 0x30 : digit - 0x57) & 0xf;
  }
  return key;
}
