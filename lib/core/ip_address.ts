/**
 * IP addresses as Parley compares and prints them. Pure: `node:net` is used for its parsers only.
 */

import { BlockList, isIP, isIPv4 } from "node:net";

/**
 * The one spelling of an address that the system reports. It spells IPv6 as {@linkcode canonicalIp}
 * does, but for IPv4 clients of a socket bound to `::`, so that no datagram has to be taken apart.
 */
export function socketIp(ip: string): string {
  // Asked for every datagram: most addresses are told at their first character.
  if (ip[0] !== ":" || !ip.startsWith("::ffff:")) return ip;
  const mapped = ip.slice(7);
  return isIPv4(mapped) ? mapped : canonicalIp(ip);
}

/** `::ffff:192.0.2.7` as a URL writes it. */
const MAPPED = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/;

/**
 * The one spelling of an address, by which hosts are compared: an IPv4-mapped IPv6 address
 * (`::ffff:192.0.2.7`) is written as IPv4, however it was spelled, and an IPv6 address as short as can
 * be, in lower case. What is no address stays as it is.
 */
export function canonicalIp(ip: string): string {
  if (!ip.includes(":")) return ip;
  const [address = "", zone] = ip.split("%", 2);
  if (!isIP(address)) return ip;
  const short = shortIpv6(address);
  const [, high, low] = MAPPED.exec(short) ?? [];
  if (high === undefined || low === undefined) {
    return zone === undefined ? short : `${short}%${zone}`;
  }
  return [high, low].flatMap((group) => {
    const bits = Number.parseInt(group, 16);
    return [bits >> 8, bits & 0xff];
  }).join(".");
}

/** The shortest spelling of an IPv6 address without a zone, the one other programs print. */
export function shortIpv6(ip: string): string {
  return new URL(`http://[${ip}]`).hostname.slice(1, -1);
}

/** Whether the text is an IPv4 or IPv6 address. */
export function isIpAddress(text: string): boolean {
  return isIP(text) !== 0;
}

/** Whether a canonical address is this machine talking to itself. */
export function isLoopback(ip: string): boolean {
  return ip.startsWith("127.") || ip === "::1";
}

/** Whether a canonical address names many hosts or none: never a place to answer to. */
export function isUnanswerable(ip: string): boolean {
  if (ip.includes(":")) return ip === "::" || /^ff/i.test(ip);
  const first = Number.parseInt(ip, 10);
  return first === 0 || first >= 224;
}

/**
 * The part of an address that one party holds: an IPv4 address itself, the /64 of an IPv6 one
 * (a host picks the lower half freely, so counting full addresses would count nothing). However an
 * IPv6 address is spelled, its /64 is spelled one way.
 */
export function addressGroup(ip: string): string {
  if (!ip.includes(":")) return ip;
  const [head = "", tail = ""] = ip.split("%", 1)[0]!.split("::", 2).map((part) =>
    // An IPv4 address at the end stands for two groups, and never for one of the first four.
    part.replace(/[^:]*\..*$/, "0:0")
  );
  const first = head === "" ? [] : head.split(":");
  const last = tail === "" ? [] : tail.split(":");
  const zeros = new Array<string>(Math.max(0, 8 - first.length - last.length)).fill("0");
  const prefix = [...first, ...zeros, ...last].slice(0, 4);
  return prefix.map((group) => Number.parseInt(group, 16).toString(16)).join(":") + "::/64";
}

/** A set of addresses given as single addresses or CIDR ranges. */
export interface AddressSet {
  /** Whether a canonical address is in the set. */
  has(ip: string): boolean;
}

/** A range the text of which was not an address or a CIDR range. */
export class AddressRangeError extends RangeError {
  /** Kept when the code is minified. */
  override readonly name = "AddressRangeError";
}

/**
 * Reads `10.0.0.0/8`, `fd00::/8`, `192.168.1.9` and the like. A range of one family holds addresses
 * of that family only.
 *
 * @throws AddressRangeError naming the first text that is neither an address nor a range
 */
export function parseAddressSet(ranges: readonly string[]): AddressSet {
  // Two lists: one would find every IPv4 address in `::/0`, as it compares them in mapped form.
  const lists = { ipv4: new BlockList(), ipv6: new BlockList() };
  for (const range of ranges) {
    const { address, length } = parseRange(range);
    const family = familyOf(address);
    lists[family].addSubnet(address, length, family);
  }
  if (ranges.length === 0) return { has: () => false };
  return { has: (ip) => lists[familyOf(ip)].check(ip, familyOf(ip)) };
}

function familyOf(ip: string): "ipv4" | "ipv6" {
  return ip.includes(":") ? "ipv6" : "ipv4";
}

function parseRange(range: string): { readonly address: string; readonly length: number } {
  const [address = "", prefix, ...rest] = range.split("/");
  const bits = familyOf(address) === "ipv6" ? 128 : 32;
  const length = prefix === undefined ? bits : /^\d{1,3}$/.test(prefix) ? Number(prefix) : -1;
  // A zone (`fe80::1%eth0`) is part of an address, not of a range.
  const isAddress = isIpAddress(address) && !address.includes("%");
  if (!isAddress || rest.length > 0 || length < 0 || length > bits) {
    throw new AddressRangeError(
      `Cannot read address range "${range}": expected an address or ADDRESS/PREFIX, like 10.0.0.0/8`,
    );
  }
  // `::ffff:10.0.0.0/104` is 10.0.0.0/8: the addresses asked for are canonical.
  const canonical = canonicalIp(address);
  if (canonical.includes(":") === address.includes(":")) return { address, length };
  // A wider range than all of IPv4 is one of IPv6, in which no canonical address is IPv4.
  return length < 96 ? { address, length } : { address: canonical, length: length - 96 };
}
