import { assertEquals } from "@std/assert";
import { commandsAt } from "../../lib/client/slash_commands.ts";
import { completions } from "../../lib/client/login_chat_completions.ts";
import { step } from "../../lib/client/login_chat_machine.ts";
import { type ChatClientState, loggedIn } from "../../lib/client/login_chat_state.ts";
import { parseChatAnswer } from "../../lib/wire/login_chat_answer.ts";
import { id } from "../support/ids.ts";

/** Where a client is after lines typed (`> PM`) and answers of the server (`< C READY`). */
function after(...events: readonly string[]): ChatClientState {
  return events.reduce((state, event) => {
    const text = event.slice(2);
    const answer = parseChatAnswer(new TextEncoder().encode(text));
    return step(
      state,
      event.startsWith("> ") ? { kind: "line", text } : { kind: "answer", answer },
    ).state;
  }, loggedIn(id("alice")));
}

Deno.test("completions() are names where one is asked for, operations where one is", () => {
  assertEquals(completions(after(), ""), ["PM", "DM", "WHO", "EX"]);
  assertEquals(completions(after(), "w"), ["WHO"]);
  const whom = after("> DM", "< C USERS bob bobby carol");
  assertEquals(completions(whom, "Bo"), ["bob", "bobby"]);
  assertEquals(completions(whom, "x"), []);
  const direct = after("> DM", "< C USERS bob bobby carol", "> bob");
  assertEquals(completions(direct, "b"), [], "a message is nobody's name");
});

Deno.test("completions() of DM are those who were told or heard of, if they are names", () => {
  assertEquals(completions(after(), "DM b"), []);
  const state = after(
    ...["> WHO", "< C USERS bob \x1b[2J +", "< C USERS bobby"],
    ...["< D PM bo hello", "< D PM bo again", "< D PM \x1b]0;x hello"],
  );
  assertEquals(completions(state, "dm  B"), ["dm  bob", "dm  bobby", "dm  bo"]);
  assertEquals(completions(state, "DM bob h"), [], "a message is nobody's name");
});

Deno.test("completions() know who was heard since the list was made", () => {
  const whom = ["> DM", "< C USERS carol"];
  assertEquals(completions(after("< D PM bob hello", ...whom), ""), ["carol"]);
  assertEquals(completions(after(...whom, "< D DM kim psst"), ""), ["carol", "kim"]);
});

Deno.test("completions() are commands wherever a command may be typed", () => {
  for (const events of [[], ["> DM", "< C USERS bob"], ["> PM", "< C READY"]]) {
    const state = { ...after(...events), commands: commandsAt("login") };
    assertEquals(completions(state, "/he"), ["/help"]);
  }
});
