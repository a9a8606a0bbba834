/**
 * The room service: requests over TCP and the relay over UDP, joined with their sockets.
 */

import { reasonOf } from "../core/errors.ts";
import {
  MAX_ROOM_DATAGRAM_BYTES,
  PROTECTED_CREATES_PER_ADDRESS,
  type RoomLimits,
} from "../core/limits.ts";
import { isAnswerable } from "../net/answerable.ts";
import { ownAddresses } from "../net/interfaces.ts";
import { listenTcp } from "../net/tcp.ts";
import { DatagramSocket } from "../net/udp.ts";
import { Rooms } from "../services/rooms.ts";
import { MAX_PREFIX_BYTES } from "../wire/datagram_prefix.ts";
import { AddressAllowance } from "./address_allowance.ts";
import { openDatagram } from "./datagram_door.ts";
import { keepDoor } from "./doorkeeper.ts";
import { LoginAttempts } from "./login_attempts.ts";
import { RoomRelay } from "./room_relay.ts";
import { RoomRequests } from "./room_requests.ts";
import { RoomSeats, TOKEN_HEAD } from "./room_seats.ts";
import { RoomSessions } from "./room_session.ts";
import { RoomTicks } from "./room_ticks.ts";
import { type Service, type ServiceParts, STOP_GRACE_MS } from "./service.ts";

/** What the room service is asked to be. */
export interface RoomSettings extends RoomLimits {
  /** Ports; 0 asks the system for a free one. */
  readonly roomsTcpPort: number;
  readonly roomsUdpPort: number;
}

/** The ports of the room service. */
export interface RoomPorts {
  readonly tcp: number;
  readonly udp: number;
}

/**
 * Binds the ports and starts serving, once the rooms of before are known again: who connects or
 * sends meanwhile waits in the system's queues.
 *
 * @throws OperationalError when a port cannot be had
 */
export function startRooms(
  settings: RoomSettings,
  { host, limits, admission, trusted, passwords, store, clock, log }: ServiceParts,
): Service<RoomPorts> {
  const listener = listenTcp({ hostname: host, port: settings.roomsTcpPort });
  let socket: DatagramSocket;
  try {
    socket = new DatagramSocket({ hostname: host, port: settings.roomsUdpPort });
  } catch (error) {
    listener.close();
    throw error;
  }

  const seats = new RoomSeats(settings.roomDatagramRate, settings.roomDatagramBurst);
  const rooms = new Rooms({
    ...{ store, limits: settings, passwords, mintToken },
    watch: {
      came: (member) => seats.add(member, clock()),
      went: (member, why) => relay.went(member, why),
    },
  });
  const relay = new RoomRelay({
    ...{ rooms, seats, clock, log },
    isAnswerable: (address) => isAnswerable(address, socket.port, ownAddresses),
    destination: (address) => socket.destination(address),
    send: (datagram, to) => socket.sendTo(datagram, to),
  });
  const attempts = new LoginAttempts(trusted);
  const creates = new AddressAllowance(PROTECTED_CREATES_PER_ADDRESS, trusted);
  const requests = new RoomRequests({ rooms, attempts, creates, clock, log });
  const sessions = new RoomSessions(
    (frame, fromIp) => requests.answer(frame, fromIp),
    limits.readDeadlineSeconds,
  );
  const ticks = new RoomTicks({ rooms, drops: relay.drops, clock, log });

  const serving = rooms.catchUp(clock())
    .catch((error) => log.error("Cannot read the rooms", { reason: reasonOf(error) }))
    .then(() =>
      Promise.all([
        keepDoor({
          ...{ listener, admission, trusted, log },
          readDeadlineSeconds: limits.readDeadlineSeconds,
          serve: (incoming) => sessions.serve(incoming),
        }),
        socket.receive((datagram, sender) => {
          const arrived = openDatagram(datagram, sender, trusted);
          if (arrived !== undefined) relay.take(arrived.bytes, arrived.from, arrived.via);
        }, MAX_PREFIX_BYTES + MAX_ROOM_DATAGRAM_BYTES),
      ])
    );

  return {
    ports: { tcp: (listener.addr as Deno.NetAddr).port, udp: socket.port },
    async stop() {
      listener.close();
      // A connection may have been accepted a moment ago: its session is stopped with the others.
      socket.close();
      await serving;
      await sessions.stop(STOP_GRACE_MS);
      await ticks.stop();
    },
  };
}

/** A token that nobody can guess: 128 random bits. */
function mintToken(): string {
  return TOKEN_HEAD + crypto.getRandomValues(new Uint8Array(16)).toHex();
}
