/** Rooms: frames of the handshake, and datagrams. */

import { assert, assertEquals } from "@std/assert";
import { sameBytes } from "../../lib/core/bytes.ts";
import { MAX_ROOM_DATAGRAM_BYTES } from "../../lib/core/limits.ts";
import { parseRoomAnswer } from "../../lib/wire/room_answer.ts";
import { encodeRoomRequest, parseRoomRequest } from "../../lib/wire/room_request.ts";
import { roomKey, roomNameKey } from "../../lib/wire/routing_key.ts";
import { encodeTcrpFrame, type TcrpFrame, TcrpReader } from "../../lib/wire/tcrp.ts";
import { leaveDatagram, parseRoomDatagram, parseRoomDelivery } from "../../lib/wire/ucrp.ts";
import { isUtf8 } from "../../lib/wire/utf8.ts";
import {
  ROOM_DATAGRAM_SAMPLES,
  ROOM_DELIVERY_SAMPLES,
  ROOM_REQUEST_SAMPLES,
} from "../samples/room_samples.ts";
import { latin1 } from "../samples/sample.ts";
import { fuzz, readHowever } from "./fuzz.ts";
import { cutAtRandom } from "./mutations.ts";

const bytesOf = ({ bytes }: { readonly bytes: Uint8Array }): Uint8Array => bytes;

const MAX_PAYLOAD = 4096;

/** A frame of a reader, kept: those of readers are valid for a moment. */
function kept(frame: TcrpFrame): TcrpFrame {
  const { room, payload } = frame;
  return {
    ...frame,
    room: room.slice(),
    payload: typeof payload === "string" ? payload : payload.slice(),
  };
}

/** Every frame of bytes that come in pieces, and what is left at their end. */
function framesOf(pieces: readonly Uint8Array[]): (TcrpFrame | undefined)[] {
  const reader = new TcrpReader(MAX_PAYLOAD);
  const frames: (TcrpFrame | undefined)[] = [];
  for (const piece of pieces) {
    for (let at = 0; at < piece.length;) {
      const free = reader.free();
      assert(free.length > 0, "there is always room for what is needed");
      const part = piece.subarray(at, at + free.length);
      free.set(part);
      reader.filled(part.length);
      at += part.length;
      for (let frame; (frame = reader.take()) !== undefined;) {
        frames.push(kept(frame));
        // Where the next one would begin cannot be told.
        if (frame.payload === "too long") return frames;
      }
    }
  }
  const part = reader.takePart();
  return [...frames, part && kept(part)];
}

fuzz("frames of rooms", ROOM_REQUEST_SAMPLES.map(bytesOf), (bytes, dice) => {
  const frames = readHowever(bytes, dice, framesOf);
  for (const frame of frames) {
    if (frame === undefined) continue;
    const request = parseRoomRequest(frame);
    if (typeof frame.payload !== "string") {
      const whole = { ...frame, payload: frame.payload };
      assertEquals(framesOf([encodeTcrpFrame(whole)])[0], frame);
    }
    if (request.kind === "invalid") continue;
    const [again] = framesOf([encodeRoomRequest(request)]);
    assertEquals(parseRoomRequest(again!), request);
    const key = roomKey(bytes, true);
    if (frame === frames[0] && key.state === "found") {
      assertEquals(key.key, roomNameKey(frame.room));
    }
  }
});

fuzz("datagrams of rooms", ROOM_DATAGRAM_SAMPLES.map(bytesOf), (bytes) => {
  const datagram = parseRoomDatagram(bytes);
  if (datagram === undefined) return;
  const { room, token, message } = datagram;
  assertEquals(2 + room.length + token.length + message.length, bytes.length);
  assert(bytes.length <= MAX_ROOM_DATAGRAM_BYTES);
  const left = parseRoomDatagram(leaveDatagram(datagram).subarray(0, MAX_ROOM_DATAGRAM_BYTES));
  assert(left !== undefined && sameBytes(left.room, room) && sameBytes(left.token, token));
});

fuzz("what members get", ROOM_DELIVERY_SAMPLES.map(bytesOf), (bytes) => {
  const delivery = parseRoomDelivery(bytes);
  if (delivery?.kind === "message" && isUtf8(bytes.subarray(1 + bytes[0]!))) {
    const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
    assert(text.endsWith(delivery.text));
  }
});

const ANSWERS = [
  ['{"success": 1}', '{"token": "token_0123456789abcdef0123456789abcdef"}'],
  ['{"success": 0, "error": "a password is needed"}', '{"token": ""}'],
  ['{"success":1}', '{"token":"t","rooms":[{"room":"lab","members":2,"password":true}],"more":3}'],
  ['{"success":true}', '{"token":"","members":["alice","bob"],"host":"alice"}'],
].flat().map(latin1);

fuzz("answers about rooms", ANSWERS, (bytes, dice) => {
  const [one = bytes, other = bytes] = cutAtRandom(bytes, dice);
  for (
    const answer of [
      parseRoomAnswer(bytes, latin1('{"token":""}')),
      parseRoomAnswer(latin1('{"success":1}'), bytes),
      parseRoomAnswer(one, other),
    ]
  ) {
    if (answer?.success !== true) continue;
    assertEquals(typeof answer.token, "string");
    for (const name of answer.members ?? []) assertEquals(typeof name, "string");
    for (const { members } of answer.rooms ?? []) assertEquals(typeof members, "number");
  }
});
