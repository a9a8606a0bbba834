import { assertEquals } from "@std/assert";
import { readChatLine } from "../../lib/client/chat_line.ts";
import type { SlashLine } from "../../lib/client/slash_commands.ts";

const PURE = { permissions: "none" } as const;

Deno.test("readChatLine(): lines that start with / are commands, // sends one /", PURE, () => {
  const table: readonly (readonly [string, SlashLine])[] = [
    ["hello", { kind: "text", text: "hello" }],
    ["", { kind: "text", text: "" }],
    ["q", { kind: "place", word: "q" }],
    ["Q", { kind: "text", text: "Q" }],
    [" q", { kind: "text", text: " q" }],
    ["quit", { kind: "text", text: "quit" }],
    ["/q", { kind: "place", word: "q" }],
    ["/Q now", { kind: "place", word: "q" }],
    ["/help", { kind: "place", word: "help" }],
    ["//x", { kind: "text", text: "/x" }],
    ["//", { kind: "text", text: "/" }],
    ["///q", { kind: "text", text: "//q" }],
    [" /q", { kind: "text", text: " /q" }],
    ["/quit", { kind: "place", word: "q" }],
    ["/away", { kind: "program", word: "away", argument: "" }],
    ["/who", { kind: "misused", usage: "/who works in a room" }],
    ["/hepl", { kind: "unknown", word: "hepl", meant: "help" }],
    ["/files", { kind: "unknown", word: "files", meant: undefined }],
  ];
  for (const [typed, meaning] of table) assertEquals(readChatLine(typed), meaning, typed);
});
