/**
 * Bytes of TCRP and UCRP and what they mean: the same truth as `protocols/rooms.md`,
 * `docs/protocols/rooms-extensions.md` and the codecs of `lib/wire/`.
 */

import {
  MEMBER_NAME_RULE,
  type MemberName,
  parseMemberName,
  parseRoomName,
  type RoomName,
} from "../../lib/core/room_name.ts";
import type { InvalidRequest, RoomRequest } from "../../lib/wire/room_request.ts";
import type { RoomDelivery } from "../../lib/wire/ucrp.ts";
import { latin1, rows, type Sample } from "./sample.ts";

/** A room name that must be one. */
export function roomName(text: string): RoomName {
  const room = parseRoomName(text);
  if (room === undefined) throw new SyntaxError(`Cannot use "${text}" as a room name in a sample`);
  return room;
}

/** A member's name that must be one. */
export function memberName(text: string): MemberName {
  const member = parseMemberName(text);
  if (member === undefined) throw new SyntaxError(`Cannot use "${text}" as a name in a sample`);
  return member;
}

/** A token as servers make them. */
export const TOKEN = "token_0123456789abcdef0123456789abcdef";

/** The 29 bytes of a payload length, the most significant first. */
export function length29(length: number | bigint): string {
  const hex = BigInt(length).toString(16).padStart(58, "0");
  return String.fromCharCode(...hex.match(/../g)!.map((pair) => Number.parseInt(pair, 16)));
}

/** A frame as text of one character for each byte; lengths are those of the parts unless given. */
export function frame(
  operation: number,
  state: number,
  room: string,
  payload: string,
  payloadLength: number | bigint = payload.length,
): string {
  const head = String.fromCharCode(room.length, operation, state);
  return head + length29(payloadLength) + room + payload;
}

// --- TCRP requests -------------------------------------------------------------------------------

/** What a request is read as; of an invalid one, the room name's bytes that answers repeat. */
export type ReadRequest = RoomRequest | (InvalidRequest & { readonly room: string });

function invalid(error: string, room = "lab"): ReadRequest {
  return { kind: "invalid", error, room };
}

const lab = roomName("lab");
const alice = memberName("alice");
const CREATE: RoomRequest = { kind: "create", room: lab, member: alice, password: undefined };
const JOIN: RoomRequest = { kind: "join", room: lab, member: alice, password: undefined };
const ROOM_RULE = "a room name has 1 to 64 characters, at most 255 bytes, no control characters";
const USER_RULE = `a user name has ${MEMBER_NAME_RULE}`;
const TOO_LONG = invalid("the payload has more than 4096 bytes");
const INCOMPLETE = "the request is not complete";
const NO_JSON = invalid("the payload is no JSON");

function create(room: string, member: string): RoomRequest {
  const named = { room: roomName(room), member: memberName(member) };
  return { kind: "create", ...named, password: undefined };
}

/** Everything a client may send before it ends its side. */
export const ROOM_REQUEST_SAMPLES: readonly Sample<ReadRequest | undefined>[] = rows<
  ReadRequest | undefined
