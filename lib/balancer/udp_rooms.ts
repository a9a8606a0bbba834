/**
 * Rooms through the balancer: what a member says goes to the backend that has the room, which is
 * where TCP requests about it go, too. Rules: protocols/rooms.md.
 *
 * - A room's place is chosen by the hash of its name and kept as long as anybody joins or talks
 *   (`pool.ts`), for TCP and UDP in one table. Servers on one data directory share rooms and tokens,
 *   but each relays only to those who talk to it.
 * - A claim is no proof: see `udp_flows.ts`. Only flows that are known keep a room where it is.
 * - A backend that failed and serves again before it was down may have been started anew. It has its
 *   rooms from the directory, but does not know where their members are: their `__REGISTER__` is
 *   repeated to it, so that those who only listen hear what is said.
 * - When a backend is down, its rooms are over: their members are told `__ROOM_CLOSED__`, once, and
 *   they leave at the server that would have the room now, so that what they were told is true there,
 *   and the name is free.
 */

import { sameBytes } from "../core/bytes.ts";
import { isSameAddress } from "../core/endpoint.ts";
import { FORWARD_LIMITS } from "../core/limits.ts";
import { isUnanswerable } from "../core/ip_address.ts";
import { RecentMap } from "../core/recent_map.ts";
import type { DatagramAddress } from "../net/udp.ts";
import { roomNameKey, seatKey } from "../wire/routing_key.ts";
import {
  leaveDatagram,
  messageKind,
  parseRoomDatagram,
  registerDatagram,
  ROOM_CLOSED,
  type RoomDatagram,
} from "../wire/ucrp.ts";
import type { Backend } from "./backend.ts";
import { PacedQueue } from "./paced_queue.ts";
import { type Flow, Flows } from "./udp_flows.ts";
import { isInTheWay, type Place } from "./udp_places.ts";
import { type Link, RoomLinks } from "./udp_room_links.ts";
import type { Forwarding, ServedClient, UdpWorld } from "./udp_world.ts";

/**
 * How often a member of a closed room is taken out of it, once a second: the server that has the room
 * now may not have read of it yet, and a datagram can be lost. Only the first one does anything.
 */
const FAREWELLS = 4;

/** Passes on what is said in rooms. */
export class RoomForwarding implements Forwarding {
  readonly #world: UdpWorld;
  readonly #flows: Flows<Link>;
  readonly #links: RoomLinks;
  /** Members whose backend is told where they are. */
  readonly #telling: PacedQueue<Flow<Link>>;
  /** Backends that are told once more with the next sweep: datagrams can be lost. */
  readonly #toldOnce = new Set<Backend>();
  /** TCP connections about a room, by address, that no flow was begun for yet. */
  readonly #joins = new RecentMap<number>(FORWARD_LIMITS.joins);

