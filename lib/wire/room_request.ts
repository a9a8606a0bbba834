/**
 * Room requests: a frame in, one typed request out. Rules: protocols/rooms.md, TCRP, and
 * docs/protocols/rooms-extensions.md.
 */

import { MAX_PASSWORD_BYTES, MAX_ROOM_PAYLOAD_BYTES } from "../core/limits.ts";
import {
  MEMBER_NAME_RULE,
  type MemberName,
  parseMemberName,
  parseRoomName,
  ROOM_NAME_RULE,
  type RoomName,
} from "../core/room_name.ts";
import { encodeTcrpFrame, TCRP_STATES, type TcrpFrame } from "./tcrp.ts";

/** The operations; those after join are extensions, which an older server does not answer. */
export const ROOM_OPERATIONS = {
  create: 1,
  join: 2,
  list: 3,
  createProtected: 4,
  joinProtected: 5,
  who: 6,
} as const;

/** Somebody who wants to create a room or to join one. */
export interface EnterRequest {
  /** Which of the two. */
  readonly kind: "create" | "join";
  /** The room. */
  readonly room: RoomName;
  /** What they want to be called. */
  readonly member: MemberName;
  /** What joining shall take, or what they know of it; an extension. */
  readonly password: string | undefined;
}

/** What a client asks for. */
export type RoomRequest =
  | EnterRequest
  /** Which rooms there are; an extension. */
  | { readonly kind: "list" }
  /** Who is in the room, asked by one who is; an extension. */
  | { readonly kind: "who"; readonly room: RoomName; readonly token: string };

/** A frame that is no request, and why. */
export interface InvalidRequest {
  /** What tells it from a request. */
  readonly kind: "invalid";
  /** A short reason for the client. */
  readonly error: string;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function decode(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

function invalid(error: string): InvalidRequest {
  return { kind: "invalid", error };
}

/** Reads a frame as a request. */
export function parseRoomRequest(frame: TcrpFrame): RoomRequest | InvalidRequest {
  if (frame.payload === "too long") {
    return invalid(`the payload has more than ${MAX_ROOM_PAYLOAD_BYTES} bytes`);
  }
  if (frame.payload === "incomplete") return invalid("the request is not complete");
  if (frame.state !== TCRP_STATES.request) return invalid(`state ${frame.state} is no request`);
  const parse = PARSERS.get(frame.operation);
  if (parse === undefined) return invalid(`operation ${frame.operation} is unknown`);
  const roomText = decode(frame.room);
  const payload = decode(frame.payload);
  if (roomText === undefined) return invalid("the room name is not UTF-8");
  if (payload === undefined) return invalid("the payload is not UTF-8");
  return parse(roomText, payload);
}

type Parse = (roomText: string, payload: string) => RoomRequest | InvalidRequest;

/** The operations; one is added here and in `server/room_requests.ts`. */
const PARSERS: ReadonlyMap<number, Parse> = new Map<number, Parse>([
  [ROOM_OPERATIONS.create, (room, payload) => parseEnter("create", room, payload, false)],
  [ROOM_OPERATIONS.join, (room, payload) => parseEnter("join", room, payload, false)],
  [ROOM_OPERATIONS.list, () => ({ kind: "list" })],
  [ROOM_OPERATIONS.createProtected, (room, payload) => parseEnter("create", room, payload, true)],
  [ROOM_OPERATIONS.joinProtected, (room, payload) => parseEnter("join", room, payload, true)],
  [ROOM_OPERATIONS.who, parseWho],
]);

function parseEnter(
  kind: EnterRequest["kind"],
  roomText: string,
  payload: string,
  isProtected: boolean,
): RoomRequest | InvalidRequest {
  const said = parsePayload(payload);
  if (said === undefined) return invalid("the payload is no JSON");
  const room = parseRoomName(roomText);
  if (room === undefined) return invalid(`a room name has ${ROOM_NAME_RULE}`);
  const member = parseMemberName(said.username ?? "");
  if (member === undefined) return invalid(`a user name has ${MEMBER_NAME_RULE}`);
  if (!isProtected) return { kind, room, member, password: undefined };
  const { password = "" } = said;
  if (password === "" || encode(password).length > MAX_PASSWORD_BYTES) {
    return invalid(`a password has 1 to ${MAX_PASSWORD_BYTES} bytes`);
  }
  return { kind, room, member, password };
}

function parseWho(roomText: string, payload: string): RoomRequest | InvalidRequest {
  const room = parseRoomName(roomText);
  if (room === undefined) return invalid(`a room name has ${ROOM_NAME_RULE}`);
  const token = parsePayload(payload)?.token;
  return token === undefined ? invalid("the token is missing") : { kind: "who", room, token };
}

/** What a payload says, where it says it with text. */
interface Said {
  readonly username?: string;
  readonly password?: string;
  readonly token?: string;
}

/**
 * Reads a payload: a JSON string and a bare word are a user name, an object has members. JSON that
 * is begun and broken is nothing, and so is a list.
 */
function parsePayload(payload: string): Said | undefined {
  const text = payload.trim();
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return /^["{[]/.test(text) ? undefined : { username: text };
  }
  if (typeof value === "string") return { username: value };
  if (value === null || typeof value !== "object") return { username: text };
  if (Array.isArray(value)) return undefined;
  const words = Object.entries(value).filter(([, member]) => typeof member === "string");
  return Object.fromEntries(words);
}

const encoder = new TextEncoder();

function encode(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}

/** A list is of all rooms; a frame has to name one all the same. */
const ANY_ROOM = "*";

/** Writes a request as the frame a client sends. */
export function encodeRoomRequest(request: RoomRequest): Uint8Array<ArrayBuffer> {
  return encodeTcrpFrame({
    room: encode(request.kind === "list" ? ANY_ROOM : request.room),
    operation: operationOf(request),
    state: TCRP_STATES.request,
    payload: encode(payloadOf(request)),
  });
}

/** The operation a request is made with. */
export function operationOf(request: RoomRequest): number {
  if (request.kind === "list" || request.kind === "who") return ROOM_OPERATIONS[request.kind];
  if (request.password === undefined) return ROOM_OPERATIONS[request.kind];
  return ROOM_OPERATIONS[`${request.kind}Protected`];
}

function payloadOf(request: RoomRequest): string {
  switch (request.kind) {
    case "list":
      return "{}";
    case "who":
      return JSON.stringify({ token: request.token });
    default: {
      const { member, password } = request;
      return JSON.stringify(password === undefined ? member : { username: member, password });
    }
  }
}
