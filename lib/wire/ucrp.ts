/**
 * UCRP datagrams: what members send to a room, and what a room sends to them. Rules:
 * protocols/rooms.md, UCRP.
 *
 * The server's half works on bytes and makes no text: a relay that decoded names and messages would
 * spend more on that than on the rest.
 */

import { copyOf, sameBytes } from "../core/bytes.ts";
import { MAX_ROOM_DATAGRAM_BYTES } from "../core/limits.ts";
import { type MemberName, unquoted } from "../core/room_name.ts";

const encoder = new TextEncoder();

/** Messages with a meaning of their own, to a server and from one. */
export const ROOM_WORDS = {
  register: "__REGISTER__",
  leave: "__LEAVE__",
  closed: "__ROOM_CLOSED__",
} as const;

/** What every member but the host gets when a room closes. */
export const ROOM_CLOSED: Uint8Array<ArrayBuffer> = encoder.encode(ROOM_WORDS.closed);

const REGISTER = encoder.encode(ROOM_WORDS.register);
const LEAVE = encoder.encode(ROOM_WORDS.leave);

/** A datagram to a server. Its parts are views into it. */
export interface RoomDatagram {
  /** The room name. */
  readonly room: Uint8Array;
  /** What proves the member. */
  readonly token: Uint8Array;
  /** A word, or what is relayed. */
  readonly message: Uint8Array;
}

/** Bytes in front of the room name: two lengths. */
const LENGTHS_BYTES = 2;

/** Takes a datagram apart; `undefined` when it is too long or its lengths overrun it. */
export function parseRoomDatagram(bytes: Uint8Array): RoomDatagram | undefined {
  if (bytes.length < LENGTHS_BYTES || bytes.length > MAX_ROOM_DATAGRAM_BYTES) return undefined;
  const tokenAt = LENGTHS_BYTES + bytes[0]!;
  const messageAt = tokenAt + bytes[1]!;
  if (messageAt > bytes.length) return undefined;
  return {
    room: bytes.subarray(LENGTHS_BYTES, tokenAt),
    token: bytes.subarray(tokenAt, messageAt),
    message: bytes.subarray(messageAt),
  };
}

/** Writes the datagram by which whoever sent this one leaves. */
export function leaveDatagram({ room, token }: RoomDatagram): Uint8Array<ArrayBuffer> {
  return writeRoomDatagram({ room, token, message: LEAVE });
}

/** Writes the datagram by which whoever sent this one says where they are. */
export function registerDatagram({ room, token }: RoomDatagram): Uint8Array<ArrayBuffer> {
  return writeRoomDatagram({ room, token, message: REGISTER });
}

function writeRoomDatagram({ room, token, message }: RoomDatagram): Uint8Array<ArrayBuffer> {
  return copyOf([Uint8Array.of(room.length, token.length), room, token, message]);
}

/** What a message to a server is. */
export type MessageKind = "register" | "leave" | "text";

/** Tells the words from text: only the whole word is one. */
export function messageKind(message: Uint8Array): MessageKind {
  if (sameBytes(message, REGISTER)) return "register";
  return sameBytes(message, LEAVE) ? "leave" : "text";
}

/** What a member's messages begin with when they are relayed: made once, used for each. */
export function deliveryHead(sender: MemberName): Uint8Array<ArrayBuffer> {
  const name = encoder.encode(sender);
  return copyOf([Uint8Array.of(name.length), name]);
}

/** Writes a message as the other members get it. */
export function encodeDelivery(head: Uint8Array, message: Uint8Array): Uint8Array<ArrayBuffer> {
  return copyOf([head, message], head.length + message.length);
}

/** Who talks where: what a client's datagrams begin with. */
export interface RoomSeat {
  /** The room name. */
  readonly room: string;
  /** What proves the member. */
  readonly token: string;
}

/** Writes what a client sends. It must be within {@linkcode maxMessageBytes}. */
export function encodeRoomDatagram(
  { room, token }: RoomSeat,
  message: string,
): Uint8Array<ArrayBuffer> {
  return writeRoomDatagram({
    room: encoder.encode(room),
    token: encoder.encode(token),
    message: encoder.encode(message),
  });
}

/**
 * Longest message a member can send, in bytes: neither what goes to the server nor what comes to
 * the others is over 4096 bytes, because older members read no more.
 */
export function maxMessageBytes({ room, token }: RoomSeat, member: string): number {
  const sent = LENGTHS_BYTES + encoder.encode(room).length + encoder.encode(token).length;
  const relayed = 1 + encoder.encode(member).length;
  return MAX_ROOM_DATAGRAM_BYTES - Math.max(sent, relayed);
}

/** What a member gets. */
export type RoomDelivery =
  | { readonly kind: "closed" }
  | { readonly kind: "message"; readonly sender: string; readonly text: string };

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Reads what came from a server. An older one relays a sender's name as JSON text, which is shown
 * without its quotes.
 *
 * @returns `undefined` when the sender's length overruns the datagram
 */
export function parseRoomDelivery(bytes: Uint8Array): RoomDelivery | undefined {
  if (sameBytes(bytes, ROOM_CLOSED)) return { kind: "closed" };
  const messageAt = 1 + (bytes[0] ?? 0);
  if (bytes.length < messageAt) return undefined;
  const name = decoder.decode(bytes.subarray(1, messageAt));
  const text = decoder.decode(bytes.subarray(messageAt));
  return { kind: "message", sender: unquoted(name) ?? name, text };
}
