/**
 * Who talks in which room through the balancer: a flow for each client and room, from its first
 * datagram until nothing was carried for some time. Pure: the time is passed in.
 *
 * A room can be known to any number of clients, and a client can be in several rooms; a flow is one
 * member's seat.
 */

import type { DatagramAddress } from "../net/udp.ts";
import type { Backend } from "./backend.ts";
import type { Place } from "./udp_places.ts";

/** One client's part in one room. */
export interface Flow<Link> {
  readonly key: string;
  readonly client: DatagramAddress;
  /** The room, as it is hashed. */
  readonly room: string;
  /** What takes the member out of the room: their `__LEAVE__`, as they would send it. */
  leaving: Uint8Array;
  readonly place: Place;
  /** Where the room is, as far as this member was last heard. */
  backend: Backend;
  /** The socket towards it. */
  link: Link;
  /** Whether the client is in the room, as far as a balancer can tell. */
  isMember: boolean;
  /** How often the member is still taken out of the room, once we have closed it to them. */
  farewells: number | undefined;
  usedAt: number;
}

/** How long a flow that has ended is kept, so that the last datagrams find their way. */
const ENDED_MS = 5000;

/** Every flow of a service. */
export class Flows<Link> {
  readonly #idleMs: () => number;
  /** The longest unused first. */
  readonly #flows = new Map<string, Flow<Link>>();

  /** @param idleMs how long a flow may carry nothing; a reload may change it */
  constructor(idleMs: () => number) {
    this.#idleMs = idleMs;
  }

  /** How many there are. */
  get size(): number {
    return this.#flows.size;
  }

  /** A client's flow for a room. */
  find(client: DatagramAddress, room: string): Flow<Link> | undefined {
    return this.#flows.get(flowKey(client, room));
  }

  /** Begins one. */
  add(flow: Omit<Flow<Link>, "key">): Flow<Link> {
    const added = { ...flow, key: flowKey(flow.client, flow.room) };
    this.#flows.set(added.key, added);
    return added;
  }

  /** Says that a flow carries something now; one that is over stays so. */
  use(flow: Flow<Link>, now: number): void {
    if (!this.#flows.delete(flow.key)) return;
    flow.usedAt = now;
    this.#flows.set(flow.key, flow);
  }

  /** Takes out the flows that are over, and gives them. */
  expire(now: number): Flow<Link>[] {
    const idleMs = this.#idleMs();
    const over = [...this.#flows.values()].filter(({ usedAt, isMember }) =>
      now - usedAt >= (isMember ? idleMs : Math.min(ENDED_MS, idleMs))
    );
    for (const flow of over) this.#flows.delete(flow.key);
    return over;
  }

  /** Ends the membership of all whose backend is gone, and gives them: each is given once. */
  endWhere(isGone: (backend: Backend) => boolean): Flow<Link>[] {
    const ended = [...this.#flows.values()].filter(({ isMember, backend }) =>
      isMember && isGone(backend)
    );
    for (const flow of ended) flow.isMember = false;
    return ended;
  }

  /** Those whose members are still to be taken out of their rooms. */
  leaving(): Flow<Link>[] {
    return [...this.#flows.values()].filter(({ farewells = 0 }) => farewells > 0);
  }

  /** Every flow. */
  values(): Iterable<Flow<Link>> {
    return this.#flows.values();
  }
}

function flowKey({ ip, port }: DatagramAddress, room: string): string {
  return `${ip} ${port} ${room}`;
}
