/**
 * Presence over UDP: SET and GET datagrams and the answer to GET. Rules: protocols/buddy.md, "UDP:
 * presence". Anything outside them is `undefined`, and gets no answer.
 */

import { canonicalIp, isIpAddress } from "../core/ip_address.ts";
import { MAX_BUDDY_LINE_BYTES, MAX_DATAGRAM_BYTES } from "../core/limits.ts";
import { type BuddyPresence, PRESENCE_CODES, type PresenceStatus } from "../core/presence.ts";
import { parseUserId, type UserId } from "../core/user_id.ts";
import { splitFields } from "./fields.ts";

/** A datagram a server acts on. */
export type PresenceRequest =
  | {
    readonly kind: "set";
    readonly user: UserId;
    readonly status: PresenceStatus;
    /** Where the user takes chat connections; 0 only with OFFLINE. */
    readonly port: number;
  }
  | { readonly kind: "get"; readonly user: UserId };

const LF = 10;
const CR = 13;

/** The most fields of a request; what follows them is not read. */
const REQUEST_FIELDS = 5;

/**
 * Reads a datagram: its first line, without a CR at its end. Longer than a request may be, or
 * anything but SET and GET by the rules, is `undefined`.
 */
export function parsePresenceRequest(datagram: Uint8Array): PresenceRequest | undefined {
  const end = presenceLineEnd(datagram);
  return end === undefined ? undefined : parseFields(splitFields(datagram, REQUEST_FIELDS, end));
}

/** The line of a datagram that a request is read from; `undefined` where it is too long for one. */
export function presenceLine(datagram: Uint8Array): Uint8Array | undefined {
  const end = presenceLineEnd(datagram);
  return end === undefined ? undefined : datagram.subarray(0, end);
}

function presenceLineEnd(datagram: Uint8Array): number | undefined {
  const at = datagram.indexOf(LF);
  const last = at < 0 ? datagram.length : at;
  const end = last > 0 && datagram[last - 1] === CR ? last - 1 : last;
  const isTooLong = end > MAX_BUDDY_LINE_BYTES || datagram.length > MAX_BUDDY_LINE_BYTES + 2;
  return isTooLong ? undefined : end;
}

/** Reads a request from its line, as {@linkcode parsePresenceRequest}. */
export function parsePresenceLine(line: Uint8Array): PresenceRequest | undefined {
  return parseFields(splitFields(line, REQUEST_FIELDS));
}

function parseFields(fields: readonly string[]): PresenceRequest | undefined {
  const user = parseUserId(fields[1] ?? "");
  if (user === undefined) return undefined;
  switch (fields[0]!.toUpperCase()) {
    case "GET":
      return { kind: "get", user };
    case "SET":
      return parseSet(user, fields);
    default:
      return undefined;
  }
}

function parseSet(user: UserId, fields: readonly string[]): PresenceRequest | undefined {
  const [, , code, text, portText] = fields;
  const status = statusOf(code, text);
  const port = /^\d+$/.test(portText ?? "") ? Number(portText) : -1;
  const lowest = status === "OFFLINE" ? 0 : 1;
  if (status === undefined || port < lowest || port > 65_535) return undefined;
  return { kind: "set", user, status, port };
}

function statusOf(
  code: string | undefined,
  text: string | undefined,
): PresenceStatus | undefined {
  for (const status of ["ONLINE", "OFFLINE", "AWAY"] as const) {
    if (text === status && code === String(PRESENCE_CODES[status])) return status;
  }
  return undefined;
}

/** Writes a request as the datagram a client sends, ending in LF. */
export function encodePresenceRequest(request: PresenceRequest): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(presenceRequestText(request) + "\n");
}

/** Writes a request as a line without its line end. */
export function presenceRequestText(request: PresenceRequest): string {
  return request.kind === "get"
    ? `GET ${request.user}`
    : `SET ${request.user} ${PRESENCE_CODES[request.status]} ${request.status} ${request.port}`;
}

/**
 * Lines of entries with an address. A server tells the same entry many times between two SETs:
 * keeping its line takes a quarter off what a GET of ten buddies costs beside the system (measured).
 */
const lines = new WeakMap<BuddyPresence<string>, string>();

/** Writes one line of a GET answer: `alice 100 ONLINE 192.168.1.5 20001` and LF. */
export function buddyLine(entry: BuddyPresence<string>): string {
  if (entry.address === undefined) return lineOf(entry);
  let line = lines.get(entry);
  if (line === undefined) lines.set(entry, line = lineOf(entry));
  return line;
}

function lineOf({ buddy, status, address }: BuddyPresence<string>): string {
  return `${buddy} ${PRESENCE_CODES[status]} ${status} ${address?.ip ?? "unknown"} ${
    address?.port ?? 0
  }\n`;
}

/**
 * Writes a GET answer: a line for each buddy, cut at a line end so that it has at most `maxBytes`.
 * Nobody gives an empty answer.
 *
 * @param seen an entry as the asker is to see it
 * @returns the text; it is ASCII, so characters are bytes
 */
export function buddyListText<Entry extends BuddyPresence<string>>(
  entries: readonly Entry[],
  maxBytes: number = MAX_DATAGRAM_BYTES,
  seen: (entry: Entry) => Entry = (entry) => entry,
): string {
  let text = "";
  for (const entry of entries) {
    const line = buddyLine(seen(entry));
    if (text.length + line.length > maxBytes) break;
    text += line;
  }
  return text;
}

const LIST_LINE = /^([!-~]{1,255}) (100|101|102) (ONLINE|OFFLINE|AWAY) (\S{1,64}) (\S{1,10})$/;

/**
 * Reads the lines of a GET answer as any server in the field writes them: LF or CRLF, the last one
 * ended or not, `unknown unknown` or `unknown 0` for somebody not heard of. A line that is none is
 * left out; an address that is none makes a buddy without one.
 *
 * @returns the buddies in the order they came; ids are as the server wrote them
 */
export function parseBuddyList(answer: Uint8Array): BuddyPresence<string>[] {
  const entries: BuddyPresence<string>[] = [];
  for (const line of new TextDecoder().decode(answer).split("\n")) {
    const match = LIST_LINE.exec(line.trimEnd());
    if (match === null) continue;
    const [, buddy = "", code, text, ip = "", portText = ""] = match;
    const status = statusOf(code, text);
    if (status === undefined) continue;
    const port = /^\d{1,5}$/.test(portText) ? Number(portText) : 0;
    const located = isIpAddress(ip) && port <= 65_535;
    const address = { ip: canonicalIp(ip), port };
    entries.push(located ? { buddy, status, address } : { buddy, status });
  }
  return entries;
}
