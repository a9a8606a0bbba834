/**
 * What becomes of a room datagram: relayed to the others, or dropped and counted. Rules:
 * protocols/rooms.md, UCRP.
 *
 * This is the hot path of the room service. A message is made into one datagram for everybody, and
 * a receiver costs one send. Nothing is ever answered: a forged source gets nobody flooded.
 */

import { sameBytes } from "../core/bytes.ts";
import { isSameAddress } from "../core/endpoint.ts";
import type { Histogram } from "../core/histogram.ts";
import { RecentMap } from "../core/recent_map.ts";
import type { Clock, Log } from "../core/ports.ts";
import { reasonOf } from "../core/errors.ts";
import { beginSpan } from "../core/spans.ts";
import type { DatagramAddress, Destination } from "../net/udp.ts";
import type { MemberSeat } from "../storage/shared_state.ts";
import type { Departure, Member } from "../services/room_view.ts";
import type { Rooms } from "../services/rooms.ts";
import {
  encodeDelivery,
  messageKind,
  parseRoomDatagram,
  ROOM_CLOSED,
  type RoomDatagram,
} from "../wire/ucrp.ts";
import { isUtf8 } from "../wire/utf8.ts";
import type { HeardMember } from "./heard_members.ts";
import type { RoomSeats, Seat } from "./room_seats.ts";
import type { SharedRooms } from "./shared_rooms.ts";

/** Why datagrams were dropped, and how many. */
export interface RoomDrops {
  /** Longer than allowed, or its lengths overrun it. */
  malformed: number;
  /** Nobody's token, or one of another room. */
  unknown: number;
  /** From elsewhere than its sender talks from. */
  forged: number;
  /** More than one token may send. */
  tooMany: number;
  /** A message that is not UTF-8. */
  notText: number;
  /** Not sent, because too many wait for the system already. */
  congested: number;
}

/** What relaying needs. */
export interface RoomRelayParts {
  readonly rooms: Rooms;
  readonly seats: RoomSeats;
  /** Whether a datagram may be sent to an address: not to many, nobody, or ourselves. */
  readonly isAnswerable: (address: DatagramAddress) => boolean;
  /** Makes an address ready for sending to it. */
  readonly destination: (address: DatagramAddress) => Destination;
  /** Sends and forgets; false when too many wait already. */
  readonly send: (datagram: Uint8Array, to: Destination) => boolean;
  /** The same rooms at other servers, where there are any. */
  readonly others?: SharedRooms | undefined;
  readonly clock: Clock;
  readonly log: Log;
  /** Is told how long one in sixteen messages took, where somebody wants to know. */
  readonly seconds?: Histogram | undefined;
}

/** What the relay has done. */
export interface RoomRelayCounts {
  /** Messages that were passed on. */
  messages: number;
  /** Datagrams to members, of those and of messages from other servers. */
  deliveries: number;
}

/** One in so many messages is timed. */
const TIMED_OF = 16;

/** Members heard elsewhere before the store said that they joined: it is a matter of a moment. */
const MAX_EARLY = 10_000;

const encoder = new TextEncoder();

/** Relays what members say. */
export class RoomRelay {
  readonly #parts: RoomRelayParts;
  /** What was dropped so far. */
  readonly drops: RoomDrops = {
    ...{ malformed: 0, unknown: 0, forged: 0, tooMany: 0, notText: 0, congested: 0 },
  };
  /** What was done so far. */
  readonly counts: RoomRelayCounts = { messages: 0, deliveries: 0 };

  /** Tokens of members that are heard elsewhere, and are not known to have joined yet. */
  readonly #early = new RecentMap<true>(MAX_EARLY);

  constructor(parts: RoomRelayParts) {
    this.#parts = parts;
  }

  /**
   * Takes one datagram; `bytes` may be reused when it returns.
   *
   * @param from who sent it
   * @param via where what others say is sent to: the same, or a balancer that passes it on
   */
  take(bytes: Uint8Array, from: DatagramAddress, via: DatagramAddress = from): void {
    if (!this.tryTake(bytes, from, via)) this.drops.unknown++;
  }

  /** Takes one, like {@linkcode take}; false, and nothing is done, when its token is nobody's here. */
  tryTake(bytes: Uint8Array, from: DatagramAddress, via: DatagramAddress): boolean {
    const datagram = parseRoomDatagram(bytes);
    if (datagram === undefined) {
      this.drops.malformed++;
      return true;
    }
    const seat = this.#parts.seats.find(datagram.token);
    if (seat === undefined) return false;
    if (sameBytes(datagram.room, seat.room)) this.#hear(seat, datagram, from, via);
    else this.drops.unknown++;
    return true;
  }

