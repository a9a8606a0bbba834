/**
 * The sockets towards one backend that takes presence: one to tell it, and one for each GET it is
 * asked at the same time. Which of them may be asked is decided in `udp_lanes.ts`.
 */

import { isSameAddress } from "../core/endpoint.ts";
import { FORWARD_LIMITS, MAX_DATAGRAM_BYTES } from "../core/limits.ts";
import type { Clock } from "../core/ports.ts";
import type { SocketTrace } from "../net/traced_socket.ts";
import type { DatagramAddress, DatagramSocket } from "../net/udp.ts";
import type { Asker } from "./udp_lane_shares.ts";
import { type Lane, Lanes } from "./udp_lanes.ts";
import { openTowards } from "./udp_world.ts";

/** Who wants to know. */
export interface UplinkWatch<Asked> {
  readonly clock: Clock;
  /** What listens to its sockets, where something does. */
  readonly tracing?: SocketTrace | undefined;
  /** An answer came that was waited for; it is valid only until this returns. */
  readonly answered: (asked: Asked, answer: Uint8Array) => void;
  /** Something came that nobody waited for. */
  readonly dropped: (reason: "late" | "stray") => void;
}

interface OpenLane<Asked> {
  readonly socket: DatagramSocket;
  readonly receiving: Promise<void>;
  asked: Asked | undefined;
}

/** The way to one backend and back. */
export class Uplink<Asked> {
  readonly address: DatagramAddress;
  readonly #watch: UplinkWatch<Asked>;
  readonly #telling: DatagramSocket;
  readonly #lanes = new Lanes(FORWARD_LIMITS);
  readonly #open = new Map<Lane, OpenLane<Asked>>();
  readonly #closed = new Set<Promise<void>>();

  private constructor(
    address: DatagramAddress,
    watch: UplinkWatch<Asked>,
    telling: DatagramSocket,
  ) {
    this.address = address;
    this.#watch = watch;
    this.#telling = telling;
  }

  /** Opens one; `undefined` when the system has no socket for it. */
  static open<Asked>(
    address: DatagramAddress,
    watch: UplinkWatch<Asked>,
  ): Uplink<Asked> | undefined {
    try {
      return new Uplink(address, watch, openTowards(address, watch.tracing));
    } catch {
      return undefined;
    }
  }

  /** Sends what gets no answer. */
  tell(datagram: Uint8Array): void {
    this.#telling.send(datagram, this.address);
  }

  /**
   * Sends what gets an answer.
   *
   * @param from who asks, and when
   * @param note what to remember until then
   * @returns false when it cannot be asked, because too much is owed already
   */
  ask(
    datagram: Uint8Array,
    { asker, now }: { readonly asker: Asker; readonly now: number },
    note: (lane: Lane) => Asked,
  ): boolean {
    const taken = this.#lanes.take(now, asker);
    if (taken === undefined) return false;
    const { lane, isNew, closed } = taken;
    if (closed !== undefined) this.#close(closed);
    if (isNew && !this.#openLane(lane)) {
      this.#lanes.giveUp(lane, now);
      return false;
    }
    const open = this.#open.get(lane)!;
    open.asked = note(lane);
    open.socket.send(datagram, this.address);
    return true;
  }

  /** Waits for an answer no more; when it comes after all, it is dropped. */
  giveUp(lane: Lane, now: number): void {
    this.#lanes.giveUp(lane, now);
    const open = this.#open.get(lane);
    if (open !== undefined) open.asked = undefined;
  }

  /** Closes sockets that nobody needs any more. */
  expire(now: number): void {
    for (const lane of this.#lanes.expire(now)) this.#close(lane);
  }

  /** Closes all of it. */
  async close(): Promise<void> {
    this.#telling.close();
    for (const lane of [...this.#open.keys()]) this.#close(lane);
    await Promise.all(this.#closed);
  }

  #openLane(lane: Lane): boolean {
    let socket: DatagramSocket;
    try {
      socket = openTowards(this.address, this.#watch.tracing);
    } catch {
      return false;
    }
    const receiving = socket.receive(
      (bytes, from) => this.#take(lane, bytes, from),
      MAX_DATAGRAM_BYTES,
    );
    this.#open.set(lane, { socket, receiving, asked: undefined });
    return true;
  }

  #take(lane: Lane, bytes: Uint8Array, from: DatagramAddress): void {
    if (!isSameAddress(from, this.address)) return this.#watch.dropped("stray");
    const open = this.#open.get(lane);
    const asked = open?.asked;
    if (!this.#lanes.answered(lane, this.#watch.clock()) || asked === undefined) {
      return this.#watch.dropped("late");
    }
    open!.asked = undefined;
    this.#watch.answered(asked, bytes);
  }

  #close(lane: Lane): void {
    const open = this.#open.get(lane);
    if (open === undefined) return;
    this.#open.delete(lane);
    open.socket.close();
    const ended = open.receiving.finally(() => this.#closed.delete(ended));
    this.#closed.add(ended);
  }
}
