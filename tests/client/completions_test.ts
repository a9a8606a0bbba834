import { assertEquals } from "@std/assert";
import {
  commandCompletions,
  commonBeginning,
  type KnownNames,
  nameCompletions,
} from "../../lib/client/completions.ts";
import { candidateLines } from "../../lib/client/editor_screens.ts";
import { menuCompletions } from "../../lib/client/menu_completions.ts";
import { INITIAL_STATE } from "../../lib/client/menu_state.ts";
import { menuCommand } from "../../lib/client/menu_commands.ts";
import { commandsAt, type SlashCommand } from "../../lib/client/slash_commands.ts";

const PURE = { permissions: "none" } as const;

const NAMES: KnownNames = {
  buddies: () => ["bob", "bobby", "Carol"],
  files: (path) => ["my file.txt", "my/", "old.txt"].filter((name) => name.startsWith(path)),
};

Deno.test("commandCompletions(): words of commands, a blank where something follows", PURE, () => {
  const at = (typed: string): readonly string[] =>
    commandCompletions(typed, commandsAt("menu"), NAMES);
  assertEquals(at("/b"), ["/back", "/bell "]);
  assertEquals(at("/BE"), ["/bell "]);
  assertEquals(at("/bell "), ["/bell off", "/bell pm", "/bell all"]);
  assertEquals(at("/bell  o"), ["/bell  off"]);
  assertEquals(at("/bell off "), []);
  assertEquals(at("/away "), []);
  assertEquals(at("/dance "), []);
  assertEquals(at("hello"), []);
});

Deno.test("commandCompletions(): what follows a command, as its help words it", PURE, () => {
  const commands: readonly SlashCommand[] = [
    { word: "back", by: "program", places: ["menu"], argument: "BUDDY PATH...", help: "" },
  ];
  const at = (typed: string): readonly string[] => commandCompletions(typed, commands, NAMES);
  assertEquals(at("/back c"), ["/back Carol "], "more follows");
  assertEquals(at("/back bob o"), ["/back bob old.txt"]);
  assertEquals(at("/back bob old.txt m"), [
    ...["/back bob old.txt my\\ file.txt", "/back bob old.txt my/"],
  ]);
  assertEquals(at("/back bob my\\ f"), ["/back bob my\\ file.txt"], "a blank is escaped");
  assertEquals(at('/back bob "my f'), ["/back bob my\\ file.txt"], "or in quotes");
});

Deno.test("menuCompletions(): words and buddies at the menu, commands in a chat", PURE, () => {
  const at = (mode: typeof INITIAL_STATE.mode, typed: string): readonly string[] =>
    menuCompletions({ ...INITIAL_STATE, mode }, typed, NAMES);
  const menu = { kind: "menu" } as const;
  assertEquals(at(menu, ""), []);
  assertEquals(at(menu, "re"), ["register "]);
  assertEquals(at(menu, "m B"), ["m bob", "m bobby"]);
  assertEquals(at(menu, "message c"), ["message Carol"]);
  assertEquals(at(menu, "A b"), [], "whom one adds is no buddy yet");
  assertEquals(at(menu, "/aw"), ["/away"]);
  assertEquals(at({ kind: "asking", command: menuCommand("D")! }, "bob"), ["bob", "bobby"]);
  assertEquals(at({ kind: "asking", command: menuCommand("R")! }, "bob"), []);
  const chat = { kind: "chatting", peer: "bob" } as const;
  assertEquals(at(chat, "/q"), ["/q"]);
  assertEquals(at(chat, "m b"), [], "what is said is no command");
});

Deno.test("nameCompletions() completes the last word of what is said", PURE, () => {
  assertEquals(nameCompletions("hello c", ["bob", "Carol"]), ["hello Carol"]);
  assertEquals(nameCompletions("hello ", ["bob"]), []);
});

Deno.test(
  "commonBeginning() and candidateLines(): as far as all agree, then what is left",
  PURE,
  () => {
    assertEquals(commonBeginning([], ""), "");
    assertEquals(commonBeginning(["M bob", "M Bobby"], "M b"), "M bob");
    assertEquals(candidateLines(["M bob", "M Bobby"], "M b")[0]!.text, "bob  Bobby");
    assertEquals(candidateLines(["/back", "/bell "], "/b")[0]!.text, "/back  /bell");
    assertEquals(candidateLines(["/send a/x", "/send a/y/"], "/send a/")[0]!.text, "x  y/");
    const many = Array.from({ length: 50 }, (_, at) => `n${at}`);
    assertEquals(candidateLines(many, "n")[0]!.text.endsWith("n39  and 10 more"), true);
  },
);

Deno.test("commonBeginning() decides nothing that was not typed, and cuts no letter", PURE, () => {
  assertEquals(commonBeginning(["a/Makefile", "a/music"], "a/"), "a/");
  assertEquals(commonBeginning(["Bob", "BOBBY"], "bo"), "Bo");
  assertEquals(commonBeginning(["a/\u{1F600}", "a/\u{1F601}"], "a/"), "a/");
});
