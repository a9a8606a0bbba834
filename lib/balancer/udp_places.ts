/**
 * How many clients may be served over UDP at once, and how many of one address. Pure.
 *
 * A source address can be forged. Addresses that we saw over TCP are proven; all others together
 * have half of the places, so that no flood of forged datagrams keeps out whoever registered or
 * joined through us.
 */

import { addressGroup, isLoopback } from "../core/ip_address.ts";
import { FORWARD_LIMITS } from "../core/limits.ts";

/** Which bound leaves no place for a client. */
export type Shortage = "all" | "unproven" | "address";

/** A place that was given; give it back exactly once. */
export interface Place {
  readonly group: string | undefined;
  readonly isProven: boolean;
}

/** Counts places. */
export class Places {
  readonly #most: () => number;
  readonly #byGroup = new Map<string, number>();
  #taken = 0;
  #unproven = 0;

  /** @param most how many there are at the moment; a reload may change it */
  constructor(most: () => number) {
    this.#most = most;
  }

  /** Places taken. */
  get taken(): number {
    return this.#taken;
  }

  /** Takes a place for a client, if there is one for it. */
  take(ip: string, isProven: boolean): Place | Shortage {
    const most = this.#most();
    if (this.#taken >= most) return "all";
    if (!isProven && this.#unproven >= Math.ceil(most * FORWARD_LIMITS.unproven)) return "unproven";
    const group = groupOf(ip);
    if (group !== undefined) {
      const count = this.#byGroup.get(group) ?? 0;
      if (count >= Math.ceil(most * FORWARD_LIMITS.perAddress)) return "address";
      this.#byGroup.set(group, count + 1);
    }
    this.#taken++;
    if (!isProven) this.#unproven++;
    return { group, isProven };
  }

  /** Gives a place back. */
  giveBack({ group, isProven }: Place): void {
    this.#taken--;
    if (!isProven) this.#unproven--;
    if (group === undefined) return;
    const left = this.#byGroup.get(group)! - 1;
    if (left === 0) this.#byGroup.delete(group);
    else this.#byGroup.set(group, left);
  }
}

/** Which of the places that were given stand in a client's way. */
export function isInTheWay(
  { group, isProven }: Place,
  { ip, shortage }: { readonly ip: string; readonly shortage: Shortage },
): boolean {
  if (shortage === "address") return group === groupOf(ip);
  return shortage === "all" || !isProven;
}

/** Who shares an eighth of the places; loopback is spared. */
function groupOf(ip: string): string | undefined {
  return isLoopback(ip) ? undefined : addressGroup(ip);
}
