/**
 * Rooms through the balancer: what a member says goes to the backend that has the room, which is
 * where TCP requests about it go, too. Rules: protocols/rooms.md.
 *
 * - A room's place is chosen by the hash of its name and kept as long as anybody joins or talks
 *   (`pool.ts`), for TCP and UDP in one table. Servers on one data directory share rooms and tokens,
 *   but each relays only to those who talk to it.
 * - Every member has a socket towards the backend, so that what comes back over it is theirs.
 * - When a backend is gone, its rooms are over: their members are told `__ROOM_CLOSED__`, once, and
 *   they leave at the server that would have the room now, so that what they were told is true there,
 *   and the name is free. A server that was started again before anybody missed it has its rooms.
 */

import { sameBytes } from "../core/bytes.ts";
import { isSameAddress } from "../core/endpoint.ts";
import { MAX_ROOM_DATAGRAM_BYTES } from "../core/limits.ts";
import { isUnanswerable } from "../core/ip_address.ts";
import type { DatagramAddress, DatagramSocket } from "../net/udp.ts";
import { roomNameKey } from "../wire/routing_key.ts";
import {
  leaveDatagram,
  messageKind,
  parseRoomDatagram,
  ROOM_CLOSED,
  type RoomDatagram,
} from "../wire/ucrp.ts";
import type { Backend } from "./backend.ts";
import { type Flow, Flows } from "./udp_flows.ts";
import {
  type Forwarding,
  localHost,
  openTowards,
  prefixed,
  prefixFor,
  type UdpWorld,
} from "./udp_world.ts";

/** Longest datagram from a server: a sender's name in front of a message. */
const MAX_DELIVERY_BYTES = 2 * MAX_ROOM_DATAGRAM_BYTES;

/**
 * How often a member of a closed room is taken out of it, once a second: the server that has the room
 * now may not have read of it yet, and a datagram can be lost. Only the first one does anything.
 */
const FAREWELLS = 4;

/** A member's socket towards a backend. */
interface Link {
  readonly socket: DatagramSocket;
  /** Where the backend takes datagrams; changes when the room moves. */
  address: DatagramAddress;
}

/** Passes on what is said in rooms. */
export class RoomForwarding implements Forwarding {
  readonly #world: UdpWorld;
  readonly #flows: Flows<Link>;
  readonly #receiving = new Set<Promise<void>>();

  constructor(world: UdpWorld) {
    this.#world = world;
    this.#flows = new Flows(() => world.options().udpIdleTimeout * 1000);
  }

  take(bytes: Uint8Array, client: DatagramAddress): void {
    const { pool, drops, clock } = this.#world;
    const datagram = parseRoomDatagram(bytes);
    if (datagram === undefined) return drops.count("malformed");
    if (client.port === 0 || isUnanswerable(client.ip)) return drops.count("unanswerable");
    const room = roomNameKey(datagram.room);
    const backend = pool.home(room);
    const flow = backend && this.#flowOf(client, room, backend, datagram);
    if (backend === undefined || flow === undefined) return;
    const now = clock();
    this.#flows.use(flow, now);
    pool.remember(room, backend);
    flow.isMember = messageKind(datagram.message) !== "leave" && flow.farewells === undefined;
    this.#send(flow, bytes);
  }

  served(): void {
    // The pool remembers where the room is.
  }

