import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { MAX_ROOM_DATAGRAM_BYTES } from "../../lib/core/limits.ts";
import {
  deliveryHead,
  encodeDelivery,
  encodeRoomDatagram,
  leaveDatagram,
  maxMessageBytes,
  messageKind,
  parseRoomDatagram,
  parseRoomDelivery,
  registerDatagram,
  ROOM_CLOSED,
} from "../../lib/wire/ucrp.ts";
import { ROOM_DATAGRAM_SAMPLES, ROOM_DELIVERY_SAMPLES, TOKEN } from "../samples/room_samples.ts";
import { latin1 } from "../samples/sample.ts";
import { memberNames, roomNames } from "../support/room_names.ts";

const encoder = new TextEncoder();

function asText(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}

for (const { name, bytes, expected } of ROOM_DATAGRAM_SAMPLES) {
  Deno.test(`parseRoomDatagram(): ${name}`, { permissions: "none" }, () => {
    const found = parseRoomDatagram(bytes);
    assertEquals(
      found && {
        room: asText(found.room),
        token: asText(found.token),
        message: asText(found.message),
      },
      expected,
    );
  });
}

for (const { name, bytes, expected } of ROOM_DELIVERY_SAMPLES) {
  Deno.test(`parseRoomDelivery(): ${name}`, { permissions: "none" }, () => {
    assertEquals(parseRoomDelivery(bytes), expected);
  });
}

Deno.test("messageKind(): only the whole word is one", { permissions: "none" }, () => {
  assertEquals(messageKind(latin1("__REGISTER__")), "register");
  assertEquals(messageKind(latin1("__LEAVE__")), "leave");
  for (
    const text of ["", "__REGISTER__ ", " __LEAVE__", "__LEAVE_", "__register__", "__ROOM_CLOSED__"]
  ) {
    assertEquals(messageKind(latin1(text)), "text", text);
  }
});

Deno.test("any datagram is read back as it was written", { permissions: "none" }, () => {
  fc.assert(fc.property(roomNames, fc.string({ unit: "grapheme" }), (room, message) => {
    const found = parseRoomDatagram(encodeRoomDatagram({ room, token: TOKEN }, message));
    assertEquals(found?.room, encoder.encode(room));
    assertEquals(found?.token, encoder.encode(TOKEN));
    assertEquals(found?.message, encoder.encode(message));
  }));
});

Deno.test("any message is delivered as it was sent, under its sender's name", {
  permissions: "none",
}, () => {
  fc.assert(fc.property(memberNames, fc.string({ unit: "grapheme" }), (member, text) => {
    const delivered = encodeDelivery(deliveryHead(member), encoder.encode(text));
    assertEquals(parseRoomDelivery(delivered), { kind: "message", sender: member, text });
  }));
});

Deno.test("no member's message is taken for the closing of the room", {
  permissions: "none",
}, () => {
  fc.assert(fc.property(memberNames, fc.string(), (member, text) => {
    const delivered = encodeDelivery(deliveryHead(member), encoder.encode(text));
    assertEquals(parseRoomDelivery(delivered)?.kind, "message");
  }));
  assertEquals(parseRoomDelivery(ROOM_CLOSED), { kind: "closed" });
});

Deno.test("maxMessageBytes(): as long as that fits both ways, one more does not", {
  permissions: "none",
}, () => {
  fc.assert(fc.property(roomNames, memberNames, (room, member) => {
    const seat = { room, token: TOKEN };
    const most = maxMessageBytes(seat, member);
    const lengths = (bytes: number): number[] => [
      encodeRoomDatagram(seat, "x".repeat(bytes)).length,
      encodeDelivery(deliveryHead(member), new Uint8Array(bytes)).length,
    ];
    assert(Math.max(...lengths(most)) === MAX_ROOM_DATAGRAM_BYTES);
    assert(Math.max(...lengths(most + 1)) > MAX_ROOM_DATAGRAM_BYTES);
  }));
});

Deno.test("parsers take any bytes without failing", { permissions: "none" }, () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
      const found = parseRoomDatagram(bytes);
      if (found !== undefined) {
        const { room, token, message } = found;
        assertEquals(2 + room.length + token.length + message.length, bytes.length);
      }
      parseRoomDelivery(bytes);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("registerDatagram() and leaveDatagram() say the words in the name of whoever sent one", {
  permissions: "none",
}, () => {
  const seat = { room: "花", token: "token_1" };
  const sent = parseRoomDatagram(encodeRoomDatagram(seat, "hello"))!;
  assertEquals(registerDatagram(sent), encodeRoomDatagram(seat, "__REGISTER__"));
  assertEquals(leaveDatagram(sent), encodeRoomDatagram(seat, "__LEAVE__"));
});
