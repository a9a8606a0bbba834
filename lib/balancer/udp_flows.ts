/**
 * Who talks in which room through the balancer: a flow for each seat (a room and a token) and client,
 * from its first datagram until nothing was carried for some time. Pure: the time is passed in.
 *
 * Anybody can send datagrams with somebody's address, a room's name and some token. They are flows of
 * their own, so they change nothing about the true one, and they are never answered. A flow is *known*
 * once something came back over it, or when a TCP connection about its room came from its address
 * before. One that is not gives way to others when places are short.
 */

import type { DatagramAddress } from "../net/udp.ts";
import type { Backend } from "./backend.ts";
import type { Place } from "./udp_places.ts";

/** One client's way to one seat. */
export interface Flow<Link> {
  readonly client: DatagramAddress;
  /** The room, as it is hashed. */
  readonly room: string;
  /** Room and token. */
  readonly seat: string;
  /** What says where the member is: their `__REGISTER__`, as they would send it. */
  readonly registering: Uint8Array;
  /** What takes the member out of the room: their `__LEAVE__`. */
  readonly leaving: Uint8Array;
  readonly place: Place;
  /** Whether it is more than a claim of somebody who knows the name of a room. */
  isKnown: boolean;
  /** Where the room is, as far as this member was last heard. */
  backend: Backend;
  /** The socket towards it. */
  link: Link;
  /** Whether the client is in the room, as far as a balancer can tell. */
  isMember: boolean;
  /** Whether something came back over it, and the member was not heard from elsewhere since. */
  isAnswered: boolean;
  /** How often the member is still taken out of the room, once we have closed it to them. */
  farewells: number | undefined;
  /** When its client sent something last. */
  heardAt: number;
  /** When anything went either way last. */
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

  /** A client's flow for a seat. */
  find(client: DatagramAddress, seat: string): Flow<Link> | undefined {
    return this.#flows.get(keyOf({ client, seat }));
  }

  /** Begins one. */
  add(flow: Flow<Link>): void {
    this.#flows.set(keyOf(flow), flow);
  }

  /** Says that a flow carries something now; one that is over stays so. */
  use(flow: Flow<Link>, now: number): void {
    const key = keyOf(flow);
    if (!this.#flows.delete(key)) return;
    flow.usedAt = now;
    this.#flows.set(key, flow);
  }

  /** Something came back: the token is good, and its member is there and nowhere else. */
  answered(flow: Flow<Link>): void {
    if (flow.isAnswered) return;
    for (const other of this.#flows.values()) {
      // What was sent to where they were before may still come there.
      if (other.seat === flow.seat && other.heardAt < flow.heardAt) {
        other.isMember = other.isKnown = other.isAnswered = false;
      }
    }
    flow.isKnown = flow.isAnswered = true;
  }

  /** The flow that gives way first: the longest unused of those that are not known. */
  weakest(isOf: (place: Place) => boolean): Flow<Link> | undefined {
    for (const flow of this.#flows.values()) if (!flow.isKnown && isOf(flow.place)) return flow;
    return undefined;
  }

  /** Takes a flow out. */
  remove(flow: Flow<Link>): void {
    this.#flows.delete(keyOf(flow));
  }

  /** Takes out the flows that are over, and gives them. */
  expire(now: number): Flow<Link>[] {
    const idleMs = this.#idleMs();
    const over = [...this.#flows.values()].filter(({ usedAt, isMember, farewells = 0 }) =>
      now - usedAt >= (isMember || farewells > 0 ? idleMs : Math.min(ENDED_MS, idleMs))
    );
    for (const flow of over) this.remove(flow);
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

  /** Those of the members that are at a backend. */
  at(backend: Backend): Flow<Link>[] {
    return [...this.#flows.values()].filter((flow) => flow.isMember && flow.backend === backend);
  }

  /** Every flow. */
  values(): Iterable<Flow<Link>> {
    return this.#flows.values();
  }
}

function keyOf({ client: { ip, port }, seat }: Pick<Flow<unknown>, "client" | "seat">): string {
  return `${ip} ${port} ${seat}`;
}
