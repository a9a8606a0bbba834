/**
 * The room service: requests over TCP and the relay over UDP, joined with their sockets.
 */

import { reasonOf } from "../core/errors.ts";
import { Histogram } from "../core/histogram.ts";
import {
  MAX_ROOM_DATAGRAM_BYTES,
  PROTECTED_CREATES_PER_ADDRESS,
  type RoomLimits,
} from "../core/limits.ts";
import type { IncomingStream } from "../core/ports.ts";
import { isAnswerable } from "../net/answerable.ts";
import { ownAddresses } from "../net/interfaces.ts";
import { bindPortPair } from "../net/port_pair.ts";
import { type RoomParts, Rooms } from "../services/rooms.ts";
import type { Store } from "../storage/store.ts";
import { MAX_PREFIX_BYTES } from "../wire/datagram_prefix.ts";
import { AddressAllowance } from "./address_allowance.ts";
import { type ArrivedDatagram, openDatagram } from "./datagram_door.ts";
import { DoorMeter } from "./door_meter.ts";
import { keepDoor } from "./doorkeeper.ts";
import { LoginAttempts } from "./login_attempts.ts";
import { roomPart } from "./room_part.ts";
import { RoomReader } from "./room_reader.ts";
import { RoomRelay } from "./room_relay.ts";
import { roomMeter, RoomRequests } from "./room_requests.ts";
import { RoomSeats, TOKEN_HEAD } from "./room_seats.ts";
import { RoomSessions } from "./room_session.ts";
import { RoomTicks } from "./room_ticks.ts";
import { SharedRooms } from "./shared_rooms.ts";
import { type Service, type ServiceParts, STOP_GRACE_MS, tracingOf } from "./service.ts";
import { portIn } from "./tls_ports.ts";

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
  /** Where there is one. */
  readonly tls?: number;
}

/**
 * Binds the ports and starts serving, once the rooms of before are known again: who connects or
 * sends meanwhile waits in the system's queues.
 *
 * @throws OperationalError when a port cannot be had
 */
export function startRooms(
  settings: RoomSettings,
  parts: ServiceParts,
): Service<RoomPorts> {
  const { host, limits, admission, trusted, tls, clock, log, isTimed } = parts;
  const { passwords, store, shared } = parts;
  const tracing = tracingOf("rooms", parts);
  const secure = tls?.of("rooms");
  const wanted = { tcpPort: settings.roomsTcpPort, udpPort: settings.roomsUdpPort };
  const { listener, socket } = bindPortPair(host, wanted, tracing);

  const seats = new RoomSeats(settings.roomDatagramRate, settings.roomDatagramBurst);
  const others: SharedRooms | undefined = shared && new SharedRooms(shared, {
    changed: () => reader.readSoon(),
    heardElsewhere: (token, agoMs) => relay.movedAway(token, agoMs),
    heardHere: () => relay.heardHere(),
  });
  const rooms = new Rooms({
    ...{ store: tellingOthers(store, others), limits: settings, passwords, mintToken },
    isShared: others !== undefined,
    watch: {
      came: (member) => relay.came(member),
      went: (member, why) => relay.went(member, why),
      closed: (room) => log.info("Room closed", { room }),
    },
  });
  const seconds = isTimed ? new Histogram() : undefined;
  const relay: RoomRelay = new RoomRelay({
    ...{ rooms, seats, others, clock, log, seconds },
    isAnswerable: (address) => isAnswerable(address, socket.port, ownAddresses),
    destination: (address) => socket.destination(address),
    send: (datagram, to) => socket.sendTo(datagram, to),
  });
  const attempts = new LoginAttempts(trusted);
  const reader = new RoomReader(
    () => rooms.catchUp(clock()).catch(() => {}),
    ({ bytes, from, via }) => relay.take(bytes, from, via),
  );
  const take = (arrived: ArrivedDatagram): void => {
    const { bytes, from, via } = arrived;
    if (relay.tryTake(bytes, from, via)) return;
    // They may have joined at another server a moment ago.
    const isLater = others !== undefined && reader.takeLater(arrived);
    if (!isLater) relay.drops.unknown++;
  };
  const creates = new AddressAllowance({
    atOnce: PROTECTED_CREATES_PER_ADDRESS,
    perMinute: PROTECTED_CREATES_PER_ADDRESS,
  }, trusted);
  const meter = roomMeter({ isTimed, log });
  const requests = new RoomRequests({ rooms, attempts, creates, meter, clock, log });
  const sessions = new RoomSessions(
    (frame, from) => requests.answer(frame, from.remoteIp, from.connection),
    limits.readDeadlineSeconds,
    meter,
  );
  const ticks = new RoomTicks({
    ...{ rooms, drops: relay.drops, clock, log },
    settle: () => relay.settle(),
  });

  const doorMeter = new DoorMeter("rooms");
  const door = {
    ...{ admission, meter: doorMeter, trusted, log, tracing },
    readDeadlineSeconds: limits.readDeadlineSeconds,
    serve: (incoming: IncomingStream) => sessions.serve(incoming),
  };
  const serving = rooms.catchUp(clock())
    .catch((error) => log.error("Cannot read the rooms", { reason: reasonOf(error) }))
    .then(() =>
      Promise.all([
        keepDoor({ ...door, listener }),
        secure?.keep(door),
        socket.receive((datagram, sender) => {
          const arrived = openDatagram(datagram, sender, trusted);
          if (arrived === undefined) relay.drops.malformed++;
          else take(arrived);
        }, MAX_PREFIX_BYTES + MAX_ROOM_DATAGRAM_BYTES),
      ])
    );

  const tcp = (listener.addr as Deno.NetAddr).port;
  const ports = { tcp, udp: socket.port, ...portIn(secure) };
  const { drops, counts } = relay;
  return {
    ports,
    part: roomPart({ ports, door: doorMeter, meter, rooms, seats, drops, counts, seconds }),
    async stop() {
      listener.close();
      secure?.close();
      // A connection may have been accepted a moment ago: its session is stopped with the others.
      socket.close();
      await serving;
      await sessions.stop(STOP_GRACE_MS);
      await ticks.stop();
      await reader.stop();
      others?.stop();
    },
  };
}

/** The store as rooms use it: the other servers are told of every change. */
function tellingOthers(store: Store, others: SharedRooms | undefined): RoomParts["store"] {
  if (others === undefined) return store;
  return {
    room: (room) => store.room(room),
    rooms: () => store.rooms(),
    async change(change) {
      const outcome = await store.change(change);
      if (outcome === "done") others.changed();
      return outcome;
    },
  };
}

/** A token that nobody can guess: 128 random bits. */
function mintToken(): string {
  return TOKEN_HEAD + crypto.getRandomValues(new Uint8Array(16)).toHex();
}