  constructor(world: UdpWorld) {
    this.#world = world;
    this.#flows = new Flows(() => world.options().udpIdleTimeout * 1000);
    this.#links = new RoomLinks(world, (flow, bytes) => this.#deliver(flow, bytes));
    this.#telling = new PacedQueue((flow) => {
      if (flow.isMember) this.#links.send(flow, flow.registering);
    });
  }

  take(bytes: Uint8Array, client: DatagramAddress): void {
    const { pool, drops, clock } = this.#world;
    const datagram = parseRoomDatagram(bytes);
    if (datagram === undefined) return drops.count("malformed");
    if (client.port === 0 || isUnanswerable(client.ip)) return drops.count("unanswerable");
    const room = roomNameKey(datagram.room);
    const backend = pool.home(room);
    const address = backend && this.#world.addresses.of(backend);
    if (backend === undefined || address === undefined) return drops.count("noBackend");
    const flow = this.#flows.find(client, seatKey(datagram)) ??
      this.#begin(client, { room, backend, address, datagram });
    if (flow === undefined) return;
    if (flow.backend !== backend || !isSameAddress(address, flow.link.address)) {
      if (!this.#links.move(flow, backend, address)) return drops.count("noBackend");
    }
    flow.heardAt = clock();
    this.#flows.use(flow, flow.heardAt);
    if (flow.isKnown) pool.remember(room, backend);
    flow.isMember = messageKind(datagram.message) !== "leave" && flow.farewells === undefined;
    this.#links.send(flow, bytes);
  }

  served({ ip, key }: ServedClient): void {
    // The pool remembers where the room is. Without a room in the request, the key is the address.
    if (key === ip) return;
    const claim = claimOf(ip, key);
    this.#joins.set(claim, (this.#joins.get(claim) ?? 0) + 1);
  }

  recovered(backend: Backend): void {
    this.#telling.add(this.#flows.at(backend));
    this.#toldOnce.add(backend);
  }

  sweep(): void {
    for (const backend of this.#toldOnce) this.#telling.add(this.#flows.at(backend));
    this.#toldOnce.clear();
    this.#closeRooms();
    for (const flow of this.#flows.leaving()) this.#leave(flow);
    for (const flow of this.#flows.expire(this.#world.clock())) this.#letGo(flow);
  }

  async stop(): Promise<void> {
    this.#telling.stop();
    for (const { link } of this.#flows.values()) link.socket.close();
    await this.#links.stop();
  }

  /** Tells those whose backend is gone. */
  #closeRooms(): void {
    const { pool, clock, reply, note } = this.#world;
    const ended = this.#flows.endWhere((backend) =>
      !backend.health.isUp || backend.adminState === "maintain" || !pool.backends.includes(backend)
    );
    if (ended.length === 0) return;
    // Somebody may have been in a room before, with another token.
    const members = new Map<string, DatagramAddress>();
    for (const flow of ended) {
      members.set(`${flow.client.port} ${claimOf(flow.client.ip, flow.room)}`, flow.client);
      this.#flows.use(flow, clock());
      flow.farewells = FAREWELLS;
    }
    for (const client of members.values()) reply(ROOM_CLOSED, client);
    const rooms = new Set(ended.map(({ room }) => room)).size;
    note(`Rooms that went with their backend: ${rooms}, members told: ${members.size}`);
  }

  #begin(
    client: DatagramAddress,
    { room, backend, address, datagram }: {
      readonly room: string;
      readonly backend: Backend;
      readonly address: DatagramAddress;
      readonly datagram: RoomDatagram;
    },
  ): Flow<Link> | undefined {
    const { places, clock, drops } = this.#world;
    const claim = claimOf(client.ip, room);
    const joins = this.#joins.get(claim) ?? 0;
    const place = this.#placeFor(client.ip, joins > 0);
    if (place === undefined) return void drops.count("tooMany");
    const link = this.#links.open(address);
    if (link === undefined) {
      places.giveBack(place);
      return void drops.count("noBackend");
    }
    if (joins > 0) this.#joins.set(claim, joins - 1);
    const flow: Flow<Link> = {
      ...{ client, room, place, backend, link, seat: seatKey(datagram) },
      ...{ heardAt: clock(), usedAt: clock() },
      ...{ registering: registerDatagram(datagram), leaving: leaveDatagram(datagram) },
      ...{ isKnown: joins > 0, isAnswered: false, isMember: false, farewells: undefined },
    };
    this.#flows.add(flow);
    this.#links.receive(flow);
    return flow;
  }

  /** A place for a flow, taken from one that is not known if it must be. */
  #placeFor(ip: string, isKnown: boolean): Place | undefined {
    const { places, budget, clock } = this.#world;
    const isProven = budget.isProven(ip, clock());
    const place = places.take(ip, isProven);
    if (typeof place !== "string") return place;
    const weakest = this.#flows.weakest((taken) => isInTheWay(taken, { ip, shortage: place }));
    if (weakest === undefined) return undefined;
    // Or a flood would open and close sockets as fast as it comes.
    if (!isKnown && clock() - weakest.usedAt < FORWARD_LIMITS.claimMs) return undefined;
    this.#flows.remove(weakest);
    this.#letGo(weakest);
    const freed = places.take(ip, isProven);
    return typeof freed === "string" ? undefined : freed;
  }

  #letGo({ place, link }: Flow<Link>): void {
    this.#world.places.giveBack(place);
    link.socket.close();
  }

  #deliver(flow: Flow<Link>, bytes: Uint8Array): void {
    // They were told by us; what their leaving brings about elsewhere is not for them any more.
    if (flow.farewells !== undefined) return this.#world.drops.count("late");
    this.#flows.use(flow, this.#world.clock());
    this.#flows.answered(flow);
    if (sameBytes(bytes, ROOM_CLOSED)) flow.isMember = false;
    this.#world.reply(bytes.slice(), flow.client);
  }

  /** Takes a member out of a room whose backend is gone, at the one that has it now. */
  #leave(flow: Flow<Link>): void {
    const { pool, addresses, clock } = this.#world;
    const heir = pool.home(flow.room);
    const address = heir && addresses.of(heir);
    // Nobody is up: whoever comes first may have read the room from the directory.
    if (heir === undefined || address === undefined || !heir.health.isUp) return;
    if (!this.#links.move(flow, heir, address)) return;
    flow.farewells!--;
    this.#flows.use(flow, clock());
    this.#links.send(flow, flow.leaving);
  }
}

/** Somebody at an address who wants to be in a room. */
function claimOf(ip: string, room: string): string {
  return `${ip} ${room}`;
}
