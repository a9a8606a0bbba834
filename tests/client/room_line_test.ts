import { assertEquals } from "@std/assert";
import { readRoomLine } from "../../lib/client/room_line.ts";

const PURE = { permissions: "none" } as const;

Deno.test("readRoomLine(): exit, quit and q leave, alone on their line", PURE, () => {
  for (const line of ["exit", "quit", "q", " q ", "/q", "/quit", "/exit", "/Q"]) {
    assertEquals(readRoomLine(line), { kind: "place", word: "q" }, line);
  }
  for (const line of ["exit now", "quitter", "qq", "Exit"]) {
    assertEquals(readRoomLine(line), { kind: "text", text: line }, line);
  }
});

Deno.test("readRoomLine(): / is a command, // sends one /", PURE, () => {
  assertEquals(readRoomLine("/who"), { kind: "place", word: "who" });
  assertEquals(readRoomLine("/WHO is here"), { kind: "place", word: "who" });
  assertEquals(readRoomLine("/help"), { kind: "place", word: "help" });
  assertEquals(readRoomLine("//who"), { kind: "text", text: "/who" });
  assertEquals(readRoomLine(" /who"), { kind: "text", text: " /who" });
  assertEquals(readRoomLine("/wo"), { kind: "unknown", word: "wo", meant: "who" });
  assertEquals(readRoomLine("/dance"), { kind: "unknown", word: "dance", meant: undefined });
});

Deno.test(
  "readRoomLine(): nothing is sent for a blank line, and no word of the protocol",
  PURE,
  () => {
    assertEquals(readRoomLine(""), { kind: "nothing" });
    assertEquals(readRoomLine("  "), { kind: "nothing" });
    for (const word of ["__REGISTER__", "__LEAVE__", "__ROOM_CLOSED__"]) {
      assertEquals(readRoomLine(word), { kind: "reserved", text: word });
      assertEquals(readRoomLine(`${word}!`), { kind: "text", text: `${word}!` });
    }
  },
);
