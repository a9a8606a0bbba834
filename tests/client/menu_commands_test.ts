import { assert, assertEquals } from "@std/assert";
import {
  MENU_COMMANDS,
  menuCommand,
  menuHelpLines,
  menuLines,
  nearestMenuCommand,
} from "../../lib/client/menu_commands.ts";

const PURE = { permissions: "none" } as const;

Deno.test("MENU_COMMANDS has every letter of the menu", PURE, () => {
  assertEquals(MENU_COMMANDS.map(({ letter }) => letter).join(""), "RLADSMGYNX?");
});

Deno.test("menuCommand() knows a letter or a word in any case, and nothing else", PURE, () => {
  assertEquals(menuCommand("r")?.name, "register");
  assertEquals(menuCommand("R")?.name, "register");
  assertEquals(menuCommand("?")?.name, "help");
  for (const word of ["Register", "REGISTER", "/register"]) {
    assertEquals(menuCommand(word)?.letter, "R", word);
  }
  for (const word of ["", "/", "z", "RR", "/R", "registers", "ß"]) {
    assertEquals(menuCommand(word), undefined, word);
  }
});

Deno.test("nearestMenuCommand() is what a mistyped word was meant for", PURE, () => {
  assertEquals(nearestMenuCommand("stauts")?.letter, "S");
  assertEquals(nearestMenuCommand("logn")?.letter, "L");
  assertEquals(nearestMenuCommand("z"), undefined);
  assertEquals(nearestMenuCommand("dance"), undefined);
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
