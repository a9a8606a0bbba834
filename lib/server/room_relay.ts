/**
 * What becomes of a room datagram: relayed to the others, or dropped and counted. Rules:
 * protocols/rooms.md, UCRP.
 *
 * This is the hot path of the room service. A message is made into one datagram for everybody, and
 * a receiver costs one send. Nothing is ever answered: a forged source gets nobody flooded.
 */

import type { Clock, Log } from "../core/ports.ts";
import { reasonOf } from "../core/errors.ts";
import type { DatagramAddress, Destination } from "../net/udp.ts";
import type { Departure, Member } from "../services/room_view.ts";
import type { Rooms } from "../services/rooms.ts";
import {
  encodeDelivery,
  messageKind,
  parseRoomDatagram,
  ROOM_CLOSED,
  type RoomDatagram,
  sameBytes,
} from "../wire/ucrp.ts";
import { isUtf8 } from "../wire/utf8.ts";
import type { RoomSeats, Seat } from "./room_seats.ts";

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
  readonly clock: Clock;
  readonly log: Log;
}

/** Relays what members say. */
export class RoomRelay {
  readonly #parts: RoomRelayParts;
  /** What was dropped so far. */
  readonly drops: RoomDrops = {
    ...{ malformed: 0, unknown: 0, forged: 0, tooMany: 0, notText: 0, congested: 0 },
  };

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
    const datagram = parseRoomDatagram(bytes);
    if (datagram === undefined) {
      this.drops.malformed++;
      return;
    }
    const seat = this.#parts.seats.find(datagram.token);
    if (seat === undefined || !sameBytes(datagram.room, seat.room)) {
      this.drops.unknown++;
      return;
    }
    this.#hear(seat, datagram, from, via);
  }

  /** A member's place is theirs no more; who was put out by the end of the room is told. */
  went(member: Member, why: Departure): void {
    const seat = this.#parts.seats.remove(member);
    if (seat?.destination === undefined || why !== "room closed") return;
    this.#send(ROOM_CLOSED, seat.destination.to);
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

  #relay(seat: Seat, message: Uint8Array): void {
    if (!isUtf8(message)) {
      this.drops.notText++;
      return;
    }
    if (seat.table.size < 2) return;
    const delivery = encodeDelivery(seat.head, message);
    for (const other of seat.table) {
      const { destination } = other;
      if (other === seat || destination === undefined || other.member.isLeaving) continue;
      this.#send(delivery, destination.to);
    }
  }

  #send(datagram: Uint8Array, to: Destination): void {
    if (!this.#parts.send(datagram, to)) this.drops.congested++;
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

function isSameAddress(one: DatagramAddress | undefined, other: DatagramAddress): boolean {
  return one?.port === other.port && one.ip === other.ip;
}
