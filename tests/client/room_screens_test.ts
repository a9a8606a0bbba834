import { assert, assertEquals } from "@std/assert";
import * as screens from "../../lib/client/room_screens.ts";
import { readRoomLine } from "../../lib/client/room_line.ts";
import { wrongCommandLine } from "../../lib/client/slash_commands.ts";

const PURE = { permissions: "none" } as const;

function texts(lines: readonly { readonly text: string }[]): string[] {
  return lines.map(({ text }) => text);
}

Deno.test("roomMenuLines() has create, join and exit in front", PURE, () => {
  assertEquals(texts(screens.roomMenuLines()), [
    "  1 create a room   2 join a room   3 exit",
    "  4 list rooms   5 create with a password   6 another server",
  ]);
});

Deno.test("valuePrompt() shows a default in brackets", PURE, () => {
  assertEquals(screens.valuePrompt("Server", "127.0.0.1").text, "Server [127.0.0.1]: ");
  assertEquals(screens.valuePrompt("Room").text, "Room: ");
});

Deno.test(
  "roomListLines() is a table with member counts, or says that there are none",
  PURE,
  () => {
    assertEquals(texts(screens.roomListLines([], 0)), ["There are no rooms; 1 creates one."]);
    const rooms = [
      { room: "lab", members: 3, password: false },
      { room: "the attic", members: 12, password: true },
    ];
    assertEquals(texts(screens.roomListLines(rooms, 7)), [
      "Room       Members  Password",
      "lab        3        no",
      "the attic  12       yes",
      "and 7 more",
    ]);
  },
);

Deno.test("whoLine() names the members and the host", PURE, () => {
  assertEquals(
    screens.whoLine("lab", ["ann", "bob"], "ann").text,
    "In room lab: ann (host), bob.",
  );
});

Deno.test("nothing from outside reaches a terminal as it is", PURE, () => {
  const nasty = "\x1b[2J\u202e\x07";
  const unknown = readRoomLine(`/${nasty}`);
  assert(unknown.kind === "unknown");
  const lines = [
    screens.roomSaidLine(nasty, nasty, nasty),
    screens.whoLine(nasty, [nasty], nasty),
    ...screens.roomListLines([{ room: nasty, members: 1, password: false }], 0),
    ...screens.enteredLines("join", nasty, true),
    screens.roomLeftLine("create", nasty, false),
    screens.roomLeftLine("join", nasty, true),
    screens.roomSilentLine(nasty),
    screens.notToldLine("list its rooms", nasty),
    screens.roomClosedLine(nasty),
    screens.roomPrompt(nasty),
    screens.valuePrompt("Server", nasty),
    screens.noSuchChoiceLine(nasty),
    wrongCommandLine(unknown),
    screens.notUsableLine("room", nasty, "rule"),
    screens.roomTroubleLine(screens.refusedText("join", nasty, nasty)),
  ];
  // deno-lint-ignore no-control-regex
  for (const { text } of lines) assert(!/[\x00-\x1f\x7f\u202e]/.test(text), text);
});

Deno.test("roomSaidLine() tones the sender only, and knows whom it names", PURE, () => {
  const said = (text: string): unknown => screens.roomSaidLine("花", text, "ann");
  assertEquals(said("hi"), { text: "花: hi", tone: "peer", toned: 2, about: "message" });
  assertEquals(said("Ann?"), { text: "花: Ann?", tone: "you", toned: 2, about: "mention" });
});
