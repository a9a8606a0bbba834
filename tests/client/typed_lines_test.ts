import { assertEquals } from "@std/assert";
import { TypedLines } from "../../lib/client/typed_lines.ts";
import { FakeTerminal } from "../support/client_terminal.ts";

const NEVER = new Promise<never>(() => {});

Deno.test("TypedLines gives lines in order, and then the end", async () => {
  const terminal = new FakeTerminal();
  const lines = new TypedLines(terminal);
  terminal.types("one", "two", undefined);
  assertEquals(await lines.next(NEVER), { kind: "line", text: "one" });
  assertEquals(await lines.next(NEVER), { kind: "line", text: "two" });
  assertEquals(await lines.next(NEVER), { kind: "end" });
});

Deno.test("TypedLines: a line that came too late is the next one's", async () => {
  const terminal = new FakeTerminal();
  const lines = new TypedLines(terminal);
  assertEquals(await lines.next(Promise.resolve("closed")), { kind: "other", what: "closed" });
  const next = lines.next(NEVER);
  terminal.types("for the menu");
  assertEquals(await next, { kind: "line", text: "for the menu" });
});
