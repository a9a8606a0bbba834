import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { MAX_BUDDY_LINE_BYTES } from "../../lib/core/limits.ts";
import { asksCapabilities, roomKey, seatKey, userKey } from "../../lib/wire/routing_key.ts";

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

const ABSENT = { state: "absent" } as const;
const PARTIAL = { state: "partial" } as const;

Deno.test("userKey() finds the user of every request that has one, folded", {
  permissions: "none",
}, () => {
  for (
    const line of [
      "REG alice\n",
      "  reg\tALICE \r\n",
      "REG alice\r\n",
      "ADD alice bob\nrest",
      "DEL Alice bob\n",
      "GET alice\n",
      "INFO alice files=1\n",
    ]
  ) assertEquals(userKey(bytes(line), false), { state: "found", key: "alice" }, line);
});

Deno.test("userKey() waits for the line, up to its longest or the end of input", {
  permissions: "none",
}, () => {
  assertEquals(userKey(bytes("REG alice"), false), PARTIAL);
  assertEquals(userKey(bytes("REG alice"), true), { state: "found", key: "alice" });
  const longest = "REG ".padEnd(MAX_BUDDY_LINE_BYTES, "x");
  assertEquals(userKey(bytes(longest), false), PARTIAL);
  assertEquals(userKey(bytes(longest + "x"), false), ABSENT);
  assertEquals(userKey(bytes(""), true), ABSENT);
});

Deno.test("userKey() does not wait for a line that no request begins with", {
  permissions: "none",
}, () => {
  for (const start of ["", " ", "r", "IN", "cap", "\tADD ", "INFO a"]) {
    assertEquals(userKey(bytes(start), false), PARTIAL, start);
  }
  for (const start of ["DM", "DM ann", "D", "HELO", "\x16\x03\x01", "REGX", "\0"]) {
    const expected = start === "D" ? PARTIAL : ABSENT;
    assertEquals(userKey(bytes(start), false), expected, start);
  }
});

Deno.test("userKey() finds nothing where there is no user", { permissions: "none" }, () => {
  for (
    const line of ["CAP\n", "\n", "REG\n", "REG ../x\n", "HELLO alice\n", "GET / HTTP/1.1\r\n"]
  ) {
    assertEquals(userKey(bytes(line), false), ABSENT, line);
  }
});

/** A TCRP frame as clients in the field write it. */
function frame(room: Uint8Array, operation: number, payload = '"ann"'): Uint8Array {
  const header = new Uint8Array(32);
  header.set([room.length, operation, 0]);
  header[31] = payload.length;
  return Uint8Array.of(...header, ...room, ...bytes(payload));
}

Deno.test("roomKey() finds the room once its name is whole", { permissions: "none" }, () => {
  const room = fc.uint8Array({ minLength: 1, maxLength: 255 });
  fc.assert(fc.property(room, fc.constantFrom(1, 2), (room, operation) => {
    const whole = frame(room, operation);
    const key = new TextDecoder("latin1").decode(room);
    assertEquals(roomKey(whole, false), { state: "found", key });
    for (const length of [0, 1, 2, 31, 32, 31 + room.length]) {
      assertEquals(roomKey(whole.subarray(0, length), false), PARTIAL);
      assertEquals(roomKey(whole.subarray(0, length), true), ABSENT);
    }
  }));
});

Deno.test("roomKey() sees that it is no frame after two bytes", { permissions: "none" }, () => {
  for (const start of ["RE", "\0\x01", "\x05\x03", "\x05\x00"]) {
    assertEquals(roomKey(bytes(start), false), ABSENT, JSON.stringify(start));
  }
});

Deno.test("seatKey() tells every room and token apart", { permissions: "none" }, () => {
  const key = (room: string, token: string): string =>
    seatKey({ room: bytes(room), token: bytes(token), message: bytes("") });
  assertEquals(key("lab", "token_1"), key("lab", "token_1"));
  assertEquals(
    new Set([key("lab", "x"), key("la", "bx"), key("labx", ""), key("lab", "y")]).size,
    4,
  );
});

Deno.test(
  "asksCapabilities() waits for no more than may become CAP",
  { permissions: "none" },
  () => {
    for (const line of ["CAP\n", "cap\r\n", "  Cap now\nrest"]) {
      assertEquals(asksCapabilities(bytes(line), false), true, line);
      // However it is cut, nothing else is decided before.
      for (let end = 0; end < line.indexOf("\n"); end++) {
        assertEquals(asksCapabilities(bytes(line.slice(0, end)), false), undefined, line);
      }
    }
    for (const start of ["R", "CAPX", "CAPX\n", "\x05", "DM cap", "\n", "CAP".padEnd(9000)]) {
      assertEquals(asksCapabilities(bytes(start), false), false, start.slice(0, 10));
    }
    assertEquals(asksCapabilities(bytes("CAP"), true), true);
    assertEquals(asksCapabilities(bytes("CA"), true), false);
  },
);
