/**
 * Who may hold how many of the lanes towards a backend, so that GETs that nobody answers do not keep
 * out those that would be answered. Pure.
 *
 * - Addresses that were not seen over TCP, and may be forged, hold half of them together.
 * - Who holds many leaves some for others: a client with more than a few the last quarter, an address
 *   (or IPv6 /64) with more than an eighth the last half. Loopback is not counted as an address.
 */

import { addressGroup, isLoopback } from "../core/ip_address.ts";
import { FORWARD_LIMITS } from "../core/limits.ts";
import type { DatagramAddress } from "../net/udp.ts";

/** Somebody who asks. */
export interface Asker {
  readonly client: string;
  /** What counts as one address; `undefined` where none is counted. */
  readonly address: string | undefined;
  readonly isProven: boolean;
}

/** Who asks from an address. */
export function askerAt({ ip, port }: DatagramAddress, isProven: boolean): Asker {
  const address = isLoopback(ip) ? undefined : addressGroup(ip);
  return { client: `${ip} ${port}`, address, isProven };
}

/** Counts who holds how many. */
export class LaneShares {
  readonly #lanes: number;
  readonly #held = new Map<string, number>();
  #all = 0;
  #unproven = 0;

  /** @param lanes how many there are */
  constructor(lanes: number) {
    this.#lanes = lanes;
  }

  /** Whether somebody may have one more. */
  allows({ client, address, isProven }: Asker): boolean {
    const { unproven, fewPerClient, perAddress } = FORWARD_LIMITS;
    const free = this.#lanes - this.#all;
    if (!isProven && this.#unproven >= this.#lanes * unproven) return false;
    if (this.#count(client) >= fewPerClient && free <= this.#lanes / 4) return false;
    return address === undefined || free > this.#lanes / 2 ||
      this.#count(address) < this.#lanes * perAddress;
  }

  /** Somebody has one more. */
  take({ client, address, isProven }: Asker): void {
    this.#add(1, client, address, isProven);
  }

  /** Somebody has one less. */
  giveBack({ client, address, isProven }: Asker): void {
    this.#add(-1, client, address, isProven);
  }

  #count(holder: string): number {
    return this.#held.get(holder) ?? 0;
  }

  #add(more: number, client: string, address: string | undefined, isProven: boolean): void {
    this.#all += more;
    if (!isProven) this.#unproven += more;
    for (const holder of address === undefined ? [client] : [client, address]) {
      const count = this.#count(holder) + more;
      if (count === 0) this.#held.delete(holder);
      else this.#held.set(holder, count);
    }
  }
}
