import { assert, assertEquals } from "@std/assert";
import { chatHelpLines } from "../../lib/client/chat_line.ts";
import { helpLines } from "../../lib/client/login_chat_screens.ts";
import { menuHelpLines } from "../../lib/client/menu_commands.ts";
import { roomHelpLines, roomMenuHelpLines } from "../../lib/client/room_screens.ts";
import type { ScreenLine } from "../../lib/client/screen_line.ts";
import {
  commandHelpLines,
  commandsAt,
  type Place,
  readSlashLine,
  SLASH_COMMANDS,
  type SlashLine,
  wrongCommandLine,
} from "../../lib/client/slash_commands.ts";

const PURE = { permissions: "none" } as const;
const PLACES: readonly Place[] = ["menu", "chat", "rooms", "room", "login"];

Deno.test("commandsAt() has /help and /bell everywhere, and every word once", PURE, () => {
  for (const place of PLACES) {
    const words = commandsAt(place).flatMap(({ word, also = [] }) => [word, ...also]);
    assert(words.includes("help") && words.includes("bell"), place);
    assertEquals(new Set(words).size, words.length, place);
  }
});

Deno.test("commandsAt() leaves out what the program cannot do", PURE, () => {
  const words = commandsAt("room", { bell: () => [] }).map(({ word }) => word);
  assertEquals(words, ["q", "who", "bell", "help"]);
});

Deno.test(
  "commandsAt(): what is done about files and buddies works wherever they are told of",
  PURE,
  () => {
    for (const place of ["menu", "chat", "rooms", "room"] as const) {
      const words: readonly string[] = commandsAt(place).map(({ word }) => word);
      for (const word of ["away", "back", "send", "accept", "decline", "cancel"]) {
        assert(words.includes(word), `${place} /${word}`);
      }
    }
  },
);

Deno.test("commandHelpLines() tells about every command in 80 columns", PURE, () => {
  for (const place of PLACES) {
    const commands = commandsAt(place);
    const lines = commandHelpLines(commands).map(({ text }) => text);
    for (const [at, { help }] of commands.entries()) assert(lines[at]!.endsWith(help), help);
    for (const line of lines) assert(line.length <= 80, line);
  }
});

Deno.test("readSlashLine(): the words, what follows them, and what is near", PURE, () => {
  const table: readonly (readonly [string, SlashLine])[] = [
    ["hello", { kind: "text", text: "hello" }],
    ["//help", { kind: "text", text: "/help" }],
    ["/help", { kind: "place", word: "help" }],
    ["/help me", { kind: "place", word: "help" }],
    ["/exit", { kind: "place", word: "q" }],
    ["/exti", { kind: "unknown", word: "exti", meant: "exit" }],
    ["/bell", { kind: "program", word: "bell", argument: "" }],
    ["/BELL  off ", { kind: "program", word: "bell", argument: "off" }],
    ["/away", { kind: "program", word: "away", argument: "" }],
    ["/away now", { kind: "misused", usage: "Type /away alone" }],
    ["/", { kind: "unknown", word: "", meant: undefined }],
    ["/bel", { kind: "unknown", word: "bel", meant: "bell" }],
    ["/polka", { kind: "unknown", word: "polka", meant: undefined }],
  ];
  for (const [typed, meaning] of table) {
    assertEquals(readSlashLine(typed, commandsAt("room")), meaning, typed);
  }
});

Deno.test("readSlashLine() tells where a command works that is about what is said", PURE, () => {
  const usage = (typed: string, place: Place): string | undefined => {
    const line = readSlashLine(typed, commandsAt(place));
    return line.kind === "misused" ? line.usage : undefined;
  };
  assertEquals(usage("/history", "menu"), "/history works in a chat or a room");
  assertEquals(usage("/Search bob", "rooms"), "/search works in a chat or a room");
  assertEquals(usage("/who", "chat"), "/who works in a room");
  assertEquals(usage("/q", "menu"), undefined, "leaving is another word there");
  assertEquals(usage("/away", "login"), undefined, "nobody is away there");
});

Deno.test("wrongCommandLine() suggests the nearest command, and shows nothing raw", PURE, () => {
  const said = (typed: string): string => {
    const line = readSlashLine(typed, SLASH_COMMANDS);
    assert(line.kind === "unknown" || line.kind === "misused", typed);
    return wrongCommandLine(line).text;
  };
  assertEquals(said("/hepl"), "Unknown command /hepl, did you mean /help?");
  assertEquals(said("/polka\x07"), "Unknown command /polka^G, /help lists them.");
  assertEquals(said("/back home"), "Type /back alone.");
});

Deno.test("every help fits a screen of 80 by 24", PURE, () => {
  const helps: Readonly<Record<Place, readonly ScreenLine[]>> = {
    menu: menuHelpLines(),
    chat: chatHelpLines("b".repeat(32)),
    rooms: roomMenuHelpLines(commandsAt("rooms")),
    room: roomHelpLines(commandsAt("room")),
    login: helpLines(commandsAt("login")),
  };
  for (const [place, lines] of Object.entries(helps)) {
    // One row is for the prompt.
    assert(lines.length < 24, `${place}: ${lines.length} lines`);
    for (const { text } of lines) assert(text.length <= 80, `${place}: ${text}`);
  }
});