  /** Somebody is a member now. */
  came(member: Member): void {
    const { seats, rooms, clock } = this.#parts;
    seats.add(member, clock());
    if (this.#early.get(member.token)) rooms.moved(member);
  }

  /** A member's place is theirs no more; who was put out by the end of the room is told. */
  went(member: Member, why: Departure): void {
    const seat = this.#parts.seats.remove(member);
    if (seat === undefined) return;
    this.#leaveQuiet(seat);
    if (seat.destination === undefined || why !== "room closed") return;
    this.#send(ROOM_CLOSED, seat.destination.to);
  }

  /** A member was heard at another server: it has them, unless they were heard here since. */
  movedAway(token: string, agoMs: number): void {
    const seat = this.#parts.seats.find(encoder.encode(token));
    if (seat === undefined) {
      this.#early.set(token, true);
      return;
    }
    if (this.#parts.clock() - seat.member.spokeAt < agoMs) return;
    this.#parts.rooms.moved(seat.member);
    seat.destination = undefined;
    this.#leaveQuiet(seat);
  }

  /** Every member heard here; those who were taken over and are silent were heard long ago. */
  *heardHere(): Iterable<HeardMember> {
    const now = this.#parts.clock();
    for (const { destination, member } of this.#parts.seats.all()) {
      if (destination === undefined) continue;
      const agoMs = Math.min(Math.max(0, now - member.spokeAt), Number.MAX_SAFE_INTEGER);
      yield [member.token, agoMs];
    }
  }

  /** Asks, when this server has begun, who is heard elsewhere, and takes over whom nobody hears. */
  async settle(): Promise<void> {
    const { rooms, others } = this.#parts;
    if (others === undefined || !rooms.isUnsure || !await others.ask()) return;
    const members = rooms.settle();
    const places = await others.take(members.map(({ token }) => token));
    for (const [index, member] of members.entries()) {
      const place = places[index];
      if (place !== undefined) this.#takeOver(member, place);
    }
  }

  #takeOver(member: Member, { address, via }: MemberSeat): void {
    const { seats, isAnswerable, destination } = this.#parts;
    const seat = seats.find(encoder.encode(member.token));
    // They may have spoken meanwhile, here or elsewhere.
    const isFree = member.address === undefined && !member.isElsewhere && !member.isLeaving;
    if (seat === undefined || !isFree || !isAnswerable(via)) return;
    member.address = address;
    seat.destination = { address, via, to: destination(via) };
    this.#tellOthers(seat);
  }

  /** Has what a member elsewhere said sent to everybody who is heard here. */
  #deliver(table: ReadonlySet<Seat>, datagram: Uint8Array): void {
    for (const { destination, member } of table) {
      if (destination !== undefined && !member.isLeaving) this.#send(datagram, destination.to);
    }
  }

  /** Listens no more to a room of which nobody is heard here. */
  #leaveQuiet({ member, table }: Seat): void {
    const { others } = this.#parts;
    if (others === undefined || isHeardHere(table)) return;
    others.leave(member.room.name);
  }

  #hear(
    seat: Seat,
    { message }: RoomDatagram,
    from: DatagramAddress,
    via: DatagramAddress,
  ): void {
    const { rooms, clock, isAnswerable, destination } = this.#parts;
    const { member } = seat;
    const kind = messageKind(message);
    const now = clock();
    const isNew = member.address === undefined || kind === "register";
    if ((isNew && !isAnswerable(via)) || !rooms.hear(member, from, kind === "register", now)) {
      this.drops.forged++;
      return;
    }
    const known = seat.destination;
    // Behind a balancer that was started again, the same member is reached another way.
    if (known?.address !== member.address || !isSameAddress(known?.via, via)) {
      seat.destination = { address: from, via, to: destination(via) };
      this.#tellOthers(seat);
    }
    // Judged behind the source: nobody else uses up what a member may send. Leaving costs nobody
    // anything, and must not be lost in a flood of one's own.
    if (kind !== "leave" && !seat.allowance.take(now)) {
      this.drops.tooMany++;
      return;
    }
    if (kind === "leave") this.#leave(member);
    else if (kind === "text") this.#relay(seat, message);
  }

  #tellOthers({ member, table, destination }: Seat): void {
    const { others } = this.#parts;
    others?.listen(member.room.name, (datagram) => this.#deliver(table, datagram));
    if (destination !== undefined) others?.heard(member.token, destination);
  }

  #relay(seat: Seat, message: Uint8Array): void {
    if (!isUtf8(message)) {
      this.drops.notText++;
      return;
    }
    if (seat.table.size < 2) return;
    const { seconds, clock } = this.#parts;
    const isTimed = seconds !== undefined && this.counts.messages % TIMED_OF === 0;
    const begun = isTimed ? clock() : 0;
    const span = isTimed ? beginSpan("rooms message") : undefined;
    this.counts.messages++;
    const delivery = encodeDelivery(seat.head, message);
    let isAllHere = true;
    for (const other of seat.table) {
      const { destination } = other;
      if (other === seat || other.member.isLeaving) continue;
      if (destination === undefined) isAllHere = false;
      else this.#send(delivery, destination.to);
    }
    if (!isAllHere) this.#parts.others?.deliver(seat.member.room.name, delivery);
    if (isTimed) seconds.observe((clock() - begun) / 1000);
    span?.end();
  }

  #send(datagram: Uint8Array, to: Destination): void {
    if (this.#parts.send(datagram, to)) this.counts.deliveries++;
    else this.drops.congested++;
  }

  async #leave(member: Member): Promise<void> {
    try {
      await this.#parts.rooms.leave(member);
    } catch (error) {
      // They expire instead, once the store works again.
      this.#parts.log.warn("A member could not leave", { reason: reasonOf(error) });
    }
  }
}

function isHeardHere(table: ReadonlySet<Seat>): boolean {
  for (const { destination } of table) if (destination !== undefined) return true;
  return false;
}
