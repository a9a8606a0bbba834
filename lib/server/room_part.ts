/** The room service as the status port shows it. Pure. */

import type { Histogram } from "../core/histogram.ts";
import { MAX_SHOWN_NAMES } from "../core/limits.ts";
import { byLabel, counter, gauge, histogram } from "../observe/metrics.ts";
import type { Part } from "../observe/status_view.ts";
import type { DoorMeter } from "./door_meter.ts";
import type { Rooms } from "../services/rooms.ts";
import type { RoomDrops, RoomRelayCounts } from "./room_relay.ts";
import type { RoomMeter } from "./room_requests.ts";
import type { RoomSeats } from "./room_seats.ts";

/** What there is to see. */
export interface RoomPartSources {
  readonly ports: { readonly tcp: number; readonly udp: number };
  /** Who came, and was turned away. */
  readonly door: DoorMeter;
  readonly meter: RoomMeter;
  readonly rooms: Rooms;
  readonly seats: RoomSeats;
  readonly drops: RoomDrops;
  readonly counts: RoomRelayCounts;
  /** How long passing a message on took. */
  readonly seconds: Histogram | undefined;
}

/** Makes the service visible. */
export function roomPart(sources: RoomPartSources): Part {
  const { ports, door, meter, rooms, seats, drops, counts, seconds } = sources;
  const shown = (): { name: string; members: number; protected: boolean }[] =>
    [...rooms.seen()].slice(0, MAX_SHOWN_NAMES).map(({ name, members, hash }) => ({
      name,
      members: members.size,
      protected: hash !== undefined,
    }));
  return {
    state: () => ({
      ports,
      requests: { total: meter.total, byKind: meter.byKind() },
      ...counts,
      dropped: drops,
      count: rooms.size,
      members: seats.size,
      rooms: shown(),
    }),
    families() {
      const service = "rooms";
      return [
        ...door.families(),
        ...meter.families(),
        counter("parley_messages_total", "Messages that were passed on", [
          [{ service, kind: "room" }, counts.messages],
        ]),
        counter("parley_deliveries_total", "Messages given to a receiver, one for each", [
          [{ service }, counts.deliveries],
        ]),
        counter(
          "parley_dropped_total",
          "Datagrams that were dropped",
          byLabel("reason", { ...drops }, { service }),
        ),
        histogram(
          "parley_datagram_seconds",
          "Time from a datagram to what is sent for it, of one in sixteen",
          seconds === undefined ? [] : [[{ service }, seconds]],
        ),
        gauge("parley_rooms", "Rooms that are open", [[{}, rooms.size]]),
        gauge("parley_room_members", "Members of all rooms", [[{}, seats.size]]),
      ];
    },
    activities: () => [
      { name: "Room requests", total: meter.total, seconds: meter.seconds },
      { name: "Room messages", total: counts.messages, seconds },
    ],
    view: () => ({
      tiles: [{ label: "Rooms", value: String(rooms.size), note: `${seats.size} members` }],
      tables: [{
        id: "rooms",
        caption: "Rooms",
        columns: ["Room", "Members", "Password"],
        rows: shown().map((room) => [room.name, room.members, room.protected ? "yes" : "no"]),
        empty: "No room is open",
        more: Math.max(0, rooms.size - MAX_SHOWN_NAMES),
      }],
    }),
  };
}
