/**
 * The sockets between room members and backends: every member has one, so that what comes back over
 * it is theirs.
 */

import { isSameAddress } from "../core/endpoint.ts";
import { MAX_ROOM_DATAGRAM_BYTES } from "../core/limits.ts";
import type { DatagramAddress, DatagramSocket } from "../net/udp.ts";
import type { Backend } from "./backend.ts";
import type { Flow } from "./udp_flows.ts";
import { localHost, openTowards, prefixed, prefixFor, type UdpWorld } from "./udp_world.ts";

/** Longest datagram from a server: a sender's name in front of a message. */
const MAX_DELIVERY_BYTES = 2 * MAX_ROOM_DATAGRAM_BYTES;

/** A member's socket towards a backend. */
export interface Link {
  readonly socket: DatagramSocket;
  /** Where the backend takes datagrams; changes when the room moves. */
  address: DatagramAddress;
}

/** Takes what a backend sends to a member; `bytes` is valid only until it returns. */
export type Delivered = (flow: Flow<Link>, bytes: Uint8Array) => void;

/** Opens, moves and closes them. */
export class RoomLinks {
  readonly #world: UdpWorld;
  readonly #delivered: Delivered;
  readonly #receiving = new Set<Promise<void>>();

  constructor(world: UdpWorld, delivered: Delivered) {
    this.#world = world;
    this.#delivered = delivered;
  }

  /** Opens one; `undefined` when the system has no socket for it. */
  open(address: DatagramAddress): Link | undefined {
    try {
      return { socket: openTowards(address, this.#world.tracing), address };
    } catch {
      return undefined;
    }
  }

  /** Takes what comes over a flow's link. */
  receive(flow: Flow<Link>): void {
    const { link } = flow;
    const receiving = link.socket.receive((bytes, from) => {
      if (isSameAddress(from, link.address)) this.#delivered(flow, bytes);
      else this.#world.drops.count("stray");
    }, MAX_DELIVERY_BYTES).finally(() => this.#receiving.delete(receiving));
    this.#receiving.add(receiving);
  }

  /** Has a flow's datagrams go to a backend from now on; false when there is no socket for it. */
  move(flow: Flow<Link>, backend: Backend, address: DatagramAddress): boolean {
    if (localHost(address.ip) === localHost(flow.link.address.ip)) {
      flow.link.address = address;
    } else {
      const link = this.open(address);
      if (link === undefined) return false;
      flow.link.socket.close();
      flow.link = link;
      this.receive(flow);
    }
    flow.backend = backend;
    return true;
  }

  /** Sends to a flow's backend, in its member's name. */
  send({ client, link }: Flow<Link>, bytes: Uint8Array): void {
    link.socket.send(prefixed(prefixFor(client, this.#world), bytes), link.address);
  }

  /** Resolves when nothing comes any more; every link must be closed. */
  async stop(): Promise<void> {
    await Promise.all(this.#receiving);
  }
}
