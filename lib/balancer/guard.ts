/**
 * Who may use a service: lists of addresses, and bounds on connections in all and from one address.
 */

import type { ServiceOptions } from "../config/service_options.ts";
import { type AddressSet, parseAddressSet } from "../core/ip_address.ts";
import type { ConnectionLimits } from "../core/limits.ts";
import { Admission, type Place, type Refusal } from "../net/admission.ts";

/** What a guard goes by; a reload may change it. */
export type GuardSettings =
  & Pick<ServiceOptions, "allow" | "deny" | "acceptProxy">
  & ConnectionLimits;

/** Lets clients in, and counts those who are. */
export class Guard {
  readonly #admission: Admission;
  #allowsAll!: boolean;
  #allow!: AddressSet;
  #deny!: AddressSet;
  #proxies!: AddressSet;

  constructor(settings: GuardSettings) {
    this.#admission = new Admission(settings, { has: (ip) => this.isProxy(ip) });
    this.reconfigure(settings);
  }

  /** Goes by other settings from now on; who is in stays in, and counts. */
  reconfigure(settings: GuardSettings): void {
    this.#admission.reconfigure(settings);
    this.#allowsAll = settings.allow.length === 0;
    this.#allow = parseAddressSet(settings.allow);
    this.#deny = parseAddressSet(settings.deny);
    this.#proxies = parseAddressSet(settings.acceptProxy);
  }

  /** Places taken. */
  get open(): number {
    return this.#admission.open;
  }

  /** Whether an address is another balancer's, which says whose a connection is. */
  isProxy(ip: string): boolean {
    return this.#proxies.has(ip);
  }

  /** Whether an address is served at all. */
  allows(ip: string): boolean {
    return (this.#allowsAll || this.#allow.has(ip)) && !this.#deny.has(ip);
  }

  /** Takes a place for whoever comes; `undefined` when all are taken. Its holder gives it back. */
  enter(): Place | undefined {
    return this.#admission.enter();
  }

  /**
   * Judges the client that a place was taken for. The place is to be given back either way.
   *
   * @param now milliseconds of a clock that only goes forward
   * @returns why it is not let in, if it is not
   */
  judge(
    place: Place,
    ip: string,
    now: number,
  ): Refusal | "the address is not allowed" | undefined {
    return this.allows(ip) ? place.claim(ip, now) : "the address is not allowed";
  }
}