>([
  ["create, the name as a JSON string", frame(1, 0, "lab", '"alice"'), CREATE],
  ["join, the name as a JSON string", frame(2, 0, "lab", '"alice"'), JOIN],
  ["a bare name", frame(1, 0, "lab", "alice"), CREATE],
  ["a bare name with blanks around", frame(1, 0, "lab", " alice\n"), CREATE],
  ["a bare name that is a number", frame(1, 0, "lab", "42"), create("lab", "42")],
  ["a bare name that is a word of JSON", frame(1, 0, "lab", "null"), create("lab", "null")],
  ["a bare name with quotes inside", frame(1, 0, "lab", 'a"b"'), create("lab", 'a"b"')],
  ["an object with the name", frame(1, 0, "lab", '{"username": "alice"}'), CREATE],
  [
    "an object with more than the name",
    frame(2, 0, "lab", '{"a":[1],"username":"alice","port":5}'),
    JOIN,
  ],
  ["JSON with blanks around", frame(1, 0, "lab", ' \r\n"alice" '), CREATE],
  ["JSON escapes", frame(1, 0, "lab", '"\\u82b1\\u5b50"'), create("lab", "花子")],
  ["UTF-8 in room and name", frame(1, 0, "\xe8\x8a\xb1", '"\xc3\xa9"'), create("花", "é")],
  ["bytes after the frame are ignored", frame(1, 0, "lab", '"alice"') + "more", CREATE],
  [
    "a room of 64 characters in 255 bytes",
    frame(1, 0, "\xf0\x9f\x98\x80".repeat(63) + "\xe8\x8a\xb1", '"alice"'),
    create("😀".repeat(63) + "花", "alice"),
  ],
  [
    "a room of 65 characters",
    frame(1, 0, "x".repeat(65), "alice"),
    invalid(ROOM_RULE, "x".repeat(65)),
  ],
  ["a name of 32 characters", frame(1, 0, "lab", "x".repeat(32)), create("lab", "x".repeat(32))],
  ["a name of 33 characters", frame(1, 0, "lab", "x".repeat(33)), invalid(USER_RULE)],
  ["a name of 128 bytes", frame(1, 0, "lab", "\xf0\x9f\x98\x80".repeat(32)), invalid(USER_RULE)],
  ["no room name", frame(1, 0, "", '"alice"'), invalid(ROOM_RULE, "")],
  ["no name: an empty payload", frame(1, 0, "lab", ""), invalid(USER_RULE)],
  ["no name: an empty JSON string", frame(1, 0, "lab", '""'), invalid(USER_RULE)],
  ["no name: an empty object", frame(1, 0, "lab", "{}"), invalid(USER_RULE)],
  ["no name: a number in its place", frame(1, 0, "lab", '{"username": 5}'), invalid(USER_RULE)],
  ["a control character in the room", frame(1, 0, "l\nb", "alice"), invalid(ROOM_RULE, "l\nb")],
  ["a control character in the name", frame(1, 0, "lab", "al\x1bice"), invalid(USER_RULE)],
  ["an escaped control character", frame(1, 0, "lab", '"al\\u0000ice"'), invalid(USER_RULE)],
  ["a name in quotes, as a JSON string", frame(1, 0, "lab", '"\\"ann\\""'), invalid(USER_RULE)],
  ["a name that unquotes to nothing", frame(1, 0, "lab", '"\\"\\""'), invalid(USER_RULE)],
  ["a blank at the end, as a JSON string", frame(1, 0, "lab", '"ann "'), invalid(USER_RULE)],
  ["a blank without width", frame(1, 0, "lab", '"ann\\u200b"'), invalid(USER_RULE)],
  ["half a surrogate pair", frame(1, 0, "lab", '"\\ud83d"'), invalid(USER_RULE)],
  ["a string that is not closed", frame(1, 0, "lab", '"alice'), NO_JSON],
  ["an object that is not closed", frame(1, 0, "lab", '{"username": "alice"'), NO_JSON],
  ["a list", frame(1, 0, "lab", '["alice"]'), NO_JSON],
  [
    "a room that is not UTF-8",
    frame(1, 0, "l\xffb", "alice"),
    invalid("the room name is not UTF-8", "l\xffb"),
  ],
  [
    "a payload that is not UTF-8",
    frame(1, 0, "lab", '"\xe9"'),
    invalid("the payload is not UTF-8"),
  ],
  ["an overlong form", frame(1, 0, "lab", "\xc0\xaf"), invalid("the payload is not UTF-8")],
  ["operation 0", frame(0, 0, "lab", "alice"), invalid("operation 0 is unknown")],
  ["operation 7", frame(7, 0, "lab", "alice"), invalid("operation 7 is unknown")],
  ["operation 255", frame(255, 0, "lab", "alice"), invalid("operation 255 is unknown")],
  ["state 1", frame(1, 1, "lab", "alice"), invalid("state 1 is no request")],
  ["state 2", frame(2, 2, "lab", "alice"), invalid("state 2 is no request")],
  ["state 255", frame(2, 255, "lab", "alice"), invalid("state 255 is no request")],
  ["a payload of 4096 bytes", frame(1, 0, "lab", `"alice"${" ".repeat(4089)}`), CREATE],
  ["a payload of 4097 bytes", frame(1, 0, "lab", `"alice"${" ".repeat(4090)}`), TOO_LONG],
  ["a length of 10 MiB and nothing of it", frame(1, 0, "lab", "", 10 * 2 ** 20), TOO_LONG],
  ["a length of 2^48", frame(1, 0, "lab", "", 2n ** 48n), TOO_LONG],
  [
    "a length of 2^64 and 7, which 8 bytes would not show",
    frame(1, 0, "lab", '"alice"', 2n ** 64n + 7n),
    TOO_LONG,
  ],
  ["the highest bit of the 29 bytes", frame(1, 0, "lab", '"alice"', 2n ** 231n + 7n), TOO_LONG],
  ["every bit of the 29 bytes", frame(1, 0, "lab", '"alice"', 2n ** 232n - 1n), TOO_LONG],
  ["a payload that ends early", frame(1, 0, "lab", '"ali', 7), invalid(INCOMPLETE)],
  ["a room name that ends early", `\x05\x01\0${length29(7)}lab`, invalid(INCOMPLETE)],
  ["a header alone", `\x03\x01\0${length29(7)}`, invalid(INCOMPLETE, "")],
  ["a header without its last byte", `\x03\x01\0${length29(7)}`.slice(0, -1), undefined],
  ["one byte", "\x03", undefined],
  ["nothing", "", undefined],
  // Extensions.
  ["a list of rooms", frame(3, 0, "*", "{}"), { kind: "list" }],
  ["a list of rooms, whatever is said with it", frame(3, 0, "", ""), { kind: "list" }],
  [
    "create with a password",
    frame(4, 0, "lab", '{"username": "alice", "password": "p\xc3\xa9"}'),
    { ...CREATE, password: "pé" },
  ],
  [
    "join with a password",
    frame(5, 0, "lab", '{"username": "alice", "password": "12345"}'),
    { ...JOIN, password: "12345" },
  ],
  [
    "a password with an operation that takes none",
    frame(1, 0, "lab", '{"username": "alice", "password": "x"}'),
    CREATE,
  ],
  [
    "an empty password",
    frame(4, 0, "lab", '{"username": "alice", "password": ""}'),
    invalid("a password has 1 to 256 bytes"),
  ],
  ["no password", frame(5, 0, "lab", '"alice"'), invalid("a password has 1 to 256 bytes")],
  [
    "a password of 257 bytes",
    frame(4, 0, "lab", `{"username": "alice", "password": "${"x".repeat(257)}"}`),
    invalid("a password has 1 to 256 bytes"),
  ],
  [
    "who is in a room",
    frame(6, 0, "lab", `{"token": "${TOKEN}"}`),
    { kind: "who", room: lab, token: TOKEN },
  ],
  ["who, without a token", frame(6, 0, "lab", "{}"), invalid("the token is missing")],
]);

