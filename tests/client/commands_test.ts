import { assert, assertEquals } from "@std/assert";
import {
  MENU_COMMANDS,
  menuCommand,
  menuHelpLines,
  menuLines,
  readChatLine,
} from "../../lib/client/commands.ts";

const PURE = { permissions: "none" } as const;

Deno.test("MENU_COMMANDS has every letter of the menu", PURE, () => {
  assertEquals(MENU_COMMANDS.map(({ letter }) => letter).join(""), "RLADSMGYNX?");
});

Deno.test("menuCommand() knows a letter in any case, and nothing else", PURE, () => {
  assertEquals(menuCommand("r")?.name, "register");
  assertEquals(menuCommand("R")?.name, "register");
  assertEquals(menuCommand("?")?.name, "help");
  for (const word of ["", "z", "RR", "register", "ß"]) assertEquals(menuCommand(word), undefined);
});

Deno.test("menuLines() shows every command in 80 columns", PURE, () => {
  const lines = menuLines().map(({ text }) => text);
  assertEquals(lines, [
    "  R register   L log in     A add        D delete     S status",
    "  M message    G rooms      Y/N answer   X exit       ? help",
  ]);
});

Deno.test("menuHelpLines() tells about every command and fits a screen of 80 by 24", PURE, () => {
  const lines = menuHelpLines().map(({ text }) => text);
  for (const { letter, help } of MENU_COMMANDS) {
    assert(lines.some((line) => line.startsWith(`  ${letter}`) && line.endsWith(help)), letter);
  }
  assert(lines.length < 24);
  for (const line of lines) assert(line.length <= 80, line);
});

Deno.test("readChatLine(): lines that start with / are commands, // sends one /", PURE, () => {
  const table: readonly (readonly [string, ReturnType<typeof readChatLine>])[] = [
    ["hello", { kind: "text", text: "hello" }],
    ["", { kind: "text", text: "" }],
    ["q", { kind: "command", word: "q" }],
    ["Q", { kind: "text", text: "Q" }],
    [" q", { kind: "text", text: " q" }],
    ["quit", { kind: "text", text: "quit" }],
    ["/q", { kind: "command", word: "q" }],
    ["/Q now", { kind: "command", word: "q" }],
    ["/help", { kind: "command", word: "help" }],
    ["//x", { kind: "text", text: "/x" }],
    ["//", { kind: "text", text: "/" }],
    ["///q", { kind: "text", text: "//q" }],
    [" /q", { kind: "text", text: " /q" }],
    ["/hepl", { kind: "unknown", word: "hepl", meant: "help" }],
    ["/files", { kind: "unknown", word: "files", meant: undefined }],
  ];
  for (const [typed, meaning] of table) assertEquals(readChatLine(typed), meaning, typed);
});
