/**
 * Who may use a service: lists of addresses, and bounds on connections in all and from one address.
 */

import type { ServiceOptions } from "../config/service_options.ts";
import { type AddressSet, parseAddressSet } from "../core/ip_address.ts";
import type { ServerLimits } from "../core/limits.ts";
import { Admission } from "../net/admission.ts";

/** What a guard goes by; a reload may change it. */
export type GuardSettings =
  & Pick<ServiceOptions, "allow" | "deny" | "acceptProxy">
  & Pick<ServiceOptions, Exclude<keyof ServerLimits, "readDeadlineSeconds">>;

/** Lets clients in, and counts those who are. */
export class Guard {
  readonly #admission: Admission;
  #settings: GuardSettings;
  #allow!: AddressSet;
  #deny!: AddressSet;
  #proxies!: AddressSet;

  constructor(settings: GuardSettings) {
    this.#settings = settings;
    this.#admission = new Admission(this.#limits(), { has: (ip) => this.isProxy(ip) });
    this.reconfigure(settings);
  }

  /** Goes by other settings from now on; who is in stays in, and counts. */
  reconfigure(settings: GuardSettings): void {
    this.#settings = settings;
    this.#allow = parseAddressSet(settings.allow);
    this.#deny = parseAddressSet(settings.deny);
    this.#proxies = parseAddressSet(settings.acceptProxy);
  }

  /** Clients that are in. */
  get open(): number {
    return this.#admission.open;
  }

  /** Whether an address is another balancer's, which says whose a connection is. */
  isProxy(ip: string): boolean {
    return this.#proxies.has(ip);
  }

  /** Whether an address is served at all. */
  allows(ip: string): boolean {
    return (this.#settings.allow.length === 0 || this.#allow.has(ip)) && !this.#deny.has(ip);
  }

  /**
   * Judges a client. One that is let in must be given back with {@linkcode leave}.
   *
   * @param now milliseconds of a clock that only goes forward
   * @returns why it is not let in, if it is not
   */
  admit(ip: string, now: number): string | undefined {
    if (!this.allows(ip)) return "the address is not allowed";
    return this.#admission.admit(ip, now);
  }

  /** Says that a client that was let in is gone. */
  leave(ip: string): void {
    this.#admission.leave(ip);
  }

  /** The limits as they are at the moment: a reload changes them under the admission's hands. */
  #limits(): ServerLimits {
    const now = (): GuardSettings => this.#settings;
    return {
      get maxConnections() {
        return now().maxConnections;
      },
      get maxConnectionsPerAddress() {
        return now().maxConnectionsPerAddress;
      },
      get connectionRate() {
        return now().connectionRate;
      },
      get connectionBurst() {
        return now().connectionBurst;
      },
      // Nobody is waited for here.
      readDeadlineSeconds: 0,
    };
  }
}
