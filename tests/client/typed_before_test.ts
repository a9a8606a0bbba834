import { assertEquals } from "@std/assert";
import { line, talkPrompt } from "../../lib/client/screen_line.ts";
import { TypedBefore } from "../../lib/client/typed_before.ts";

const MENU = line("alice> ");
const TALK = talkPrompt("alice: ");
const QUESTION = { ...line("Register alice now? [Y/n]: "), about: "question" } as const;

/** What was typed in an earlier run, and what is kept of this one. */
function typedBefore(...lines: readonly string[]): { typed: TypedBefore; kept: string[] } {
  const kept: string[] = [];
  return { typed: new TypedBefore({ lines, add: (line) => kept.push(line) }), kept };
}

Deno.test("TypedBefore brings commands back where commands are typed, those of earlier runs too", () => {
  const { typed, kept } = typedBefore("R alice");
  typed.add("S", MENU);
  assertEquals([typed.behind(MENU).up(""), typed.behind(MENU).up("")], ["S", "R alice"]);
  assertEquals(kept, ["S"]);
});

Deno.test("TypedBefore brings what was said back where something is said, and keeps none of it", () => {
  const { typed, kept } = typedBefore("R alice");
  typed.add("a secret", TALK);
  assertEquals([typed.behind(TALK).up(""), typed.behind(TALK).up("")], ["a secret", undefined]);
  assertEquals([typed.behind(MENU).up(""), kept], ["R alice", []]);
});

Deno.test("TypedBefore forgets what was answered to a question", () => {
  const { typed, kept } = typedBefore("R alice");
  typed.add("a password by mistake", QUESTION);
  assertEquals([MENU, TALK, QUESTION].map((prompt) => typed.behind(prompt).up("")), [
    ...["R alice", undefined, undefined],
  ]);
  assertEquals(kept, []);
});
