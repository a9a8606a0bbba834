/**
 * The PROXY protocol, versions 1 (text) and 2 (binary): what a balancer puts in front of a
 * connection so that the server knows whose it is. Rules: the specification of HAProxy,
 * "The PROXY protocol, versions 1 & 2".
 *
 * Whether there is a header is decided by the first bytes: nothing of ours, or of older programs,
 * begins like one. A header is taken whole or refused; nothing in it is guessed.
 */

import { canonicalIp, isIpAddress, shortIpv6 } from "../core/ip_address.ts";

/** One end of a connection. */
export interface Endpoint {
  /** In canonical form. */
  readonly ip: string;
  /** 0 to 65535. */
  readonly port: number;
}

/** What a header says. */
export type ProxyHeader =
  /** The connection is passed on from `source`, who connected to `destination`. */
  | { readonly kind: "proxied"; readonly source: Endpoint; readonly destination: Endpoint }
  /** It is the balancer's own (a health check), or nobody can say whose: the socket's ends count. */
  | { readonly kind: "local" };

/** What the first bytes of a connection come to. */
export type ProxyDecision =
  /** No header: what was read belongs to the client. */
  | { readonly state: "absent" }
  /** It may be one; more bytes will tell. */
  | { readonly state: "partial" }
  /** A header of `length` bytes; what follows belongs to the client. */
  | { readonly state: "whole"; readonly length: number; readonly header: ProxyHeader }
  /** It began like one and is none. */
  | { readonly state: "broken"; readonly reason: string };

/** The longest version 1 header with its CRLF. */
export const MAX_V1_BYTES = 107;

/** The longest version 2 header taken: addresses and some 1,800 bytes of extensions. */
export const MAX_V2_BYTES = 2048;

const V1_START = new TextEncoder().encode("PROXY ");
const V2_START = Uint8Array.of(13, 10, 13, 10, 0, 13, 10, 81, 85, 73, 84, 10);
const V2_FIXED_BYTES = 16;

const ABSENT: ProxyDecision = { state: "absent" };
const PARTIAL: ProxyDecision = { state: "partial" };

/** Judges what has come so far of a connection. */
export function decodeProxyHeader(bytes: Uint8Array): ProxyDecision {
  if (startsAlike(bytes, V1_START)) {
    return bytes.length < V1_START.length ? PARTIAL : decodeV1(bytes);
  }
  if (startsAlike(bytes, V2_START)) {
    return bytes.length < V2_FIXED_BYTES ? PARTIAL : decodeV2(bytes);
  }
  return ABSENT;
}

/** The same, `undefined` while it takes more bytes to tell. */
export function decideProxyHeader(
  bytes: Uint8Array,
): Exclude<ProxyDecision, { state: "partial" }> | undefined {
  const decision = decodeProxyHeader(bytes);
  return decision.state === "partial" ? undefined : decision;
}

/** Whether one is the beginning of the other. */
function startsAlike(bytes: Uint8Array, start: Uint8Array): boolean {
  const length = Math.min(bytes.length, start.length);
  for (let at = 0; at < length; at++) if (bytes[at] !== start[at]) return false;
  return true;
}

function broken(reason: string): ProxyDecision {
  return { state: "broken", reason };
}

function whole(length: number, header: ProxyHeader): ProxyDecision {
  return { state: "whole", length, header };
}

function decodeV1(bytes: Uint8Array): ProxyDecision {
  const lf = bytes.subarray(0, MAX_V1_BYTES).indexOf(10);
  if (lf < 0) {
    return bytes.length < MAX_V1_BYTES ? PARTIAL : broken("a version 1 header without end");
  }
  if (bytes[lf - 1] !== 13) return broken("a version 1 header that does not end in CRLF");
  const [, family, ...rest] = new TextDecoder("latin1").decode(bytes.subarray(0, lf - 1)).split(
    " ",
  );
  if (family === "UNKNOWN") return whole(lf + 1, { kind: "local" });
  if (family !== "TCP4" && family !== "TCP6") {
    return broken("a version 1 header of no known family");
  }
  const [sourceIp = "", destinationIp = "", sourcePort = "", destinationPort = "", extra] = rest;
  const source = endpointOf(sourceIp, sourcePort, family);
  const destination = endpointOf(destinationIp, destinationPort, family);
  if (source === undefined || destination === undefined || extra !== undefined) {
    return broken("a version 1 header without two addresses and two ports");
  }
  return whole(lf + 1, { kind: "proxied", source, destination });
}

function endpointOf(ip: string, port: string, family: "TCP4" | "TCP6"): Endpoint | undefined {
  const isOfFamily = isIpAddress(ip) && !ip.includes("%") &&
    ip.includes(":") === (family === "TCP6");
  const isPort = /^(0|[1-9]\d{0,4})$/.test(port) && Number(port) <= 65_535;
  return isOfFamily && isPort ? { ip: canonicalIp(ip), port: Number(port) } : undefined;
}