// --- UCRP to a server ----------------------------------------------------------------------------

/** A datagram in its parts, one character for each byte. */
export interface DatagramParts {
  readonly room: string;
  readonly token: string;
  readonly message: string;
}

const LAB = { room: "lab", token: TOKEN };
const HEAD = `\x03\x26lab${TOKEN}`;

/** Datagrams to a server; what is not in the form is `undefined`, and dropped. */
export const ROOM_DATAGRAM_SAMPLES: readonly Sample<DatagramParts | undefined>[] = rows<
  DatagramParts | undefined
>([
  ["a message", `${HEAD}hello`, { ...LAB, message: "hello" }],
  ["a word", `${HEAD}__REGISTER__`, { ...LAB, message: "__REGISTER__" }],
  ["an empty message", HEAD, { ...LAB, message: "" }],
  ["bytes that are no UTF-8 are somebody else's to judge", `${HEAD}\xff`, {
    ...LAB,
    message: "\xff",
  }],
  ["no room and no token", "\0\0hello", { room: "", token: "", message: "hello" }],
  ["lengths alone", "\0\0", { room: "", token: "", message: "" }],
  ["4096 bytes", HEAD + "x".repeat(4096 - HEAD.length), {
    ...LAB,
    message: "x".repeat(4096 - HEAD.length),
  }],
  ["4097 bytes", HEAD + "x".repeat(4097 - HEAD.length), undefined],
  ["a token that overruns by one byte", `\x03\x27lab${TOKEN}`, undefined],
  ["a room that overruns", "\xff\0lab", undefined],
  ["both lengths at their most", "\xff\xff" + "x".repeat(509), undefined],
  ["both lengths at their most, and enough", "\xff\xff" + "x".repeat(510), {
    room: "x".repeat(255),
    token: "x".repeat(255),
    message: "",
  }],
  ["one byte", "\x03", undefined],
  ["nothing", "", undefined],
]);

// --- UCRP to a member ----------------------------------------------------------------------------

function message(sender: string, text: string): RoomDelivery {
  return { kind: "message", sender, text };
}

/** Datagrams to a member. */
export const ROOM_DELIVERY_SAMPLES: readonly Sample<RoomDelivery | undefined>[] = rows<
  RoomDelivery | undefined
>([
  ["a message", "\x05alicehello", message("alice", "hello")],
  ["an empty message", "\x05alice", message("alice", "")],
  ["UTF-8", "\x02\xc3\xa9\xe8\x8a\xb1", message("é", "花")],
  ["the closing word, bare", "__ROOM_CLOSED__", { kind: "closed" }],
  [
    "the closing word as somebody's message",
    "\x05alice__ROOM_CLOSED__",
    message("alice", "__ROOM_CLOSED__"),
  ],
  [
    "the closing word and more is a sender of 95 bytes that overruns",
    "__ROOM_CLOSED__!",
    undefined,
  ],
  ["an older server's name in JSON quotes", '\x07"alice"hello', message("alice", "hello")],
  ["an older server's name in JSON escapes", '\x0e"\\u82b1\\u5b50"hello', message("花子", "hello")],
  ["a name with one quote", '\x06"alicehello', message('"alice', "hello")],
  ["a name that is no JSON text", '\x08"a"b"c"dhello', message('"a"b"c"d', "hello")],
  ["bytes that are no UTF-8", "\x01\xff\xe9", message("\ufffd", "\ufffd")],
  ["an empty sender", "\0hello", message("", "hello")],
  ["a sender that overruns", "\x06alice", undefined],
  ["nothing", "", undefined],
]);

/** The bytes that answer a request: both frames, room and operation repeated. */
export function answerBytes(
  operation: number,
  room: string,
  compliance: string,
  complete: string,
): Uint8Array<ArrayBuffer> {
  return latin1(frame(operation, 1, room, compliance) + frame(operation, 2, room, complete));
}
