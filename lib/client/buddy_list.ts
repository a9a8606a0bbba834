/**
 * The buddy list as the server last told it, and the two questions asked of it: where is somebody,
 * and who is at an address. Rules: protocols/buddy.md, "Peer chat" 1 and 2.
 */

import { canonicalIp } from "../core/ip_address.ts";
import type { BuddyPresence, PeerAddress } from "../core/presence.ts";
import { visibleText } from "../core/visible_text.ts";

/** An answer to GET. Ids are as the server wrote them. */
export interface BuddyList {
  readonly entries: readonly BuddyPresence<string>[];
  /** When it came, in milliseconds since the epoch. */
  readonly at: number;
}

/** Where somebody can be called, or why not. */
export type Lookup =
  | { readonly kind: "reachable"; readonly buddy: string; readonly address: PeerAddress }
  | { readonly kind: "offline" | "addressless"; readonly buddy: string }
  /** Not in the list. */
  | { readonly kind: "absent" }
  /** No list has come yet. */
  | { readonly kind: "unasked" };

/** Looks somebody up, in any case; an id spelled exactly so wins where a server tells them apart. */
export function lookUp(list: BuddyList | undefined, name: string): Lookup {
  if (list === undefined) return { kind: "unasked" };
  const folded = name.toLowerCase();
  const entry = list.entries.find(({ buddy }) => buddy === name) ??
    list.entries.find(({ buddy }) => buddy.toLowerCase() === folded);
  if (entry === undefined) return { kind: "absent" };
  const { buddy, status, address } = entry;
  if (status === "OFFLINE") return { kind: "offline", buddy };
  if (address === undefined || address.port === 0) return { kind: "addressless", buddy };
  return { kind: "reachable", buddy, address };
}

/** Names whoever calls from an address: the online buddy there, `alice or bob`, or the address. */
export function nameCaller(list: BuddyList | undefined, ip: string): string {
  const names = (list?.entries ?? [])
    .filter(({ status, address }) =>
      status !== "OFFLINE" && address !== undefined && canonicalIp(address.ip) === ip
    )
    .map(({ buddy }) => buddy);
  return visibleText(names.length === 0 ? ip : names.join(" or "));
}