/** Length of the addresses by the family byte; others are skipped by their length. */
const V2_ADDRESS_BYTES: Readonly<Record<number, number>> = { 0x11: 4, 0x12: 4, 0x21: 16, 0x22: 16 };

function decodeV2(bytes: Uint8Array): ProxyDecision {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const command = view.getUint8(12);
  const length = V2_FIXED_BYTES + view.getUint16(14);
  if (command >> 4 !== 2 || (command & 0xf) > 1) {
    return broken("a version 2 header of no known version and command");
  }
  if (length > MAX_V2_BYTES) return broken(`a version 2 header of ${length} bytes`);
  if (bytes.length < length) return PARTIAL;
  const size = V2_ADDRESS_BYTES[view.getUint8(13)];
  if (command === 0x20 || size === undefined) return whole(length, { kind: "local" });
  if (length < V2_FIXED_BYTES + 2 * size + 4) return broken("a version 2 header cut short");
  const ends = V2_FIXED_BYTES + 2 * size;
  const ipAt = (at: number): string => ipOf(bytes.subarray(at, at + size));
  return whole(length, {
    kind: "proxied",
    source: { ip: ipAt(V2_FIXED_BYTES), port: view.getUint16(ends) },
    destination: { ip: ipAt(V2_FIXED_BYTES + size), port: view.getUint16(ends + 2) },
  });
}

function ipOf(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join(".");
  const groups: string[] = [];
  for (let at = 0; at < 16; at += 2) {
    groups.push((bytes[at]! << 8 | bytes[at + 1]!).toString(16));
  }
  return canonicalIp(groups.join(":"));
}

/** Writes a version 1 header. */
export function encodeProxyV1(header: ProxyHeader): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`PROXY ${v1Words(header)}\r\n`);
}

function v1Words(header: ProxyHeader): string {
  if (header.kind === "local") return "UNKNOWN";
  const [source, destination] = ofOneFamily(header.source, header.destination);
  const family = source.ip.includes(":") ? "TCP6" : "TCP4";
  return `${family} ${source.ip} ${destination.ip} ${source.port} ${destination.port}`;
}

/** What a version 2 header may say besides. */
export interface V2Extras {
  /** What it stands in front of: a connection unless said. */
  readonly transport?: "stream" | "datagram";
  /** Extensions as they go over the wire, at most 200 bytes. */
  readonly extensions?: Uint8Array;
}

/** Writes a version 2 header. */
export function encodeProxyV2(
  header: ProxyHeader,
  { transport = "stream", extensions = new Uint8Array() }: V2Extras = {},
): Uint8Array<ArrayBuffer> {
  if (header.kind === "local") return Uint8Array.of(...V2_START, 0x20, 0, 0, 0);
  const [source, destination] = ofOneFamily(header.source, header.destination);
  const addresses = [...bytesOf(source.ip), ...bytesOf(destination.ip)];
  const ports = [source.port, destination.port].flatMap((port) => [port >> 8, port & 0xff]);
  const family = source.ip.includes(":") ? 0x20 : 0x10;
  const length = addresses.length + ports.length + extensions.length;
  const kind = family | (transport === "stream" ? 1 : 2);
  const head = [...V2_START, 0x21, kind, 0, length, ...addresses, ...ports];
  return Uint8Array.of(...head, ...extensions);
}

/** The extensions of a whole version 2 header: type and value of each, as far as they are well-formed. */
export function* extensionsOf(header: Uint8Array): Generator<readonly [number, Uint8Array]> {
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const size = V2_ADDRESS_BYTES[header[13] ?? 0];
  if (size === undefined) return;
  let at = V2_FIXED_BYTES + 2 * size + 4;
  while (at + 3 <= header.length) {
    const end = at + 3 + view.getUint16(at + 1);
    if (end > header.length) return;
    yield [header[at]!, header.subarray(at + 3, end)];
    at = end;
  }
}

/** A header has one family: beside an IPv6 address, an IPv4 one is written as IPv6. */
function ofOneFamily(one: Endpoint, other: Endpoint): [Endpoint, Endpoint] {
  const isMixed = one.ip.includes(":") !== other.ip.includes(":");
  const mapped = ({ ip, port }: Endpoint): Endpoint => ({
    ip: isMixed && !ip.includes(":") ? `::ffff:${ip}` : ip.split("%", 1)[0]!,
    port,
  });
  return [mapped(one), mapped(other)];
}

function bytesOf(ip: string): number[] {
  if (!ip.includes(":")) return ip.split(".").map(Number);
  const [head = "", tail = ""] = shortIpv6(ip).split("::");
  const groups = (text: string): number[] =>
    text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16));
  const [first, last] = [groups(head), groups(tail)];
  const zeros = new Array<number>(8 - first.length - last.length).fill(0);
  return [...first, ...zeros, ...last].flatMap((group) => [group >> 8, group & 0xff]);
}