  sweep(): void {
    const { pool, clock, places, reply, note } = this.#world;
    const isGone = (backend: Backend): boolean =>
      !backend.health.isUp || backend.adminState === "maintain" ||
      !pool.backends.includes(backend);
    const ended = this.#flows.endWhere(isGone);
    if (ended.length > 0) {
      const rooms = new Set(ended.map(({ room }) => room)).size;
      note(`Rooms that went with their backend: ${rooms}, members told: ${ended.length}`);
    }
    for (const flow of ended) {
      reply(ROOM_CLOSED, flow.client);
      this.#flows.use(flow, clock());
      flow.farewells = FAREWELLS;
    }
    for (const flow of this.#flows.leaving()) this.#leave(flow);
    for (const { place, link } of this.#flows.expire(clock())) {
      places.giveBack(place);
      link.socket.close();
    }
  }

  async stop(): Promise<void> {
    for (const { link } of this.#flows.values()) link.socket.close();
    await Promise.all(this.#receiving);
  }

  #flowOf(
    client: DatagramAddress,
    room: string,
    backend: Backend,
    datagram: RoomDatagram,
  ): Flow<Link> | undefined {
    const address = this.#world.addresses.of(backend);
    if (address === undefined) return this.#drop("noBackend");
    const known = this.#flows.find(client, room);
    if (known === undefined) return this.#begin(client, room, backend, address, datagram);
    if (known.backend !== backend || !isSameAddress(address, known.link.address)) {
      if (!this.#move(known, backend, address)) return this.#drop("noBackend");
    }
    const leaving = leaveDatagram(datagram);
    if (!sameBytes(known.leaving, leaving)) {
      // Another token: the client has joined again.
      known.leaving = leaving;
      known.farewells = undefined;
    }
    return known;
  }

  #begin(
    client: DatagramAddress,
    room: string,
    backend: Backend,
    address: DatagramAddress,
    datagram: RoomDatagram,
  ): Flow<Link> | undefined {
    const { places, budget, clock } = this.#world;
    const now = clock();
    const place = places.take(client.ip, budget.isProven(client.ip, now));
    if (place === undefined) return this.#drop("tooMany");
    const link = this.#open(address);
    if (link === undefined) {
      places.giveBack(place);
      return this.#drop("noBackend");
    }
    const leaving = leaveDatagram(datagram);
    const flow = this.#flows.add(
      {
        ...{ client, room, leaving, place, backend, link },
        ...{ isMember: false, farewells: undefined, usedAt: now },
      },
    );
    this.#receive(flow, link);
    return flow;
  }

  /** The room is somewhere else now. */
  #move(flow: Flow<Link>, backend: Backend, address: DatagramAddress): boolean {
    if (localHost(address.ip) === localHost(flow.link.address.ip)) {
      flow.link.address = address;
    } else {
      const link = this.#open(address);
      if (link === undefined) return false;
      flow.link.socket.close();
      flow.link = link;
      this.#receive(flow, link);
    }
    flow.backend = backend;
    return true;
  }

  #open(address: DatagramAddress): Link | undefined {
    try {
      return { socket: openTowards(address, this.#world.tracing), address };
    } catch {
      return undefined;
    }
  }

  #receive(flow: Flow<Link>, link: Link): void {
    const { drops, reply, clock } = this.#world;
    const receiving = link.socket.receive((bytes, from) => {
      if (!isSameAddress(from, link.address)) return drops.count("stray");
      this.#flows.use(flow, clock());
      if (sameBytes(bytes, ROOM_CLOSED)) flow.isMember = false;
      reply(bytes.slice(), flow.client);
    }, MAX_DELIVERY_BYTES).finally(() => this.#receiving.delete(receiving));
    this.#receiving.add(receiving);
  }

  /** Takes a member out of a room whose backend is gone, at the one that would have it now. */
  #leave(flow: Flow<Link>): void {
    flow.farewells!--;
    const { pool, addresses } = this.#world;
    const heir = pool.home(flow.room);
    const address = heir && addresses.of(heir);
    if (heir === undefined || address === undefined) return;
    if (this.#move(flow, heir, address)) this.#send(flow, flow.leaving);
  }

  #send({ client, link }: Flow<Link>, bytes: Uint8Array): void {
    link.socket.send(prefixed(prefixFor(client, this.#world), bytes), link.address);
  }

  #drop(reason: "noBackend" | "tooMany"): undefined {
    this.#world.drops.count(reason);
  }
}
