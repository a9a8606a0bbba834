/**
 * What a balancer can route by: the user of a buddy request, the room of a TCRP one, found in the
 * first bytes of a connection without taking them. Rules: protocols/buddy.md and protocols/rooms.md.
 */

import { MAX_BUDDY_LINE_BYTES } from "../core/limits.ts";
import { mayBecomeRequest, parseBuddyRequest } from "./buddy_request.ts";
import { splitFields } from "./fields.ts";
import { TCRP_HEADER_BYTES } from "./tcrp.ts";
import type { RoomDatagram } from "./ucrp.ts";

/** What the first bytes come to: a key, no key in them, or not enough yet. */
export type RoutingKey =
  | { readonly state: "found"; readonly key: string }
  | { readonly state: "absent" }
  | { readonly state: "partial" };

const ABSENT: RoutingKey = { state: "absent" };
const PARTIAL: RoutingKey = { state: "partial" };
const LF = 10;
const CR = 13;

/** The first line, without its line end; `undefined` while it may not be whole. */
function firstLine(bytes: Uint8Array, isEnd: boolean): Uint8Array | undefined {
  const lf = bytes.indexOf(LF);
  if (lf < 0) return isEnd ? bytes : undefined;
  return bytes.subarray(0, bytes[lf - 1] === CR ? lf - 1 : lf);
}

/** Whether no request can come of a line that begins so. One byte over may be half a line end. */
function isTooLong(bytes: Uint8Array): boolean {
  const over = bytes.length - MAX_BUDDY_LINE_BYTES;
  return over > 1 || (over === 1 && bytes.at(-1) !== CR);
}

/**
 * The user whose request it is: the first id after the command, folded to lower case.
 *
 * @param isEnd whether no more bytes will come: the line needs no line end then
 */
export function userKey(bytes: Uint8Array, isEnd: boolean): RoutingKey {
  const line = firstLine(bytes, isEnd);
  if (line === undefined) {
    // Another protocol's line (`DM ann`), or no line at all, is not waited for.
    return !isTooLong(bytes) && mayBecomeRequest(bytes) ? PARTIAL : ABSENT;
  }
  if (isTooLong(line)) return ABSENT;
  const request = parseBuddyRequest(line);
  return "user" in request ? { state: "found", key: request.user } : ABSENT;
}

/**
 * Whether the request is `CAP`; `undefined` for not enough yet.
 *
 * @param isEnd whether no more bytes will come: the line needs no line end then
 */
export function asksCapabilities(bytes: Uint8Array, isEnd: boolean): boolean | undefined {
  const line = firstLine(bytes, isEnd);
  if (line !== undefined) {
    return !isTooLong(line) && parseBuddyRequest(line).kind === "capabilities";
  }
  // A CR may be the first half of a line end.
  const [command = ""] = splitFields(bytes.at(-1) === CR ? bytes.subarray(0, -1) : bytes, 1);
  const isLikely = !isTooLong(bytes) && "CAP".startsWith(command.toUpperCase());
  return isLikely ? undefined : false;
}

/** The room a TCRP frame is about. */
export function roomKey(bytes: Uint8Array, isEnd: boolean): RoutingKey {
  const [length = 0, operation] = bytes;
  if (bytes.length >= 2 && (length === 0 || (operation !== 1 && operation !== 2))) return ABSENT;
  const end = TCRP_HEADER_BYTES + length;
  if (bytes.length < 2 || bytes.length < end) return isEnd ? ABSENT : PARTIAL;
  return { state: "found", key: roomNameKey(bytes.subarray(TCRP_HEADER_BYTES, end)) };
}

const latin1 = new TextDecoder("latin1");

/** Room and token of a datagram in one: whose it is, or says it is. */
export function seatKey({ room, token }: RoomDatagram): string {
  // NUL is in no name.
  return `${roomNameKey(room)}\0${latin1.decode(token)}`;
}

/** The key of a room, whatever protocol names it: its bytes, one character each, so that all count. */
export function roomNameKey(name: Uint8Array): string {
  return latin1.decode(name);
}
