/**
 * This machine's own addresses.
 */

import { canonicalIp, isLoopback, parseAddressSet } from "../core/ip_address.ts";
import type { Clock } from "../core/ports.ts";

/** One address of this machine and the network it is in. */
export interface OwnAddress {
  /** In canonical form. */
  readonly ip: string;
  /** `192.0.2.2/24` */
  readonly cidr: string;
  /** The address that means everybody in that network (IPv4 only). */
  readonly broadcast?: string;
}

/** How long an answer of the system is good: people move between networks. */
const REFRESH_MS = 10_000;

/** The addresses of this machine, at most ten seconds old. */
export const ownAddresses: () => readonly OwnAddress[] = rememberAddresses(
  () => Deno.networkInterfaces().map(ownAddressOf),
  () => performance.now(),
);

/**
 * Remembers what the system said of our addresses for a while. When it says nothing, for want of
 * descriptors perhaps, the last answer stays good: no request should fail for that.
 */
export function rememberAddresses(
  ask: () => readonly OwnAddress[],
  clock: Clock,
): () => readonly OwnAddress[] {
  let addresses: readonly OwnAddress[] | undefined;
  let askedAt = 0;
  return () => {
    const now = clock();
    if (addresses !== undefined && now - askedAt <= REFRESH_MS) return addresses;
    try {
      addresses = ask();
    } catch (error) {
      if (addresses === undefined) throw error;
    }
    askedAt = now;
    return addresses;
  };
}

/** What the system says of an interface, as one of our addresses. Pure. */
export function ownAddressOf(
  { address, cidr, netmask }: Pick<Deno.NetworkInterfaceInfo, "address" | "cidr" | "netmask">,
): OwnAddress {
  const ip = canonicalIp(address);
  const broadcast = ip.includes(":") ? undefined : broadcastOf(ip, netmask);
  return broadcast === undefined ? { ip, cidr } : { ip, cidr, broadcast };
}

/** A network of one host (a VPN's /32) or of two (/31) has no address for everybody. */
function broadcastOf(ip: string, netmask: string): string | undefined {
  const mask = netmask.split(".").map(Number);
  if (mask[3]! >= 0xfe) return undefined;
  return ip.split(".").map((part, index) => Number(part) | (~mask[index]! & 0xff)).join(".");
}

/**
 * The address somebody elsewhere reaches this machine at: that of the interface in their network,
 * else any of their family that is neither loopback nor bound to one link. Pure.
 */
export function addressTowards(ip: string, own: readonly OwnAddress[]): string | undefined {
  const isV6 = ip.includes(":");
  const candidates = own.filter((address) =>
    address.ip.includes(":") === isV6 && !isLoopback(address.ip)
  );
  const near = candidates.find(({ cidr }) => parseAddressSet([cidr]).has(ip));
  return (near ?? candidates.find(({ ip }) => !isLinkLocal(ip)))?.ip;
}

/** The addresses people can dial when a server listens on `host`. Pure. */
export function dialableAddresses(host: string, own: readonly OwnAddress[]): string[] {
  if (host !== "0.0.0.0" && host !== "::") return [host];
  const isDialable = ({ ip }: OwnAddress): boolean =>
    !/^fe80:/i.test(ip) && (host === "::" || !ip.includes(":"));
  const ips = own.filter(isDialable).map(({ ip }) => ip);
  const outside = ips.filter((ip) => !isLoopback(ip));
  return outside.length > 0 ? outside : ips;
}

/** Whether an address means something only on the link it is used on. */
function isLinkLocal(ip: string): boolean {
  return /^fe80:/i.test(ip) || ip.startsWith("169.254.");
}
